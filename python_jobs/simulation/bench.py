"""What a large customer costs: `python -m python_jobs.simulation.bench`.

Builds a customer of a million ad-days and a million order lines, once from CSV and once from API
pages, and compares with the floor: DuckDB reading the same files into tables and nothing else.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import duckdb
import typer
from rich.console import Console
from rich.table import Table

TEXTS = (
    "account_id account_name account_currency campaign_id campaign_name adset_id adset_name ad_id "
    "ad_name date_start date_stop spend impressions reach frequency clicks inline_link_clicks"
).split()
LISTS = ("actions", "action_values")
ENTRY = dict.fromkeys(("action_type", "value", "1d_click", "7d_click", "1d_view"), "varchar")


def floor(database: str, raw: str, kind: str) -> None:
    """Read a customer's large files into tables of text, and do nothing else."""
    connection = duckdb.connect(database)
    # as profiles.yml has it, so that both sides have the same means
    connection.execute("set memory_limit = '2500MB'; set preserve_insertion_order = false")
    connection.execute("set enable_progress_bar = false")
    connection.execute(
        f"create table orders as from read_csv('{raw}/*orders*.csv', all_varchar = true)"
    )
    if kind == "csv":
        connection.execute(
            f"create table insights as from read_csv('{raw}/insights*.csv', all_varchar = true)"
        )
        return
    # a third of the time that read_json with declared columns takes
    shape = json.dumps(
        {"data": [dict.fromkeys(TEXTS, "varchar") | {name: [ENTRY] for name in LISTS}]}
    )
    connection.execute(
        f"""
        create table insights as
        select unnest(row) from (
            select unnest(from_json(json, '{shape}').data) as row
            from read_json_objects('{raw}/insights*.json', format = 'unstructured')
        )
        """
    )


@dataclass(frozen=True)
class Cost:
    """What one process took."""

    seconds: float
    peak_gib: float


def measure(command: list[str], environment: dict[str, str], log: Path) -> Cost:
    """Run a command to its end.

    Raises:
        RuntimeError: it failed; the message ends with the end of what it printed.

    """
    start = time.perf_counter()
    with log.open("w") as output:
        process = subprocess.Popen(  # noqa: S603
            command, env={**os.environ, **environment}, stdout=output, stderr=subprocess.STDOUT
        )
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{log.read_text()[-2000:]}")
    return Cost(time.perf_counter() - start, usage.ru_maxrss / 2**20)


def main(
    ad_days: Annotated[int, typer.Option(help="Rows of ad level insights.")] = 1_000_000,
    order_lines: Annotated[int, typer.Option(help="Lines of the order export.")] = 1_000_000,
) -> None:
    """Print seconds, peak memory and the multiple of the floor for both file formats."""
    console = Console()
    table = Table(title=f"{ad_days:,} ad-days, {order_lines:,} order lines, {os.cpu_count()} cores")
    for heading in ("build", "seconds", "peak GiB", "floor, seconds", "marginal / floor"):
        table.add_column(heading, justify="left" if heading == "build" else "right")
    with tempfile.TemporaryDirectory(dir=os.environ.get("AUTOPILOT_BENCH")) as name:
        folder = Path(name)
        shutil.copytree("datasets/moprobo", folder / "datasets" / "moprobo")
        environment = {
            "AUTOPILOT_DATASETS": str(folder / "datasets"),
            "AUTOPILOT_WAREHOUSE": str(folder / "warehouse"),
            "DBT_TARGET_PATH": str(folder / "target"),
            "DBT_LOG_PATH": str(folder / "logs"),
        }

        def build(customer: str) -> Cost:
            command = [
                sys.executable,
                "-m",
                "dbt.cli.main",
                "build",
                "--vars",
                f"customer: {customer}",
            ]
            return measure(command, environment, folder / f"{customer}.log")

        build("moprobo")  # compiles and caches what every later build finds ready
        demo = build("moprobo")
        table.add_row("demo", f"{demo.seconds:.1f}", f"{demo.peak_gib:.2f}", "", "")
        read_only = (
            "import sys; from python_jobs.simulation import bench; bench.floor(*sys.argv[1:])"
        )
        for kind in ("csv", "pages"):
            customer = f"bench_{kind}"
            raw = folder / "datasets" / customer / "meta" / "raw"
            console.print(f"making {customer} ...")
            make = [sys.executable, "-m", "python_jobs.simulation.bench_data", "--folder", str(raw)]
            make += ["--ad-days", str(ad_days), "--order-lines", str(order_lines), "--format", kind]
            measure(make, environment, folder / f"{customer}_data.log")
            floor = measure(
                [sys.executable, "-c", read_only, str(folder / f"{kind}.duckdb"), str(raw), kind],
                environment,
                folder / f"{customer}_floor.log",
            )
            cost = build(customer)
            table.add_row(
                customer,
                f"{cost.seconds:.1f}",
                f"{cost.peak_gib:.2f}",
                f"{floor.seconds:.1f}",
                f"{(cost.seconds - demo.seconds) / floor.seconds:.1f}",
            )
            shutil.rmtree(raw)
    console.print(table)


if __name__ == "__main__":
    typer.run(main)

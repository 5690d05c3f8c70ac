"""What a large customer costs: `python -m python_jobs.simulation.bench`.

Builds a customer of a tenth of the size and one of the whole, each a second time after the files of
one more day were added, and tells how costs grow. The floor is DuckDB reading the same files into
tables and nothing else.
"""

import json
import math
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import duckdb
import typer
from rich.console import Console
from rich.table import Table

from python_jobs.simulation.shop import ShopSettings

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
    connection.execute("set memory_limit = '25%'; set preserve_insertion_order = false")
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
    cpu_seconds: float
    """of all cores; on a machine that does other things as well it says more than seconds"""
    peak_gib: float


@dataclass(frozen=True)
class Measured:
    """A customer's costs."""

    made: str
    """what was made, as it says"""
    floor: Cost
    full: Cost
    next_day: Cost
    build_gib: float
    """of the file that dbt builds in, after both builds"""
    published_gib: float


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
        raise RuntimeError(f"{' '.join(command)} failed, see {log}:\n{log.read_text()[-2000:]}")
    return Cost(
        time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 2**20
    )


class Bench:
    """Folders of customers that are measured."""

    def __init__(self, folder: Path) -> None:
        """Keep everything in `folder`."""
        self.folder = folder
        self.environment = {
            "AUTOPILOT_DATASETS": str(folder / "datasets"),
            "AUTOPILOT_WAREHOUSE": str(folder / "warehouse"),
            "DBT_LOG_PATH": str(folder / "logs"),
        }

    def raw(self, customer: str) -> Path:
        """Return the folder of a customer's files."""
        return self.folder / "datasets" / customer / "meta" / "raw"

    def build(self, customer: str) -> Cost:
        """Build a customer; the project is parsed before, as it is for all builds but the first."""
        dbt = [sys.executable, "-m", "dbt.cli.main"]
        variables = ["--vars", json.dumps({"customer": customer})]
        environment = self.environment | {"DBT_TARGET_PATH": str(self.folder / "target" / customer)}
        log = self.folder / f"{customer}.log"
        measure([*dbt, "parse", *variables], environment, log)
        return measure([*dbt, "build", *variables], environment, log)

    def measure(self, customer: str, ad_days: int, order_lines: int, kind: str) -> Measured:
        """Make a customer, build it, add a day and build it again; the files are gone then."""
        raw, next_day = self.raw(customer), self.folder / f"{customer}_next_day"
        log = self.folder / f"{customer}_data.log"
        make = [sys.executable, "-m", "python_jobs.simulation.bench_data", "--folder", str(raw)]
        make += ["--ad-days", str(ad_days), "--order-lines", str(order_lines), "--format", kind]
        measure([*make, "--next-day", str(next_day)], self.environment, log)
        read_only = (
            "import sys; from python_jobs.simulation import bench; bench.floor(*sys.argv[1:])"
        )
        floor_file = self.folder / f"{customer}_floor.duckdb"
        floor = measure(
            [sys.executable, "-c", read_only, str(floor_file), str(raw), kind],
            self.environment,
            self.folder / f"{customer}_floor.log",
        )
        floor_file.unlink()
        full = self.build(customer)
        for added in next_day.iterdir():
            shutil.move(added, raw / f"next_day_{added.name}")
        again = self.build(customer)
        shutil.rmtree(raw)
        file = f"{customer}_meta.duckdb"
        built, published = (
            (self.folder / "warehouse" / name).stat().st_size / 2**30
            for name in (f".build/{file}", file)
        )
        return Measured(log.read_text().strip(), floor, full, again, built, published)


def exponent(small: float, large: float, factor: float) -> str:
    """Write the power of the size by which a cost grows."""
    return f"{math.log(large / small) / math.log(factor):.2f}" if min(small, large) > 0 else ""


def main(
    ad_days: Annotated[int, typer.Option(help="Rows of ad level insights.")] = 10_000_000,
    orders: Annotated[int, typer.Option(help="Orders of the shop.")] = 5_000_000,
    kind: Annotated[str, typer.Option("--format", help="Of the insights: csv or pages.")] = "csv",
    factor: Annotated[int, typer.Option(help="The small customer is so many times smaller.")] = 10,
) -> None:
    """Print time, peak memory and disk of both customers, and by which power they grow."""
    lines = round(orders * (1 + ShopSettings().two_lines))
    # stays where a build fails, to be looked at: it took hours to come to
    folder = Path(tempfile.mkdtemp(prefix="bench-", dir=os.environ.get("AUTOPILOT_BENCH")))
    bench = Bench(folder)
    shutil.copytree("datasets/moprobo/meta/raw", bench.raw("demo"))
    demo = bench.build("demo")
    small = bench.measure("small", ad_days // factor, lines // factor, kind)
    large = bench.measure("large", ad_days, lines, kind)
    shutil.rmtree(folder)
    rows: tuple[tuple[str, Callable[[Measured], float]], ...] = (
        ("full build, seconds", lambda of: of.full.seconds),
        ("full build, CPU seconds", lambda of: of.full.cpu_seconds),
        ("- beyond the demo's", lambda of: of.full.cpu_seconds - demo.cpu_seconds),
        ("- times those of the floor", lambda of: of.full.cpu_seconds / of.floor.cpu_seconds),
        ("full build, peak GiB", lambda of: of.full.peak_gib),
        ("next day, CPU seconds", lambda of: of.next_day.cpu_seconds),
        ("- share of the full build", lambda of: of.next_day.cpu_seconds / of.full.cpu_seconds),
        ("next day, peak GiB", lambda of: of.next_day.peak_gib),
        ("build file, GiB", lambda of: of.build_gib),
        ("published file, GiB", lambda of: of.published_gib),
    )
    table = Table(title=f"{os.cpu_count()} cores; the demo takes {demo.cpu_seconds:.1f} CPU s")
    for heading in ("", f"1/{factor}", "whole", "grows by the power"):
        table.add_column(heading, justify="right" if heading else "left")
    for title, value in rows:
        pair = value(small), value(large)
        table.add_row(title, *(f"{one:,.2f}" for one in pair), exponent(*pair, factor))
    console = Console()
    console.print(f"1/{factor}: {small.made}\nwhole: {large.made}")
    console.print(table)


if __name__ == "__main__":
    typer.run(main)

"""What another version of this project publishes of the same files, against this one.

`python -m python_jobs.simulation.golden --against v0.1.0` builds golden accounts with the program
as it is here and as it was at a commit, and prints every published table and column in which they
differ. Each difference belongs into the changelog, or is a mistake.

The accounts are the demo and two that are unlike it: one that sells in euros and leaves budgets to
campaigns, and one without a shop that began three weeks ago. `--datasets` adds customers' own.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.table import Table

from python_jobs.simulation.account import make_account
from python_jobs.simulation.ads import draw_ads
from python_jobs.simulation.customer import record_customer
from python_jobs.simulation.history import History
from python_jobs.simulation.settings import WorldSettings
from python_jobs.simulation.shop import ShopSettings
from python_jobs.simulation.world import make_world
from python_jobs.simulation.writers import write_export
from python_jobs.warehouse.compare import Difference, compare
from python_jobs.warehouse.reference import published_keys

ACCOUNTS: Mapping[str, tuple[WorldSettings, int, str, bool]] = {
    "campaign_budgets": (
        WorldSettings(seed=41, ad_sets=12, campaign_budget_share=1.0, curve="hill"),
        100,
        "EUR",
        True,
    ),
    "just_begun": (WorldSettings(seed=42, ad_sets=6, campaign_budget_share=0.0), 21, "USD", False),
}
"""settings, days, currency and whether there is a shop, by name"""


def write_accounts(folder: Path) -> list[str]:
    """Write the golden accounts as folders of customers; return their names."""
    shutil.copytree("datasets/moprobo", folder / "moprobo", dirs_exist_ok=True)
    for name, (settings, days, currency, has_shop) in ACCOUNTS.items():
        world = make_world(settings)
        history = History.of([world.step(world.start_budgets) for _ in range(days)])
        ads = draw_ads(settings, world.ad_sets, days=days)
        account = replace(make_account(world.ad_sets, ads), currency=currency)
        shop = ShopSettings(seed=settings.seed)
        customer = record_customer(
            settings.seed, world.ad_sets, history, ads=ads, account=account, shop=shop
        )
        raw = folder / name / "meta" / "raw"
        write_export(raw, customer, settings.first_day + timedelta(days=days))
        if not has_shop:
            (raw / "shopify_orders_export.csv").unlink()
    return ["moprobo", *ACCOUNTS]


def build(project: Path, datasets: Path, customer: str, side: Path) -> Path:
    """Build a customer with the program in a folder; return the published file.

    Raises:
        RuntimeError: the build did not pass; the message ends with what it printed.

    """
    # in one place for both sides, as `results.parameters` names files
    config = side.parent / "config"
    shutil.rmtree(config, ignore_errors=True)
    shutil.copytree(project / "config", config)
    # people are hashed with the same secret on both sides
    (config / customer / "meta").mkdir(parents=True, exist_ok=True)
    (config / customer / "meta" / ".key").write_text("5" * 64)
    environment = os.environ | {
        "AUTOPILOT_CONFIG": str(config.absolute()),
        "AUTOPILOT_DATASETS": str(datasets.absolute()),
        "AUTOPILOT_WAREHOUSE": str(side.absolute() / "warehouse"),
        "DBT_TARGET_PATH": str(side.absolute() / "target"),
        "DBT_LOG_PATH": str(side.absolute() / "logs"),
        "PYTHONPATH": str(project.absolute()),
    }
    # the morning is that of the data, whatever the clock says
    variables = json.dumps({"customer": customer})
    command = [sys.executable, "-m", "dbt.cli.main", "build", "--vars", variables]
    done = subprocess.run(  # noqa: S603
        [*command, "--exclude-resource-type", "unit_test", "--exclude-resource-type", "test"],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{customer} did not build in {project}:\n{done.stdout[-2000:]}")
    return side / "warehouse" / f"{customer}_meta.duckdb"


def main(
    against: Annotated[str, typer.Option(help="a commit, tag or branch of this repository")],
    datasets: Annotated[
        Path | None, typer.Option(help="a folder with customers of your own, beside the golden")
    ] = None,
    folder: Annotated[Path, typer.Option(help="where all of it is built")] = Path("target/golden"),
) -> None:
    """Build, compare, print; exit code 1 where something differs."""
    console = Console()
    shutil.rmtree(folder, ignore_errors=True)
    own = datasets or Path()
    pairs = [(folder / "datasets", name) for name in write_accounts(folder / "datasets")]
    if datasets:
        pairs += [(own, each.name) for each in sorted(own.iterdir()) if (each / "meta").is_dir()]
    archive = folder / "then.tar"
    subprocess.run(  # noqa: S603
        ["git", "archive", "--output", str(archive), against],  # noqa: S607
        check=True,
    )
    shutil.unpack_archive(archive, folder / "then" / "program", filter="data")
    found: dict[str, list[Difference]] = {}
    for data, name in pairs:
        with console.status(f"building {name} twice"):
            then = build(folder / "then" / "program", data, name, folder / "then")
            now = build(Path.cwd(), data, name, folder / "now")
        found[name] = compare(then, now, published_keys())
    console.print(table_of(found, against))
    if any(found.values()):
        raise typer.Exit(1)


def table_of(found: Mapping[str, list[Difference]], against: str) -> Table | str:
    """Return the differences of all accounts as a table, or a sentence where there is none."""
    if not any(found.values()):
        return f"{', '.join(found)}: nothing published differs from {against}."
    table = Table(title=f"What differs from {against}")
    for heading in ("account", "table", "column", "difference", "rows", "largest", "for example"):
        justify: Literal["left", "right"] = "right" if heading in {"rows", "largest"} else "left"
        table.add_column(heading, justify=justify, overflow="fold")
    for account, differences in found.items():
        for each in differences:
            largest = "" if each.largest is None else f"{each.largest:.2g}"
            rows = str(each.rows or "")
            table.add_row(account, each.table, each.column, each.what, rows, largest, each.example)
    return table


if __name__ == "__main__":
    typer.run(main)

"""Build a customer with Spark and tell where what it publishes differs from DuckDB's.

`python -m python_jobs.spark --customer moprobo`, after `dbt build`.
"""

import os
import time
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Annotated

import duckdb
import typer
from rich.console import Console
from rich.table import Table

from python_jobs.simulation.pipeline import Model, compile_project
from python_jobs.spark.dialect import GIVEN
from python_jobs.spark.run import SparkBuild, open_spark
from python_jobs.warehouse.compare import PUBLISHED, Difference, compare
from python_jobs.warehouse.reference import published_keys

OF_PUBLISHING = "results.decision_log"
"""holds what publishing adds to it: the decisions of the build itself"""


def main(
    customer: Annotated[str, typer.Option(help="one that DuckDB has built")] = "moprobo",
    platform: str = "meta",
    folder: Annotated[Path, typer.Option(help="for Spark's tables")] = Path("target/spark"),
) -> None:
    """Build, compare, print; exit code 1 where something differs."""
    console = Console(width=120)
    warehouse = Path(os.environ.get("AUTOPILOT_WAREHOUSE", "warehouse"))
    build = warehouse / ".build" / f"{customer}_{platform}.duckdb"
    targets = [path.stem for path in Path("models").rglob("*.sql") if path.parent.name in PUBLISHED]
    compiled = compile_project(Path.cwd(), targets, given=GIVEN)
    spark = SparkBuild(open_spark(folder), compiled, build, folder / customer)
    started = time.monotonic()

    def told(model: Model) -> None:
        console.print(f"{time.monotonic() - started:5.0f} s  {model.schema}.{model.name}")

    spark.run(told)
    file = folder / f"{customer}.duckdb"
    spark.publish(file)
    keys = {name: key for name, key in published_keys().items() if name != OF_PUBLISHING}
    found = [each for each in compare(build, file, keys) if each.table in keys]
    console.print(table_of(build, file, keys, found))
    if found:
        raise typer.Exit(1)


def table_of(
    build: Path, made: Path, compared: Collection[str], found: Sequence[Difference]
) -> Table:
    """Return a row for each table that was made: its size, and what Spark makes otherwise."""
    table = Table("table", "rows", "columns", "equal", "what differs")
    with duckdb.connect(str(made), read_only=True) as connection:
        names = connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables() order by 1"
        ).fetchall()
    with duckdb.connect(str(build), read_only=True) as connection:
        for name in (name for (name,) in names if name in compared):
            rows = connection.table(name)
            differs = [each for each in found if each.table == name]
            columns = len(rows.columns)
            equal = columns - len({each.column for each in differs})
            told = "; ".join(map(_told, differs))
            table.add_row(name, str(len(rows)), str(columns), str(equal), told)
    return table


def _told(difference: Difference) -> str:
    size = "" if difference.largest is None else f" by up to {difference.largest:.2g}"
    return f"{difference.column or difference.what}: {difference.rows} rows{size}"


if __name__ == "__main__":
    typer.run(main)

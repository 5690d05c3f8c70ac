"""A published table as one Parquet file per date, for people who work with files."""

import shutil
from pathlib import Path

import duckdb

from python_jobs.warehouse.publish import literal


def write_date_files(
    connection: duckdb.DuckDBPyConnection, relation: tuple[str, str], column: str, folder: Path
) -> None:
    """Write `{folder}/{date}.parquet` for every date of the column, as a whole folder.

    Args:
        connection: on the database that holds the relation.
        relation: its schema and name.
        column: a date column; rows where it is null are left out.
        folder: made if absent; what it held is gone.

    Raises:
        duckdb.Error, OSError: the folder may be half written.

    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    table = '"{}"."{}"'.format(*relation)
    months = connection.execute(
        f"select distinct date_trunc('month', \"{column}\") from {table} "
        f'where "{column}" is not null'
    ).fetchall()
    for (month,) in months:
        # DuckDB begins a second file for a date once it has a hundred open, so a month at a time
        connection.execute(
            f"copy (from {table} where date_trunc('month', \"{column}\") = ?) "
            f"to {literal(folder)} "
            f'(format parquet, partition_by ("{column}"), write_partition_columns true, append)',
            [month],
        )
    for part in folder.iterdir():
        [file] = part.iterdir()
        file.rename(folder / f"{part.name.partition('=')[2]}.parquet")
        part.rmdir()


def swap_folder(new: Path, folder: Path) -> None:
    """Put the new folder in the place of the old one; readers of the old keep their open files."""
    old = folder.with_name(f".{folder.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    new.rename(folder)
    shutil.rmtree(old, ignore_errors=True)

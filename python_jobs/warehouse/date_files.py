"""A published table as one Parquet file per date, for people who work with files."""

import ctypes
import os
import shutil
from pathlib import Path

import duckdb

from python_jobs.warehouse.publish import literal

# of <fcntl.h> and <linux/fs.h>, see renameat2(2)
AT_FDCWD, RENAME_EXCHANGE = -100, 2


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
        duckdb.Error, OSError: there is no such folder then.

    """
    shutil.rmtree(folder, ignore_errors=True)
    try:
        folder.mkdir(parents=True)
        _write_parts(connection, '"{}"."{}"'.format(*relation), column, folder)
    except (duckdb.Error, OSError):
        shutil.rmtree(folder, ignore_errors=True)
        raise
    for part in folder.iterdir():
        [file] = part.iterdir()
        file.rename(folder / f"{part.name.partition('=')[2]}.parquet")
        part.rmdir()


def _write_parts(
    connection: duckdb.DuckDBPyConnection, table: str, column: str, folder: Path
) -> None:
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


def swap_folder(new: Path, folder: Path) -> None:
    """Put the new folder in the place of the old one; readers of the old keep their open files."""
    old = folder.with_name(f".{folder.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        if _exchange(new, folder):
            old = new
        else:
            folder.rename(old)
            new.rename(folder)
        shutil.rmtree(old, ignore_errors=True)
    else:
        new.rename(folder)


def _exchange(one: Path, other: Path) -> bool:
    """Swap two names at once, so that neither is ever missing; False where the system cannot."""
    rename = getattr(ctypes.CDLL(None), "renameat2", None)
    return rename is not None and not rename(
        AT_FDCWD, os.fsencode(one), AT_FDCWD, os.fsencode(other), RENAME_EXCHANGE
    )

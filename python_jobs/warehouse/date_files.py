"""A published table as one Parquet file per date, for people who work with files."""

import ctypes
import os
import shutil
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from python_jobs.warehouse.publish import literal

# of <fcntl.h> and <linux/fs.h>, see renameat2(2)
AT_FDCWD, RENAME_EXCHANGE = -100, 2


def write_date_files(
    connection: duckdb.DuckDBPyConnection,
    relation: tuple[str, str],
    column: str,
    folder: Path,
    before: Path,
) -> None:
    """Write `{folder}/{date}.parquet` for every date of the column, as a whole folder.

    Args:
        connection: on the database that holds the relation.
        relation: its schema and name.
        column: a date column; rows where it is null are left out.
        folder: made if absent; what it held is gone.
        before: the folder of the last run, there or not. Its files that hold what the relation
            does, `run_id` and digits after the seventh aside, are taken over: to write one costs
            several times as much as to read it.

    Raises:
        duckdb.Error, OSError: there is no such folder then.

    """
    table = '"{}"."{}"'.format(*relation)
    shutil.rmtree(folder, ignore_errors=True)
    try:
        folder.mkdir(parents=True)
        same = _unchanged(connection, table, column, before)
        _write_parts(connection, table, column, folder, same)
        for part in list(folder.iterdir()):
            [file] = part.iterdir()
            file.rename(folder / f"{part.name.partition('=')[2]}.parquet")
            part.rmdir()
        for day in same:
            _take_over(before / f"{day}.parquet", folder / f"{day}.parquet")
    except (duckdb.Error, OSError):
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _unchanged(
    connection: duckdb.DuckDBPyConnection, table: str, column: str, before: Path
) -> list[date]:
    """Give the dates of which the files hold what the table does."""

    def told(source: str) -> tuple[list[tuple[Any, ...]], set[tuple[Any, ...]]]:
        columns = connection.execute(
            f"select column_name, column_type from (describe from {source})"
        ).fetchall()
        # in another order of adding up, last digits are others
        values = ", ".join(
            f'cast(round("{name}", 9) as float) as "{name}"' if kind == "DOUBLE" else f'"{name}"'
            for name, kind in columns
            if name != "run_id"
        )
        days = connection.execute(
            f"""
            select "{column}" as day, count(*) as rows, bit_xor(hash(each)) as content
            from (select {values} from {source}) as each
            group by all
            """
        ).fetchall()
        return columns, set(days)

    columns, days = told(table)
    try:
        columns_before, days_before = told(f"read_parquet({literal(before / '*.parquet')})")
    except duckdb.Error:  # there are none, or somebody has put others there
        return []
    if columns != columns_before:
        return []
    return [day for day, *_ in days & days_before if day and (before / f"{day}.parquet").exists()]


def _write_parts(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    column: str,
    folder: Path,
    without: Sequence[date],
) -> None:
    days = connection.execute(
        f'select distinct "{column}" from {table} where "{column}" is not null'
    ).fetchall()
    months: dict[date, list[date]] = {}
    for day in sorted({day for (day,) in days} - set(without)):
        months.setdefault(day.replace(day=1), []).append(day)
    for changed in months.values():
        # DuckDB begins a second file for a date once it has a hundred open, so a month at a time
        connection.execute(
            f'copy (from {table} where list_contains(?::date[], "{column}")) '
            f"to {literal(folder)} "
            f'(format parquet, partition_by ("{column}"), write_partition_columns true, append)',
            [changed],
        )


def _take_over(file: Path, new: Path) -> None:
    try:
        new.hardlink_to(file)
    except OSError:  # not every file system has a second name for a file
        shutil.copyfile(file, new)


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

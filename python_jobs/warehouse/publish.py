"""Publishing: what a run built becomes what people read, at once and only as a whole.

Builds go into one DuckDB file and people read another, because DuckDB lets nobody read a file
that is being written. The published file is never written in place: a new one is made beside it
and renamed over it, so readers have the old results or the new ones, and a crash changes nothing.
"""

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import duckdb


@dataclass(frozen=True)
class Append:
    """Rows of one table of this run that the history keeps."""

    table: str
    """name in schema `history`"""
    source: tuple[str, str]
    """schema and table in the build file; the same columns less `run_id`"""
    replaces_on: Sequence[str]
    """rows of the history that agree in these columns are replaced"""


@dataclass(frozen=True)
class Run:
    """What `history.runs` keeps of a run, less what publishing itself knows."""

    run_id: str
    started_at: datetime
    """UTC, without zone"""
    customer: str
    platform: str
    as_of: date | None
    data_through: date | None
    package_version: str | None
    dbt_version: str


def restore_history(
    connection: duckdb.DuckDBPyConnection, live: Path, tables: Mapping[str, Mapping[str, str]]
) -> None:
    """Make schema `history` of the build file equal to the published one.

    Args:
        connection: on the build file.
        live: the published file; tables that it lacks become empty.
        tables: per table its columns and their types, in order; `runs` must be among them.

    Raises:
        duckdb.Error: the published file is there and is not a DuckDB file.

    """
    declared = {
        t: {c: kind.upper() for c, kind in columns.items()} for t, columns in tables.items()
    }
    build = _database(connection)
    with _published(connection, live) as is_there:
        kept = _columns(connection, "published") if is_there else {}
        if (
            _columns(connection, build) == declared
            and "runs" in kept
            and _run_ids(connection, build) == _run_ids(connection, "published")
        ):
            return
        connection.begin()
        connection.execute("create schema if not exists history")
        for table, columns in tables.items():
            definition = ", ".join(f'"{column}" {kind}' for column, kind in columns.items())
            connection.execute(f'create or replace table history."{table}" ({definition})')
            shared = ", ".join(f'"{c}"' for c in columns if c in kept.get(table, {}))
            if shared:
                connection.execute(
                    f'insert into history."{table}" by name '
                    f'select {shared} from published.history."{table}"'
                )
        connection.commit()


def publish(
    connection: duckdb.DuckDBPyConnection,
    live: Path,
    relations: Sequence[tuple[str, str]],
    appends: Sequence[Append],
    run: Run,
) -> None:
    """Replace the given relations in the published file, keep its others, and append the history.

    Args:
        connection: on the build file, whose schema `history` `restore_history` has filled.
        live: the published file; made if absent.
        relations: schema and name of each relation to publish; views become tables.
        appends: what the history keeps of this run.
        run: this run.

    Raises:
        duckdb.Error, OSError: nothing was published.

    """
    _append_history(connection, relations, appends, run)
    build = _database(connection)
    new = live.with_name(live.name + ".new")
    for leftover in (new, _wal(new)):
        leftover.unlink(missing_ok=True)
    connection.execute(f"attach {literal(new)} as new")
    try:
        copies = dict.fromkeys(relations, build)
        copies |= {("history", table): build for table in _columns(connection, build)}
        with _published(connection, live) as is_there:
            if is_there:
                stay = _tables(connection, "published") - copies.keys() - {("results", "runs")}
                copies |= dict.fromkeys(stay, "published")
            for schema in sorted({schema for schema, _ in copies} | {"results"}):
                connection.execute(f'create schema if not exists new."{schema}"')
            for (schema, table), source in copies.items():
                connection.execute(
                    f'create table new."{schema}"."{table}" as from "{source}"."{schema}"."{table}"'
                )
        connection.execute(
            """
            create table new.results.runs as
            with

            owners as (
                select
                    table_name,
                    max_by(run_id, published_at) as run_id
                from (
                    select run_id, published_at, unnest(tables) as table_name from new.history.runs
                )
                group by table_name
            ),

            owned as (
                select
                    run_id,
                    list(table_name order by table_name) as tables
                from owners
                group by run_id
            )

            select runs.* replace (coalesce(owned.tables, []) as tables)
            from new.history.runs as runs
            left join owned using (run_id)
            order by runs.published_at
            """
        )
    finally:
        connection.execute("detach new")
    _swap(new, live)


def append_rows(connection: duckdb.DuckDBPyConnection, append: Append, run_id: str) -> None:
    """Add the rows of one table to the history in the database that the connection is on."""
    source = '"{}"."{}"'.format(*append.source)
    keys = ", ".join(f'"{column}"' for column in append.replaces_on)
    connection.execute(
        f'delete from history."{append.table}" where ({keys}) in (select ({keys}) from {source})'
    )
    connection.execute(
        f'insert into history."{append.table}" by name select ? as run_id, * from {source}',
        [run_id],
    )


def _append_history(
    connection: duckdb.DuckDBPyConnection,
    relations: Sequence[tuple[str, str]],
    appends: Sequence[Append],
    run: Run,
) -> None:
    """Append to the build file's history; `restore_history` undoes it if publishing then fails."""
    connection.begin()
    for append in appends:
        append_rows(connection, append, run.run_id)
    connection.execute(
        """
        insert into history.runs by name
        select
            ? as run_id, ? as started_at, current_timestamp at time zone 'UTC' as published_at,
            ? as customer, ? as platform, ? as as_of, ? as data_through,
            ? as package_version, ? as dbt_version, ? as tables
        """,
        [
            run.run_id,
            run.started_at,
            run.customer,
            run.platform,
            run.as_of,
            run.data_through,
            run.package_version,
            run.dbt_version,
            sorted(f"{schema}.{table}" for schema, table in relations),
        ],
    )
    connection.commit()


@contextmanager
def _published(connection: duckdb.DuckDBPyConnection, live: Path) -> Iterator[bool]:
    """Attach the published file as `published`; false if there is none."""
    if not live.exists():
        yield False
        return
    copy = live.with_name(live.name + ".copy")
    try:
        connection.execute(f"attach {literal(live)} as published (read_only)")
    except duckdb.Error:
        # somebody has it open for writing, or left a write-ahead log: the file itself is readable
        shutil.copyfile(live, copy)
        connection.execute(f"attach {literal(copy)} as published (read_only)")
    try:
        yield True
    finally:
        connection.execute("detach published")
        copy.unlink(missing_ok=True)


def _swap(new: Path, live: Path) -> None:
    """Put `new` in the place of `live`, safe against a power cut."""
    descriptor = os.open(new, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)
    # the log of somebody who wrote into the published file does not fit the new one, and DuckDB
    # would refuse to open the two together
    _wal(live).unlink(missing_ok=True)
    new.replace(live)
    folder = os.open(live.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def _wal(database: Path) -> Path:
    return database.with_name(database.name + ".wal")


def literal(path: Path) -> str:
    """Write a path as SQL text."""
    return "'" + str(path).replace("'", "''") + "'"


def _database(connection: duckdb.DuckDBPyConnection) -> str:
    [(name,)] = connection.execute("select current_database()").fetchall()
    return str(name)


def _tables(connection: duckdb.DuckDBPyConnection, database: str) -> set[tuple[str, str]]:
    return set(
        connection.execute(
            "select schema_name, table_name from duckdb_tables() where database_name = ?",
            [database],
        ).fetchall()
    )


def _columns(connection: duckdb.DuckDBPyConnection, database: str) -> dict[str, dict[str, str]]:
    """Per table of schema `history` its columns and types."""
    columns: dict[str, dict[str, str]] = {}
    for table, column, kind in connection.execute(
        """
        select table_name, column_name, data_type from duckdb_columns()
        where database_name = ? and schema_name = 'history'
        order by table_name, column_index
        """,
        [database],
    ).fetchall():
        columns.setdefault(table, {})[column] = kind
    return columns


def _run_ids(connection: duckdb.DuckDBPyConnection, database: str) -> list[tuple[str]]:
    query = f'select run_id from "{database}".history.runs order by published_at'
    return list(connection.execute(query).fetchall())

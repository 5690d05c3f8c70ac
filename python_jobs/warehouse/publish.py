"""Publishing: what a run built becomes what people read, at once and only as a whole.

Builds go into one DuckDB file and people read another, because DuckDB lets nobody read a file
that is being written. The published file is never written in place: a new one is made beside it
and renamed over it, so readers have the old results or the new ones, and a crash changes nothing.
"""

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import MappingProxyType

import duckdb

OLDEST_READER = "v1.4.0"
"""DuckDB that can read the published file: the tools that people open it with lag behind"""


@dataclass(frozen=True)
class Append:
    """Rows of one table of this run that the history keeps."""

    table: str
    """name in schema `history`"""
    source: tuple[str, str]
    """schema and table in the build file; the same columns, `run_id` or not"""
    replaces_on: Sequence[str]
    """rows of the history that agree in these columns are replaced; none are if there are none"""


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


class NotReadableError(Exception):
    """The published file is there and is no DuckDB file."""


def restore_history(
    connection: duckdb.DuckDBPyConnection, live: Path, tables: Mapping[str, Mapping[str, str]]
) -> None:
    """Make schema `history` of the build file equal to the published one.

    Args:
        connection: on the build file.
        live: the published file; tables that it lacks become empty.
        tables: per table its columns and their types, in order; `runs` must be among them.

    Raises:
        NotReadableError: the published file is no DuckDB file.
        duckdb.Error, OSError: the build file, or a copy that is needed, could not be written.

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
    *,
    views: Mapping[tuple[str, str], str] = MappingProxyType({}),
) -> None:
    """Replace the given relations in the published file, keep its others, and append the history.

    One at a time: a second publisher of the same file could lose what the first appended.

    Args:
        connection: on the build file, whose schema `history` `restore_history` has filled.
        live: the published file; made if absent.
        relations: schema and name of each relation to publish; views become tables.
        appends: what the history keeps of this run.
        run: this run.
        views: schema and name of each view that shows a table of the history -> that table.

    Raises:
        duckdb.Error, OSError: nothing was published.

    """
    new = live.with_name(live.name + ".new")
    try:
        _remove(new)
        with _published(connection, live) as is_there:
            _write(connection, new, relations, appends, run, views=views, is_there=is_there)
        _swap(new, live)
    except (duckdb.Error, OSError):
        # on a full disk it takes the room that the next attempt needs
        with suppress(OSError):
            _remove(new)
        raise


def _write(
    connection: duckdb.DuckDBPyConnection,
    new: Path,
    relations: Sequence[tuple[str, str]],
    appends: Sequence[Append],
    run: Run,
    *,
    views: Mapping[tuple[str, str], str],
    is_there: bool,
) -> None:
    """Write a file of this run, and of what `published`, if it `is_there`, has beside it."""
    build = _database(connection)
    connection.execute(f"attach {literal(new)} as new (storage_version '{OLDEST_READER}')")
    try:
        there = _columns(connection, "published") if is_there else {}
        changed = [
            ("history", table)
            for table, columns in _columns(connection, build).items()
            if there.get(table) != columns
        ]
        made = [*relations, *changed]
        schemas = {schema for schema, _ in [*made, *views]}
        for schema in sorted(schemas | {"history", "results"}):
            connection.execute(f'create schema if not exists new."{schema}"')
        for schema, table in made:
            connection.execute(
                f'create table new."{schema}"."{table}" as from "{build}"."{schema}"."{table}"'
            )
        if is_there:
            _keep_others(connection, {*made, *views, ("results", "runs")})
        published_at = _moment(connection)
        # in the build file too, so that the next run need not bring it from the published one; the
        # run first, for a run that only one of the files knows tells that the other was killed
        for database in (build, "new"):
            _append_run(connection, database, run, published_at, [*relations, *views])
            for append in appends:
                append_rows(connection, append, run.run_id, database)
        for (schema, view), table in views.items():
            # without the name of the database, which is another where the file is attached
            connection.execute(
                f'create or replace view new."{schema}"."{view}" as from history."{table}"'
            )
        connection.execute(
            """
            create or replace table new.results.runs as
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
        # writes what is still in its log, or raises
        connection.execute("detach new")


def _keep_others(connection: duckdb.DuckDBPyConnection, made: Set[tuple[str, str]]) -> None:
    """Copy what `published` has and this run does not make."""
    for schema, table in connection.execute(
        "select schema_name, table_name from duckdb_tables() where database_name = 'published'"
    ).fetchall():
        if (schema, table) not in made:
            connection.execute(f'create schema if not exists new."{schema}"')
            connection.execute(
                f'create table new."{schema}"."{table}" as from published."{schema}"."{table}"'
            )
    build = _database(connection)
    for schema, view, definition in connection.execute(
        "select schema_name, view_name, sql from duckdb_views() "
        "where database_name = 'published' and not internal"
    ).fetchall():
        if (schema, view) not in made:
            connection.execute(f'create schema if not exists new."{schema}"')
            # its text names no database
            connection.execute("use new")
            try:
                connection.execute(definition)
            finally:
                connection.execute(f'use "{build}"')


def _moment(connection: duckdb.DuckDBPyConnection) -> datetime:
    """Return the time in UTC, after that of every run before even if the clock was set back.

    Runs are ordered by it wherever the newest one counts.
    """
    now = datetime.now(UTC).replace(tzinfo=None)
    [(last,)] = connection.execute("select max(published_at) from new.history.runs").fetchall()
    return now if last is None else max(now, last + timedelta(microseconds=1))


def append_rows(
    connection: duckdb.DuckDBPyConnection, append: Append, run_id: str, database: str | None = None
) -> None:
    """Add the rows of a table of the current database to its history, or to that of another."""
    history = f'"{database or _database(connection)}".history."{append.table}"'
    source = '"{}"."{}"'.format(*append.source)
    if append.replaces_on:
        keys = ", ".join(f'"{column}"' for column in append.replaces_on)
        connection.execute(
            f"delete from {history} where ({keys}) in (select ({keys}) from {source})"
        )
    connection.execute(
        f"insert into {history} by name "
        f"select ? as run_id, columns(lambda c: c <> 'run_id') from {source}",
        [run_id],
    )


def _append_run(
    connection: duckdb.DuckDBPyConnection,
    database: str,
    run: Run,
    published_at: datetime,
    relations: Sequence[tuple[str, str]],
) -> None:
    values = asdict(run) | {
        "published_at": published_at,
        "tables": sorted(f"{schema}.{table}" for schema, table in relations),
    }
    columns = ", ".join(f"? as {column}" for column in values)
    connection.execute(
        f'insert into "{database}".history.runs by name select {columns}', list(values.values())
    )


@contextmanager
def _published(connection: duckdb.DuckDBPyConnection, live: Path) -> Iterator[bool]:
    """Attach the published file as `published`; false if there is none."""
    copy = live.with_name(live.name + ".copy")
    copy.unlink(missing_ok=True)  # left by a kill
    if not live.exists():
        yield False
        return
    try:
        try:
            connection.execute(f"attach {literal(live)} as published (read_only)")
        except duckdb.Error:
            # somebody has it open for writing, or left a write-ahead log: the file is readable
            shutil.copyfile(live, copy)
            try:
                connection.execute(f"attach {literal(copy)} as published (read_only)")
            except duckdb.Error as error:
                raise NotReadableError(str(error)) from error
        try:
            yield True
        finally:
            connection.execute("detach published")
    finally:
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


def _remove(database: Path) -> None:
    for file in (database, _wal(database)):
        file.unlink(missing_ok=True)


def _wal(database: Path) -> Path:
    return database.with_name(database.name + ".wal")


def literal(path: Path) -> str:
    """Write a path as SQL text."""
    return "'" + str(path).replace("'", "''") + "'"


def _database(connection: duckdb.DuckDBPyConnection) -> str:
    [(name,)] = connection.execute("select current_database()").fetchall()
    return str(name)


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

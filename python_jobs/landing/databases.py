"""Tables of databases as documents: of DuckDB as Parquet, of Postgres as CSV, a row after another.

Where a table is stands in its plan's `unpack`: `duckdb` or `postgres` with schema and table. Of
Postgres the plan knows the name of the environment variable that holds the address, never the
address; nothing of it, nor of what the database says, is quoted.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from python_jobs.landing.archives import UnreadableError
from python_jobs.landing.scratch import scratch_folder

TABLES = frozenset(["duckdb", "postgres"])
"""kinds of databases, by their key in `unpack`"""
_CHUNK = 1 << 20
_SECONDS_TO_CONNECT = 10
_NO_CLIENT = (
    "needs a client for Postgres: install the extra with `pip install "
    "'meta-ads-autopilot[postgres]'`"
)


def is_duckdb(head: bytes) -> bool:
    """Tell a database file by its start."""
    return head[8:12] == b"DUCK"


def duckdb_tables(path: Path, schema: str | None, tables: Sequence[str] | None) -> list[list[str]]:
    """List (schema, table) of a database file.

    Raises:
        UnreadableError: another program writes it, or a table is missing.

    """
    with _duckdb(path) as database:
        found = database.execute(
            """
            select schema_name, table_name from duckdb_tables()
            where database_name = 'attached' and not internal
            union all
            select schema_name, view_name from duckdb_views()
            where database_name = 'attached' and not internal
            order by all
            """
        ).fetchall()
    return _chosen([list(row) for row in found], schema, tables)


def duckdb_start(
    path: Path, table: Sequence[str]
) -> tuple[list[tuple[str, str]], Sequence[str | None]]:
    """Read (column, type) of a table, and its first row as text. Raises `UnreadableError`."""
    source = f"attached.{_quoted(table)}"
    with _duckdb(path) as database:
        described = database.execute(f"describe {source}").fetchall()
        first = database.execute(f"select columns(*)::varchar from {source} limit 1").fetchone()
    return [(name, kind) for name, kind, *_ in described], first or ()


def duckdb_rows(path: Path, table: Sequence[str]) -> Iterator[bytes]:
    """Read a table as a Parquet file, piece by piece; the same rows are the same bytes."""
    with scratch_folder() as folder:
        copy = folder / "table.parquet"
        with _duckdb(path, folder) as database:
            database.execute(f"copy attached.{_quoted(table)} to '{copy}' (format parquet)")
        with copy.open("rb") as file:
            while chunk := file.read(_CHUNK):
                yield chunk


def postgres_tables(env: str, schema: str | None, tables: Sequence[str] | None) -> list[list[str]]:
    """List (schema, table) of a database.

    Raises:
        UnreadableError: it cannot be reached, or a table is missing.

    """
    with _postgres(env) as connection:
        found = connection.execute(
            """
            select table_schema, table_name from information_schema.tables
            where table_schema = %s
            order by table_name
            """,
            [schema or "public"],
        ).fetchall()
    return _chosen([list(row) for row in found], schema or "public", tables)


def postgres_rows(env: str, table: Sequence[str], most_rows: int | None = None) -> Iterator[bytes]:
    """Read a table as CSV, piece by piece, without holding it in memory; None = all its rows."""
    limit = f" limit {most_rows}" if most_rows is not None else ""
    copy_out = f"copy (select * from {_quoted(table)}{limit}) to stdout (format csv, header)"
    piece = bytearray()
    with _postgres(env) as connection, connection.cursor().copy(copy_out) as rows:
        for row in rows:
            piece += row
            if len(piece) >= _CHUNK:
                yield bytes(piece)
                piece.clear()
    yield bytes(piece)


def table_rows(path: Path, unpack: Mapping[str, Any]) -> Iterator[bytes]:
    """Read the table that `unpack` names. Raises `UnreadableError`."""
    if "duckdb" in unpack:
        return duckdb_rows(path, unpack["duckdb"])
    return postgres_rows(str(path), unpack["postgres"])


@contextmanager
def _duckdb(path: Path, folder: Path | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """Attach a database file to read it; a view in it reaches no other file.

    Files can be written into `folder` alone. Of one connection only, in the order in which rows lie
    there: else a copy is never the same.
    """
    try:
        with duckdb.connect(config={"autoinstall_known_extensions": False}) as session:
            session.execute("set threads = 1; set TimeZone = 'UTC'")
            literal = str(path).replace("'", "''")
            session.execute(f"attach '{literal}' as attached (read_only)")
            session.execute("set allowed_directories = ?", [[str(folder)] if folder else []])
            session.execute("set enable_external_access = false")
            yield session
    except duckdb.Error as error:
        raise UnreadableError(
            "cannot be opened as a DuckDB database: close the program that writes it, or copy it "
            "again with this or an older version of DuckDB"
        ) from error


@contextmanager
def _postgres(env: str) -> Iterator[Any]:
    """Connect to read only."""
    try:
        import psycopg  # noqa: PLC0415 - an extra that few have
    except ImportError as error:
        raise UnreadableError(_NO_CLIENT) from error
    address = os.environ.get(env)
    if not address:
        raise UnreadableError(
            f"cannot be reached: set the environment variable {env} to the database's address"
        )
    options = "-c TimeZone=UTC -c DateStyle=ISO -c default_transaction_read_only=on"
    try:
        connection = psycopg.connect(address, connect_timeout=_SECONDS_TO_CONNECT, options=options)
    except psycopg.Error as error:
        raise UnreadableError(
            f"cannot be reached: check that the database is up and that {env} holds its address"
        ) from error
    try:
        with connection:
            yield connection
    except psycopg.Error as error:
        raise UnreadableError(
            "cannot be read: check that the user of the database may select from it"
        ) from error


def _chosen(
    found: list[list[str]], schema: str | None, tables: Sequence[str] | None
) -> list[list[str]]:
    """Take the tables that were asked for."""
    of_schema = [table for table in found if schema is None or table[0] == schema]
    if tables is None:
        return of_schema
    for name in tables:
        if not any(table[1] == name for table in of_schema):
            raise UnreadableError(
                f"has no table {name}: take it out of `locations`, or give it the right schema"
            )
    return [table for table in of_schema if table[1] in tables]


def _quoted(table: Sequence[str]) -> str:
    return ".".join('"' + part.replace('"', '""') + '"' for part in table)

"""What a build may keep of the last one: files worked through, and days that nothing has changed.

The tables say what the last whole build was made from. While a build runs nothing counts as whole:
one that is killed, fails or leaves tables out keeps nothing for the next, which makes everything
anew.
"""

import hashlib
from collections.abc import Iterable
from pathlib import Path

import duckdb

CODE = {"models": "*", "macros": "*", "seeds": "*", "python_jobs": "*.py"}
TABLES = {
    "files": "file_id varchar, extract_rank bigint, first_day date",
    "context": "kind varchar, name varchar, value varchar",
    "builds": "program varchar, is_whole boolean",
}


def program_of(project: Path) -> str:
    """Return a hash of all code that tables are made by, DuckDB's version included."""
    digest = hashlib.sha256(f"duckdb {duckdb.__version__}".encode())
    for path in sorted(_code_files(project)):
        digest.update(path.relative_to(project).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _code_files(project: Path) -> Iterable[Path]:
    yield project / "dbt_project.yml"
    for folder, pattern in CODE.items():
        for path in (project / folder).rglob(pattern):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path


def begin(connection: duckdb.DuckDBPyConnection, program: str, *, anew: bool = False) -> bool:
    """Open a build: until `end`, none is whole.

    Returns:
        Whether tables may be kept: the last build was whole and of the same program, and nobody
        asked for everything `anew`. Otherwise schema `kept` is empty.

    """
    connection.begin()
    connection.execute("create schema if not exists kept")
    for table, columns in TABLES.items():
        connection.execute(f"create table if not exists kept.{table} ({columns})")
    last = connection.execute("from kept.builds").fetchall()
    may_keep = last == [(program, True)] and not anew
    connection.execute("delete from kept.builds")
    connection.execute("insert into kept.builds values (?, false)", [program])
    if not may_keep:
        connection.execute("delete from kept.files; delete from kept.context")
    connection.commit()
    return may_keep


def end(connection: duckdb.DuckDBPyConnection) -> None:
    """Close a build in which everything was built and passed."""
    connection.begin()
    connection.execute(
        """
        delete from kept.files;
        delete from kept.context;
        insert into kept.files by name
        select file_id, extract_rank, first_day from landing.landing_file_states;
        insert into kept.context by name from landing.landing_context;
        insert into kept.context by name from staging.stg_meta__context;
        update kept.builds set is_whole = true;
        """
    )
    connection.commit()

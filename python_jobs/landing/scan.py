"""Reading files with DuckDB into temporary tables, a failure becoming a sentence about the file.

DuckDB's own error text quotes the row it stumbled over, e-mails included, so it is looked at here
and goes no further. All files of one plan are read by one statement. Each scanned table has
`filename`, `n` (a number in file order) and the layout's columns; `Scan.problems` is what could not
be read.
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

# what DuckDB says of a line that it cannot take, and what a person can do about it
_REJECTED_LINES = {
    "TOO MANY COLUMNS": "has more cells than there are headers: a name with an unquoted comma, mostly",
    "MISSING COLUMNS": "has fewer cells than there are headers: the file may be cut off there",
    "UNQUOTED VALUE": "has a quotation mark that is never closed",
    "LINE SIZE OVER MAXIMUM": "is longer than 2 MB",
}


@dataclass(frozen=True)
class File:
    """One file to read."""

    file_id: str
    path: str
    size: int


@dataclass(frozen=True)
class Scan:
    """Files of one plan, read: (file_id, file_row, sentence) of failures and the temporary table.

    `table` is None where not one of the files could be read.
    """

    table: str | None
    problems: list[tuple[str, int, str]]


def files_to_read(
    session: Any, inventory: Any, kinds: Sequence[str], already_read: str | None
) -> dict[str, list[File]]:
    """Files of the given kinds by plan; those of the table `already_read` are left out."""
    done = set()
    if already_read:
        done = {row[0] for row in session.sql(f"select distinct file_id from {already_read}").fetchall()}
    by_plan: dict[str, list[File]] = {}
    for file_id, path, size, status, kind, plan in inventory.project(
        "file_id, full_path, size_bytes, status, kind, plan"
    ).fetchall():
        if status == "read" and kind in kinds and file_id not in done:
            by_plan.setdefault(plan, []).append(File(file_id, path, size))
    return dict(sorted(by_plan.items()))


def scan_csv(session: Any, table: str, files: list[File], plan: dict[str, Any], columns: str) -> Scan:
    """Read CSV files of one header; `columns` is SQL over their cells `c0`, `c1`, ..."""
    cells = ", ".join(f"'c{i}': 'varchar'" for i in range(plan["width"]))
    source = f"""
        select *, row_number() over () as n
        from read_csv(
            {_literal([file.path for file in files])}, filename = true, auto_detect = false,
            header = true, delim = {_literal(plan["delimiter"])}, quote = '"', escape = '"',
            columns = {{{cells}}}, store_rejects = true,
            rejects_table = '{table}_rejects', rejects_scan = '{table}_reject_scans'
        )"""
    for rejects in (f"{table}_rejects", f"{table}_reject_scans"):
        session.execute(f"drop table if exists temp.{rejects}")
    scan = _scan_or_tell(
        session, table, files, lambda _: f"select filename, n, {columns} from ({source})"
    )
    return Scan(scan.table, scan.problems + _rejected_lines(session, table, files))


def scan_json(session: Any, table: str, files: list[File], select: str, json_format: str) -> Scan:
    """Read JSON files; `select` is SQL over `source`, with columns `filename` and `json`."""

    def statement(readable: list[File]) -> str:
        source = f"""
            read_json_objects(
                {_literal([file.path for file in readable])}, filename = true,
                format = '{json_format}', maximum_object_size = {max(f.size for f in readable) + 1024}
            )"""
        return f"with source as (select filename, json from {source}) {select}"

    return _scan_or_tell(session, table, files, statement)


def scan_parquet(session: Any, table: str, files: list[File], columns: str) -> Scan:
    """Read Parquet files; `columns` is SQL over their own column names."""
    return _scan_or_tell(
        session,
        table,
        files,
        lambda readable: f"""
            select filename, file_row_number + 1 as n, {columns}
            from read_parquet({_literal([file.path for file in readable])},
                filename = true, file_row_number = true)""",
    )


def _scan_or_tell(
    session: Any, table: str, files: list[File], statement: Callable[[list[File]], str]
) -> Scan:
    """Create the table from all files, or from those that can be read, and tell of the others."""
    create = f"create or replace temp table {table} as "
    problems: list[tuple[str, int, str]] = []
    readable = files
    while True:
        try:
            session.execute(create + statement(readable))
            return Scan(table, problems)
        except duckdb.Error as error:
            if len(readable) == 1:
                broken = {readable[0].file_id: _sentence(error)}
            else:
                broken = _broken(session, table, readable, statement)
            if not broken:
                raise
        problems += [(file_id, 0, sentence) for file_id, sentence in broken.items()]
        readable = [file for file in readable if file.file_id not in broken]
        if not readable:
            return Scan(None, problems)


def _broken(
    session: Any, table: str, files: list[File], statement: Callable[[list[File]], str]
) -> dict[str, str]:
    """Each file that cannot be read alone, with the reason."""
    broken = {}
    for file in files:
        try:
            session.execute(f"create or replace temp table {table} as " + statement([file]))
        except duckdb.Error as error:
            broken[file.file_id] = _sentence(error)
    return broken


def _sentence(error: duckdb.Error) -> str:
    text = str(error)
    position = re.search(r"at byte (\d+)", text)
    if "end of data" in text:
        return "breaks off in the middle: download it again"
    if "Malformed JSON" in text:
        where = f" at byte {position[1]}" if position else ""
        return f"is no valid JSON{where}: download it again"
    if isinstance(error, duckdb.OutOfMemoryException):
        return "is too big to be read at once: split it into files of at most 200 MB"
    return "cannot be read: export it again"


def _rejected_lines(session: Any, table: str, files: list[File]) -> list[tuple[str, int, str]]:
    """Lines that DuckDB left out; their number counts data rows from 1, as `file_row` does."""
    found = session.execute(f"""
        select distinct scans.file_path, errors.line - 1, errors.error_type::varchar
        from temp.{table}_rejects as errors
        inner join temp.{table}_reject_scans as scans using (scan_id, file_id)
        order by all""").fetchall()
    ids = {file.path: file.file_id for file in files}
    return [
        (ids[path], row, _REJECTED_LINES.get(kind, "cannot be split into cells"))
        for path, row, kind in found
    ]


def landed(
    session: Any, name: str, scans: list[Scan], files: list[File], columns: dict[str, str], select: str
) -> Any:
    """One relation over all scans: `select` is SQL over `scanned` without its first two columns.

    `file_row` is the row's place in its file, lines that could not be read counted in.
    """
    session.execute(f"create or replace temp table {name}_files (path varchar, file_id varchar)")
    session.execute(
        f"create or replace temp table {name}_problems (file_id varchar, file_row bigint, problem varchar)"
    )
    if files:
        session.executemany(f"insert into {name}_files values (?, ?)", [(f.path, f.file_id) for f in files])
    problems = [problem for scan in scans for problem in scan.problems]
    if problems:
        session.executemany(f"insert into {name}_problems values (?, ?, ?)", problems)
    typed = ", ".join(f"cast({column} as {kind}) as {column}" for column, kind in columns.items())
    parts = [
        f"""
        select {name}_files.file_id, n - first + 1 + coalesce(missing, 0) as file_row, {select}
        from {scan.table} as scanned
        inner join (select filename, min(n) as first from {scan.table} group by filename) using (filename)
        inner join {name}_files on filename = path
        asof left join (
            select
                file_id,
                row_number() over (partition by file_id order by file_row) as missing,
                file_row - missing + 1 as from_row
            from {name}_problems where file_row > 0
        ) as gaps on {name}_files.file_id = gaps.file_id and n - first + 1 >= from_row"""
        for scan in scans
        if scan.table
    ]
    empty = ", ".join(f"null::{kind} as {column}" for column, kind in columns.items())
    return session.sql(
        f"select {typed} from (select {empty} where false union all by name "
        + " union all by name ".join([*parts, f"select file_id, file_row, problem from {name}_problems"])
        + ")"
    )


def _literal(value: Any) -> str:
    """A string or a list of strings as SQL."""
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return "[" + ", ".join(_literal(item) for item in value) + "]"


def parse_plan(plan: str) -> dict[str, Any]:
    """The plan as the inventory wrote it."""
    loaded: dict[str, Any] = json.loads(plan)
    return loaded

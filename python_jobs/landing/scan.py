"""Reading files with DuckDB into temporary tables, a failure becoming a sentence about the file.

DuckDB's own error text quotes the row that it stumbled over, e-mails included, so it is looked at
here and goes no further. All files of one plan are read by one statement. What is scanned has
`filename`, `n` (a number that counts up in file order) and the columns that the reader asked for.
"""

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import Any

import duckdb

from python_jobs.landing.documents import plain_copies
from python_jobs.landing.json_prefix import TOO_DEEP
from python_jobs.landing.nodes import nodes_sql, regroup

# DuckDB's own default for one document, which it holds in memory as a whole
_USUAL_DOCUMENT_BYTES = 16_000_000
_WHOLE_FILE = 0
_CHUNK = 1 << 20
# DuckDB keeps the order of rows for all connections of a process or for none
_ORDER_SETTING = Lock()


@dataclass(frozen=True)
class File:
    """One file to read."""

    file_id: str
    path: str
    size: int


@dataclass(frozen=True)
class Problem:
    """What could not be read: a data row counted from 1, or with row 0 the whole file."""

    file_id: str
    file_row: int
    sentence: str


@dataclass(frozen=True)
class Scan:
    """Files of one plan, read: SQL for their rows, None where no file could be read."""

    rows: str | None
    problems: Sequence[Problem]


def files_to_read(
    session: Any, inventory: Any, kinds: Sequence[str], already_read: str | None
) -> Iterator[tuple[dict[str, Any], list[File]]]:
    """Give plans with their files of the given kinds, less those in the table `already_read`.

    Of what is packed there are plain copies until the next plan is asked for. A document larger
    than usual is read on its own.
    """
    done = set()
    if already_read:
        known = session.sql(f"select distinct file_id from {already_read}").fetchall()
        done = {file_id for (file_id,) in known}
    groups: dict[tuple[str, str], list[tuple[File, Any]]] = {}
    for file_id, path, size, status, kind, plan_text in inventory.project(
        "file_id, full_path, size_bytes, status, kind, plan"
    ).fetchall():
        if status == "read" and kind in kinds and file_id not in done:
            file = File(file_id, path, size)
            plan = json.loads(plan_text)
            unpack = plan.pop("unpack", {})
            is_alone = plan["reader"] == "json" and is_large([file])
            group = json.dumps(plan), file_id if is_alone else ""
            groups.setdefault(group, []).append((file, unpack))
    for (plan_text, _), packed in sorted(groups.items(), key=lambda group: group[0]):
        with plain_copies([(file.path, unpack) for file, unpack in packed]) as paths:
            files = [
                replace(file, path=path) for (file, _), path in zip(packed, paths, strict=True)
            ]
            yield json.loads(plan_text), files


def scan_csv(
    session: Any, table: str, files: Sequence[File], plan: Mapping[str, Any], columns: str
) -> Scan:
    """Read CSV files of one header; `columns` is SQL over their cells `c0`, `c1`, ..."""

    def read(some: Sequence[File]) -> str:
        source = csv_source(
            [file.path for file in some],
            plan,
            "filename = true, store_rejects = true, "
            f"rejects_table = '{table}_rejects', rejects_scan = '{table}_reject_scans'",
        )
        return f"select filename, {columns} from {source}"

    def statement(readable: Sequence[File]) -> str:
        # among several files DuckDB says nothing of a quotation mark that is never closed
        alone = [file for file in readable if _has_odd_quotes(file)]
        together = [file for file in readable if file not in alone]
        parts = [together, *([file] for file in alone)]
        return " union all ".join(read(part) for part in parts if part)

    # each reading adds to them
    for rejects in (f"{table}_rejects", f"{table}_reject_scans"):
        session.execute(f"drop table if exists temp.{rejects}")
    scan = _scan_or_tell(session, table, files, statement, in_order=True)
    if scan.rows is None:
        return scan
    unreadable = {problem.file_id for problem in scan.problems}
    readable = [file for file in files if file.file_id not in unreadable]
    rejected = _rejected_lines(session, table, readable, plan["skip"])
    return Scan(scan.rows, [*scan.problems, *rejected])


def csv_source(paths: Sequence[str], plan: Mapping[str, Any], options: str) -> str:
    """Write SQL for the cells `c0`, `c1`, ... of CSV files of one plan."""
    cells = ", ".join(f"'c{i}': 'varchar'" for i in range(plan["width"]))
    return f"""read_csv(
        {_literal(paths)}, auto_detect = false, header = true, skip = {plan["skip"]},
        delim = {_literal(plan["delimiter"])}, quote = '"', escape = '"', columns = {{{cells}}},
        {options})"""


def scan_parquet(session: Any, table: str, files: Sequence[File], cells: str, columns: str) -> Scan:
    """Read Parquet files; `cells` names their columns `c0`, `c1`, ... for the SQL in `columns`."""
    return _scan_or_tell(
        session,
        table,
        files,
        lambda readable: (
            f"""
            select filename, n, {columns}
            from (
                select filename, file_row_number as n, {cells}
                from read_parquet(
                    {_literal([file.path for file in readable])},
                    filename = true, file_row_number = true
                )
            )"""
        ),
    )


def scan_pages(session: Any, table: str, files: Sequence[File], select: str) -> Scan:
    """Read one JSON document a file; `select` is SQL over `source` (filename, json)."""
    scan = _scan_or_tell(
        session,
        table,
        files,
        lambda readable: f"with source as ({_json(readable, 'unstructured')}) {select}",
        probe=lambda some: _json(some, "unstructured"),
    )
    if scan.rows:
        _number_through_files(session, table)
    return scan


def scan_items(
    session: Any, table: str, files: Sequence[File], json_format: str, select: str
) -> Scan:
    """Read JSON one item after another, without holding a file in memory.

    `json_format` is 'newline_delimited' or 'array'; `select` is SQL over `source` (filename, json).
    """
    return _scan_or_tell(
        session,
        table,
        files,
        lambda readable: f"with source as ({_json(readable, json_format)}) {select}",
        probe=lambda some: _json(some, json_format),
        in_order=True,
    )


def is_large(files: Sequence[File]) -> bool:
    """Tell whether a file is too large to be held in memory as one document without need."""
    return any(file.size > _USUAL_DOCUMENT_BYTES for file in files)


def scan_nodes(
    session: Any, table: str, files: Sequence[File], plan: Mapping[str, Any], select: str
) -> Scan:
    """Read objects of the Marketing API; `select` is SQL over `nodes` (see `nodes_sql`)."""
    readable = list(files)
    unreadable: list[Problem] = []
    if plan["shape"] == "odd":
        readable, unreadable = _regroup_files(session, f"{table}_regrouped", files)

    def source(some: Sequence[File]) -> str:
        if plan["shape"] == "odd":
            paths = _literal([file.path for file in some])
            return f"from temp.{table}_regrouped where list_contains({paths}, filename)"
        by_item = plan["is_list"] and is_large(some)
        return _json(some, "array" if by_item else "unstructured")

    def statement(some: Sequence[File]) -> str:
        return f"with recursive source as ({source(some)}), {nodes_sql()} {select}"

    scan = _scan_or_tell(session, table, readable, statement, probe=source)
    return Scan(scan.rows, [*unreadable, *scan.problems])


def landed(
    session: Any,
    name: str,
    *,
    scans: Sequence[Scan],
    files: Sequence[File],
    columns: Mapping[str, str],
    select: str = "scanned.* exclude (filename, n)",
    where: str = "true",
) -> Any:
    """Put all scans and problems under the declared `columns` as one relation.

    `file_row` is the row's place in its file; lines that could not be read are counted in. `select`
    and `where` are SQL over the scanned columns.
    """
    problems = {problem for scan in scans for problem in scan.problems}
    refused = {problem.file_id for problem in problems if problem.file_row == _WHOLE_FILE}
    fill(
        session,
        f"{name}_files",
        "path varchar, file_id varchar",
        {(file.path, file.file_id) for file in files if file.file_id not in refused},
    )
    fill(
        session,
        f"{name}_problems",
        "file_id varchar, file_row bigint, problem varchar",
        {(problem.file_id, problem.file_row, problem.sentence) for problem in problems},
    )
    parts = [_placed(name, scan, select, where) for scan in scans if scan.rows]
    parts.append(f"select file_id, file_row, problem from {name}_problems")
    nothing = ", ".join(f"null::{kind} as {column}" for column, kind in columns.items())
    typed = ", ".join(f"cast({column} as {kind}) as {column}" for column, kind in columns.items())
    union = " union all by name ".join([f"select {nothing} where false", *parts])
    return session.sql(f"select {typed} from ({union})")


def fill(session: Any, table: str, columns: str, rows: Collection[tuple[Any, ...]]) -> None:
    """Make a temporary table of rows, by column: far faster than an insert for each row."""
    session.execute(f"create or replace temp table {table} ({columns})")
    if rows:
        by_column = [list(values) for values in zip(*rows, strict=True)]
        select = ", ".join(["unnest(?)"] * len(by_column))
        session.execute(f"insert into {table} select {select}", by_column)


def first_of(cells: Sequence[str]) -> str:
    """Write SQL for the first of several cells that is not blank."""
    return cells[0] if len(cells) == 1 else f"coalesce({', '.join(cells)})"


def _placed(name: str, scan: Scan, select: str, where: str) -> str:
    """Write SQL that gives each scanned row its file and its place there."""
    place, gaps = "n - first + 1", ""
    if any(problem.file_row > _WHOLE_FILE for problem in scan.problems):
        # lines left out have no number: every row after one of them stands one further down
        place += " + coalesce(missing, 0)"
        gaps = f"""
            asof left join (
                select file_id, file_row - nth + 1 as from_place, max(nth) as missing
                from (
                    select
                        file_id, file_row,
                        row_number() over (partition by file_id order by file_row) as nth
                    from {name}_problems
                    where file_row > {_WHOLE_FILE}
                )
                group by file_id, from_place
            ) as gaps on files.file_id = gaps.file_id and n - first + 1 >= from_place"""
    return f"""
        select files.file_id, {place} as file_row, {select}
        from {scan.rows} as scanned
        inner join (
            select filename, any_value(file_id) as file_id, min(n) as first
            from {scan.rows} inner join {name}_files on filename = path
            group by filename
        ) as files using (filename)
        {gaps}
        where {where}"""


def _json(files: Sequence[File], json_format: str) -> str:
    limit = ""
    if json_format == "unstructured":
        largest = max(file.size for file in files)
        limit = f", maximum_object_size = {max(largest, _USUAL_DOCUMENT_BYTES) + 1}"
    paths = _literal([file.path for file in files])
    return f"""
        select filename, json
        from read_json_objects({paths}, filename = true, format = '{json_format}'{limit})"""


def _scan_or_tell(
    session: Any,
    table: str,
    files: Sequence[File],
    statement: Callable[[Sequence[File]], str],
    *,
    probe: Callable[[Sequence[File]], str] | None = None,
    in_order: bool = False,
) -> Scan:
    """Create the table from all files; where that fails, from those that can be read alone.

    Which ones these are is asked of `probe` first, SQL that reads a file and makes nothing of it:
    of hundreds of files, to try the whole statement on each takes minutes. With `in_order` the rows
    are written as they stand in their files, so that their place in the table numbers them;
    otherwise the statement makes a column `n`.
    """
    problems: list[Problem] = []
    readable = list(files)

    def scanned(*parts: Sequence[File]) -> Scan:
        into = f"create or replace temp table {table} as "
        with _order_kept(session) if in_order else nullcontext():
            for part in parts:
                session.execute(into + statement(part))
                into = f"insert into {table} "
        return Scan(f"(select rowid as n, * from {table})" if in_order else table, problems)

    while readable:
        try:
            return scanned(readable)
        except duckdb.Error as error:
            if len(readable) == 1:
                problems.append(Problem(readable[0].file_id, _WHOLE_FILE, _sentence(error)))
                break
        for tried in filter(None, (probe, statement)):
            alone = [_scan_or_tell(session, table, [file], tried) for file in readable]
            unreadable = {problem for scan in alone for problem in scan.problems}
            if unreadable:
                break
        else:
            # each can be read and all together cannot: their buffers take too much memory at once
            try:
                return scanned(*([file] for file in readable))
            except duckdb.Error:
                unreadable = {Problem(file.file_id, _WHOLE_FILE, _TOO_LARGE) for file in readable}
        problems += unreadable
        broken = {problem.file_id for problem in unreadable}
        readable = [file for file in readable if file.file_id not in broken]
    return Scan(None, problems)


@contextmanager
def _order_kept(session: Any) -> Iterator[None]:
    """Let DuckDB keep the order of rows, and still read with all threads.

    Elsewhere the order means nothing and costs memory. A `row_number()` would keep it as well, but
    by reading with one thread.
    """
    with _ORDER_SETTING:
        session.execute("set preserve_insertion_order = true")
        try:
            yield
        finally:
            session.execute("set preserve_insertion_order = false")


def _sentence(error: duckdb.Error) -> str:
    """Say what is wrong in words of our own."""
    text = str(error)
    place = re.search(r"at byte (\d+) in (?:record/)?(value|line) (\d+)", text)
    if place:
        # DuckDB has counted one on by then
        return _json_sentence(text, place[1], place[2], int(place[3]) - 1)
    if "invalid state" in text:
        return "ends its lines in two different ways: open it and save it as CSV again"
    if "No files found" in text:
        # also a copy that could not be made to its end
        return (
            "vanished while the build ran or is damaged further down: put it back whole, or build "
            "without it"
        )
    if isinstance(error, duckdb.OutOfMemoryException) or "maximum_object_size" in text:
        return _TOO_LARGE
    return "cannot be read: export it again"


def _json_sentence(text: str, byte: str, unit: str, number: int) -> str:
    if "end of data" in text:
        where = "the middle" if number == 1 else f"its {unit} {number}"
        return f"breaks off in {where}: download it again"
    place = f"in its {unit} {number}, byte {byte}"
    if "surrogate" in text:
        return f"holds half a character, perhaps of an emoji, {place}: take it out"
    return f"is no valid JSON {place}: download it again"


_TOO_LARGE = (
    "is too large for the memory allowed: allow more with AUTOPILOT_MEMORY, save its rows one a "
    "line, or fewer in each file"
)


def _has_odd_quotes(file: File) -> bool:
    count = 0
    with suppress(OSError), Path(file.path).open("rb") as content:
        while chunk := content.read(_CHUNK):
            count += chunk.count(b'"')
    return count % 2 == 1


def _rejected_lines(session: Any, table: str, files: Sequence[File], skip: int) -> list[Problem]:
    """List the lines that DuckDB left out; `skip` lines stand above the header.

    A quotation mark that is never closed takes every following row into its cell: then the file as
    a whole cannot be used.
    """
    found = session.execute(f"""
        select distinct
            scans.file_path,
            errors.line - 1 - {skip} as file_row,
            case
                when error_type = 'UNQUOTED VALUE' and contains(errors.csv_line, chr(10))
                    then 'UNCLOSED'
                else error_type::varchar
            end as kind
        from temp.{table}_rejects as errors
        inner join temp.{table}_reject_scans as scans using (scan_id, file_id)
        order by all""").fetchall()
    ids = {file.path: file.file_id for file in files}
    problems = []
    for path, row, kind in found:
        if path not in ids:
            continue
        if kind in _FATAL_LINES:
            sentence = f"has in data row {row} {_FATAL_LINES[kind]}"
            problems.append(Problem(ids[path], _WHOLE_FILE, sentence))
        else:
            sentence = _REJECTED_LINES.get(kind, "cannot be split into cells")
            problems.append(Problem(ids[path], row, sentence))
    return problems


_REJECTED_LINES = {
    "TOO MANY COLUMNS": "has more cells than the header: put names with a comma in quotation marks",
    "MISSING COLUMNS": "has fewer cells than the header: the file may be cut off there",
    "UNQUOTED VALUE": "has a stray quotation mark: double it inside a quoted cell",
}
_FATAL_LINES = {
    "UNCLOSED": "a quotation mark that is never closed, so the rest is lost: export it again",
    "LINE SIZE OVER MAXIMUM": "a line of more than 2 MB: export it again",
}


def _number_through_files(session: Any, table: str) -> None:
    """Give rows a number through their file where it holds several documents."""
    doubled = session.execute(f"""
        select 1 from {table} group by filename having count(*) > max(n) limit 1""").fetchall()
    if doubled:
        session.execute(f"""
            create or replace temp table {table} as
            select * replace (row_number() over (partition by filename) as n) from {table}""")


def _regroup_files(
    session: Any, table: str, files: Sequence[File]
) -> tuple[list[File], list[Problem]]:
    """Fill `table` with the regrouped documents of the files; return those that could be read."""
    rows: list[tuple[str, str]] = []
    readable, problems = [], []
    for file in files:
        try:
            document = json.loads(Path(file.path).read_text(encoding="utf-8-sig"))
        except json.JSONDecodeError as error:
            sentence = f"is no valid JSON in line {error.lineno}: download it again"
            problems.append(Problem(file.file_id, _WHOLE_FILE, sentence))
            continue
        except UnicodeDecodeError:
            problems.append(Problem(file.file_id, _WHOLE_FILE, "is not UTF-8: save it as UTF-8"))
            continue
        except RecursionError:
            problems.append(Problem(file.file_id, _WHOLE_FILE, TOO_DEEP))
            continue
        readable.append(file)
        rows += [(file.path, json.dumps(account)) for account in regroup(document)]
    fill(session, table, "filename varchar, json json", rows)
    return readable, problems


def _literal(value: str | Sequence[str]) -> str:
    """Write a string or a list of strings as SQL."""
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return "[" + ", ".join(_literal(item) for item in value) + "]"

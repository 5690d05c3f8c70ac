"""Tables that hold a document of the API in each row, as JSON in one column."""

from collections.abc import Mapping, Sequence
from typing import Any

from python_jobs.landing.nodes import nodes_sql
from python_jobs.landing.scan import File, Problem, Scan
from python_jobs.landing.tables import scan_table

TAKEN_AT = "_taken_at"
"""key under which a document gets when it was taken"""


def scan_wrapped(
    session: Any,
    table: str,
    files: Sequence[File],
    plan: Mapping[str, Any],
    select: str,
    *,
    tells: bool,
) -> Scan:
    """Read the documents as objects of the API; `select` is SQL over `nodes` (see `nodes_sql`).

    As they are read for insights and for objects, only one reader `tells` what is wrong with them.
    """
    taken_at = f"c{plan['taken_at']}" if "taken_at" in plan else "null"
    scan = scan_table(
        session,
        f"{table}_wrapped",
        files,
        plan,
        f"c{plan['data']} as document, {taken_at}::varchar as taken_at",
    )
    if scan.rows is None:
        return scan
    if not tells:
        scan = Scan(scan.rows, [])
    unreadable = session.execute(f"""
        select filename, file_row
        from (
            select *, n - min(n) over (partition by filename) + 1 as file_row from {scan.rows}
        )
        where not coalesce(json_valid(document), false)""").fetchall()
    ids = {file.path: file.file_id for file in files}
    problems = [Problem(ids[path], row, "holds no JSON") for path, row in unreadable if tells]
    source = f"""
        select
            filename,
            json_merge_patch(document, json_object('{TAKEN_AT}', taken_at)) as json
        from {scan.rows}
        where json_valid(document)"""
    session.execute(f"""
        create or replace temp table {table} as
        with recursive source as ({source}), {nodes_sql()} {select}""")
    return Scan(table, [*scan.problems, *problems])

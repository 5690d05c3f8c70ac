"""Insights of a connector: actions that stand in tables of their own, rows taken more than once."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from python_jobs.landing.columns import ACTIONS, BREAKDOWNS
from python_jobs.landing.connectors import row_key
from python_jobs.landing.scan import File, Problem, Scan, files_to_read
from python_jobs.landing.tables import scan_table

_IDS = ("account_id", "campaign_id", "adset_id", "ad_id")
_WINDOWS = ("1d_click", "7d_click", "1d_view")
_WHOLE_FILE = 0


def scan_report(
    session: Any,
    table: str,
    files: Sequence[File],
    plan: Mapping[str, Any],
    inventory: Any,
    *,
    columns: str,
    action_types: Iterable[str],
) -> Scan:
    """Read a table of insights, each row once and with its actions; `columns` as for `scan_table`.

    Actions that belong to no row are problems of their own table.
    """
    if "taken_at" in plan:
        columns += f", c{plan['taken_at']} as taken_at"
    if "action_tables" not in plan:
        return newest_rows(session, table, scan_table(session, table, files, plan, columns), plan)
    columns += f", {row_key(plan['report_keys'], plan['row_key'])} as row_key"
    scan = newest_rows(session, table, scan_table(session, table, files, plan, columns), plan)
    if scan.rows is None:
        return scan
    repeated = _repeated(session, scan, files)
    if repeated:
        return Scan(None, [*scan.problems, *repeated])
    problems = [*scan.problems]
    found: dict[str, list[str]] = {name: [] for name in plan["action_tables"]}
    for name, paths in plan["action_tables"].items():
        beside = inventory.filter(f"list_contains({paths}, file_path)")
        for of_one_plan, some in files_to_read(session, beside, ["actions"], None):
            actions = scan_table(
                session,
                f"{table}_{name}_{len(found[name])}",
                some,
                of_one_plan,
                _action_columns(of_one_plan, plan["row_key"]),
            )
            problems += actions.problems
            if actions.rows:
                found[name].append(actions.rows)
                problems += _belonging_nowhere(session, scan, actions, some, action_types)
    joins = [_joined(name, rows, action_types) for name, rows in found.items() if rows]
    lists = ", ".join(f"{name}_of_rows.entries as {name}" for name, rows in found.items() if rows)
    replaced = f" replace ({lists})" if lists else ""
    session.execute(f"""
        create or replace temp table {table}_report as
        select rows.* exclude (row_key){replaced} from {scan.rows} as rows {" ".join(joins)}""")
    return Scan(f"{table}_report", problems)


def newest_rows(session: Any, table: str, scan: Scan, plan: Mapping[str, Any]) -> Scan:
    """Keep of rows for one entity, day and breakdown the one taken last, by column `taken_at`.

    Connectors that only add rows read late days again and leave the earlier rows standing.
    """
    if not {"taken_at", "taken_at_key"} & plan.keys() or scan.rows is None:
        return scan
    keys = ", ".join([*_IDS, "date_start", "date_stop", *BREAKDOWNS])
    session.execute(f"""
        create or replace temp table {table}_newest as
        select * exclude (taken_at)
        from {scan.rows}
        qualify coalesce({", ".join(_IDS)}) is null or row_number() over (
            partition by {keys} order by taken_at desc nulls last, filename desc, n desc
        ) = 1""")
    return Scan(f"{table}_newest", scan.problems)


def _repeated(session: Any, scan: Scan, files: Sequence[File]) -> list[Problem]:
    """List files with rows that their actions cannot tell apart."""
    found = session.execute(f"""
        select distinct filename
        from {scan.rows}
        qualify count(*) over (partition by row_key) > 1""").fetchall()
    ids = {file.path: file.file_id for file in files}
    sentence = (
        "has several rows that one row of its table of actions could belong to: export it with "
        "`_fivetran_id`, and only once"
    )
    return [Problem(ids[path], _WHOLE_FILE, sentence) for (path,) in found]


def _belonging_nowhere(
    session: Any, rows: Scan, actions: Scan, files: Sequence[File], action_types: Iterable[str]
) -> list[Problem]:
    """List actions, of those that count, whose row is missing."""
    found = session.execute(f"""
        select filename, file_row
        from (select *, n - min(n) over (partition by filename) + 1 as file_row from {actions.rows})
        where {_counts(action_types)} and row_key not in (select row_key from {rows.rows})
        """).fetchall()
    ids = {file.path: file.file_id for file in files}
    return [
        Problem(ids[path], row, "belongs to no row of the report beside it") for path, row in found
    ]


def _action_columns(plan: Mapping[str, Any], keys: Sequence[str]) -> str:
    """Write the select list of a table of actions."""
    cells = {name: f"c{place}" for name, place in plan["cells"].items()}
    values = [f"{cells['value']} as value"]
    values += [f"{cells.get(window, 'null::varchar')} as value_{window}" for window in _WINDOWS]
    return f"{row_key(plan['keys'], keys)} as row_key, {cells['action_type']} as action_type, " + (
        ", ".join(values)
    )


def _joined(name: str, tables: Sequence[str], action_types: Iterable[str]) -> str:
    """Write the join of rows with their list of actions."""
    windows = ", ".join(f"value_{window} := value_{window}" for window in _WINDOWS)
    every = " union all by name ".join(f"from {table}" for table in tables)
    return f"""
        left join (
            select
                row_key,
                list(struct_pack(action_type := action_type, value := value, {windows})
                    order by action_type, filename, n)::{ACTIONS} as entries
            from ({every})
            where {_counts(action_types)}
            group by row_key
        ) as {name}_of_rows on rows.row_key = {name}_of_rows.row_key"""


def _counts(action_types: Iterable[str]) -> str:
    """Write the condition that anything later asks for an action's type."""
    known = ", ".join(f"'{action_type}'" for action_type in action_types)
    return f"action_type in ({known})"

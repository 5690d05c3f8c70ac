"""Insights rows of tables, of API pages and of objects, under one set of names."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from python_jobs.landing.columns import ACTIONS, INSIGHT_FIELDS, INSIGHTS
from python_jobs.landing.connectors import bare_id
from python_jobs.landing.personal import without_personal
from python_jobs.landing.reports import newest_rows, scan_report
from python_jobs.landing.scan import (
    Scan,
    files_to_read,
    first_of,
    is_large,
    landed,
    scan_items,
    scan_nodes,
    scan_pages,
)
from python_jobs.landing.tables import cells_of, spreadsheet_error
from python_jobs.landing.wrapped import TAKEN_AT, scan_wrapped

_ENTRY_LISTS = ("actions", "action_values")
_WINDOWS = ("1d_click", "7d_click", "1d_view")
_ENTRY_LIST = (
    '[{"action_type":"VARCHAR","value":"VARCHAR",'
    + ",".join(f'"{window}":"VARCHAR"' for window in _WINDOWS)
    + "}]"
)
_ONE_VALUE_LIST = '[{"value":"VARCHAR"}]'
# fields of the API that are lists; all others are text
_LISTS = {
    "outbound_clicks": _ONE_VALUE_LIST,
    "purchase_roas": _ONE_VALUE_LIST,
    "website_purchase_roas": _ONE_VALUE_LIST,
    "results": '[{"indicator":"VARCHAR","values":[{"value":"VARCHAR"}]}]',
    "actions": _ENTRY_LIST,
    "action_values": _ENTRY_LIST,
}
_DAYS = ("day", "date_start", "date_stop")
# what an insights row inside an object takes over from the objects around it
_INHERITED = (
    "account_id",
    "account_currency",
    "objective",
    "campaign_id",
    "campaign_name",
    "adset_id",
    "adset_name",
    "ad_id",
    "ad_name",
)
_IDS = ("account_id", "campaign_id", "adset_id", "ad_id")
_NAMES = ("account_name", "campaign_name", "adset_name", "ad_name")
_ENTITIES = ("campaign_id", "campaign_name", "adset_id", "adset_name", "ad_id", "ad_name")
_WITH_LEVEL = """
    case
        when coalesce(ad_id, ad_name) is not null then 'ad'
        when coalesce(adset_id, adset_name) is not null then 'adset'
        when coalesce(campaign_id, campaign_name) is not null then 'campaign'
        else 'account'
    end as level,
    scanned.* exclude (filename, n, is_total)"""


def land_insights(
    session: Any, inventory: Any, meta_headers: Any, action_priority: Any, already_read: str | None
) -> Any:
    """Read the insights of files not yet read: relation of `columns.INSIGHTS`.

    Has a row for every row of a file, less rows of totals, and one for every problem met.
    """
    api_headers = meta_headers.filter("language = 'api' and canonical is not null")
    fields = dict(sorted(api_headers.project("header, canonical").fetchall()))
    action_types = sorted(row[0] for row in action_priority.project("action_type").fetchall())
    scans: list[Scan] = []
    all_files = []
    for plan, files in files_to_read(session, inventory, ["insights", "objects"], already_read):
        table = f"landing_insights_{len(scans)}"
        if plan.get("shape") == "objects":
            continue  # a table of them has no insights inside
        if plan["reader"] == "json" or plan.get("shape") == "wrapped":
            scans.append(
                _scan_json(session, table, files, plan, fields=fields, action_types=action_types)
            )
        else:
            columns = _table_columns(plan, action_types)
            scans.append(
                scan_report(
                    session,
                    table,
                    files,
                    plan,
                    inventory,
                    columns=columns,
                    action_types=action_types,
                )
            )
        all_files += files
    return landed(
        session,
        "landing_insights",
        scans=scans,
        files=all_files,
        columns=INSIGHTS,
        select=_WITH_LEVEL,
        where="not is_total",
    )


def _table_columns(plan: Mapping[str, Any], action_types: Iterable[str]) -> str:
    """Write the select list of a table's insights columns."""
    cells = cells_of(plan)
    if plan["currency"] and "account_currency" not in cells:
        cells["account_currency"] = f"'{plan['currency']}'"
    entries: dict[str, str | None] = {}
    for name in _ENTRY_LISTS:
        if name in cells:
            cells[name] = _json_text(cells[name])
            entries[name] = _known_entries(
                f"case when json_valid({cells[name]}) "
                f"then from_json({cells[name]}, '{_ENTRY_LIST}') end",
                action_types,
            )
        else:
            entries[name] = _flattened_entries(name, cells)
    unreadable = [f"not json_valid({cells[name]})" for name in _ENTRY_LISTS if name in cells]
    problem = spreadsheet_error(plan)
    if unreadable:
        no_list = f"if({' or '.join(unreadable)}, 'has actions that are no JSON list', null)"
        problem = f"coalesce({problem}, {no_list})"
    for name, path in (
        ("outbound_clicks", "$[0].value"),
        ("purchase_roas", "$[0].value"),
        ("website_purchase_roas", "$[0].value"),
        ("results", "$[0].values[0].value"),
    ):
        if name in cells:
            if name == "results" and "result_indicator" not in cells:
                cells["result_indicator"] = _inside_list(cells[name], "$[0].indicator", "null")
            cells[name] = _inside_list(cells[name], path, cells[name])
    return f"{_select(cells, entries, problem)}, {_is_total(plan['columns'])} as is_total"


def _is_total(columns: Mapping[str, Any]) -> str:
    """Write SQL that is true for a row of totals: it lacks the name, or else the day, of others."""
    cells = [f"c{i}" for name in _ENTITIES for i in columns.get(name, [])]
    cells = cells or [f"c{i}" for name in _DAYS for i in columns.get(name, [])] or ["''"]
    return f"coalesce({', '.join(cells)}) is null"


def _json_text(cell: str) -> str:
    """Write SQL for a cell of JSON, also where Python wrote it with its own quotes."""
    return f"""case
        when contains({cell}, '"') then {cell}
        else replace(replace({cell}, '''', '"'), 'None', 'null')
    end"""


def _inside_list(cell: str, path: str, otherwise: str) -> str:
    """Write SQL for a value inside a cell that holds a JSON list; `otherwise` where it does not."""
    text = _json_text(cell)
    return f"""case
        when starts_with({cell}, '[') and json_valid({text})
            then json_extract_string({text}, '{path}')
        else {otherwise}
    end"""


def _flattened_entries(name: str, cells: Mapping[str, str]) -> str | None:
    """Write SQL for the list that columns `actions:...` stand for, less types without a value."""
    types = sorted({column.split(":")[1] for column in cells if column.startswith(f"{name}:")})
    if not types:
        return None
    structs = []
    for action_type in types:
        values = [cells.get(f"{name}:{action_type}", "null")]
        values += [cells.get(f"{name}:{action_type}:{window}", "null") for window in _WINDOWS]
        fields = ["value", *(f"value_{window}" for window in _WINDOWS)]
        pairs = ", ".join(f"{f} := {v}::varchar" for f, v in zip(fields, values, strict=True))
        structs.append(f"struct_pack(action_type := '{action_type}', {pairs})")
    return f"""list_filter(
        [{", ".join(structs)}],
        lambda a: coalesce(a.value, a.value_1d_click, a.value_7d_click, a.value_1d_view) is not null
    )"""


def _known_entries(entry_list: str, action_types: Iterable[str]) -> str:
    """Write SQL for the API's entries of the types that anything later asks for."""
    known = ", ".join(f"'{action_type}'" for action_type in action_types)
    windows = ", ".join(f'value_{window} := a."{window}"' for window in _WINDOWS)
    return f"""list_transform(
        list_filter({entry_list}, lambda a: list_contains([{known}], a.action_type)),
        lambda a: struct_pack(action_type := a.action_type, value := a.value, {windows})
    )"""


def _scan_json(
    session: Any,
    table: str,
    files: Sequence[Any],
    plan: Mapping[str, Any],
    *,
    fields: Mapping[str, str],
    action_types: Iterable[str],
) -> Scan:
    """Read API pages, or the insights inside objects."""
    taken_at = [TAKEN_AT] if plan["shape"] == "wrapped" else plan.get("taken_at_key", [])
    row = "{" + ",".join(f'"{f}":' + _LISTS.get(f, '"VARCHAR"') for f in [*fields, *taken_at]) + "}"
    options: dict[str, list[str]] = {}
    for name, column in fields.items():
        if name == "results":
            options["result_indicator"] = ["r.results[1].indicator"]
            options["results"] = ["r.results[1].values[1].value"]
        elif name not in _ENTRY_LISTS:
            cell = f'r."{name}"' + ("[1].value" if name in _LISTS else "")
            options.setdefault(column, []).append(cell)
    entries = {name: _known_entries(f"r.{name}", action_types) for name in _ENTRY_LISTS}
    is_nested = plan["shape"] in ("tree", "odd", "wrapped")
    if is_nested:
        for column in _INHERITED:
            options[column].insert(0, f"nodes.{column}")
    columns = _select({c: first_of(cells) for c, cells in options.items()}, entries)
    columns += ", false as is_total" + "".join(f', r."{key}" as taken_at' for key in taken_at)
    if is_nested:
        rows = f"""
            select
                *, from_json(json, '{row}') as r,
                row_number() over (partition by filename order by place) as n
            from nodes
            where object_type = 'insights'"""
        select = f"select filename, n, {columns} from ({rows}) as nodes"
        if plan["shape"] == "wrapped":
            scan = scan_wrapped(session, table, files, plan, select, tells=False)
        else:
            scan = scan_nodes(session, table, files, plan, select)
        return newest_rows(session, table, scan, plan)
    if plan["shape"] == "lines" or (plan["shape"] == "list" and is_large(files)):
        json_format = "newline_delimited" if plan["shape"] == "lines" else "array"
        rows = f"select filename, from_json(json, '{row}') as r from source"
        select = f"select filename, {columns} from ({rows})"
        scan = scan_items(session, table, files, json_format, select)
        return newest_rows(session, table, scan, plan)
    shape, path = ("[%s]", "") if plan["shape"] == "list" else ('{"data":[%s]}', ".data")
    rows = f"""
        select filename, unnest(rows) as r, unnest(range(1, len(rows) + 1)) as n
        from (select filename, from_json(json, '{shape % row}'){path} as rows from source)"""
    scan = scan_pages(session, table, files, f"select filename, n, {columns} from ({rows})")
    return newest_rows(session, table, scan, plan)


def _select(
    cells: Mapping[str, str], entries: Mapping[str, str | None], problem: str = "null"
) -> str:
    """Write the select list of all insights columns from those that a layout has."""
    found = dict(cells)
    day, start, stop, period = (
        cells.get(column, "null") for column in ("day", "date_start", "date_stop", "period")
    )
    found["date_start"] = f"coalesce({day}, {start}, split_part({period}, ' - ', 1))"
    found["date_stop"] = (
        f"coalesce({day}, {stop}, nullif(split_part({period}, ' - ', 2), ''), {start})"
    )
    roas = [cells[c] for c in ("purchase_roas", "website_purchase_roas") if c in cells]
    found["purchase_roas"] = first_of(roas) if roas else "null"
    for column in _IDS:
        if column in found:
            found[column] = bare_id(found[column])
    for column in _NAMES:
        if column in found:
            found[column] = without_personal(f"({found[column]})::varchar")
    select = [f"({found.get(column, 'null')})::varchar as {column}" for column in INSIGHT_FIELDS]
    select += [f"({entries.get(name) or 'null'})::{ACTIONS} as {name}" for name in _ENTRY_LISTS]
    select.append(f"({problem})::varchar as problem")
    return ", ".join(select)

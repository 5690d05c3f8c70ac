"""Insights rows of tables and of API pages, under one set of names."""

from collections.abc import Iterable, Sequence
from typing import Any

from python_jobs.landing import columns as declared
from python_jobs.landing.scan import Scan, files_to_read, landed, parse_plan, scan_csv, scan_json

_ENTRY = (
    '[{"action_type":"VARCHAR","value":"VARCHAR","1d_click":"VARCHAR",'
    '"7d_click":"VARCHAR","1d_view":"VARCHAR"}]'
)
_ENTRIES = ("actions", "action_values")
_SHAPES = {
    "outbound_clicks": '[{"value":"VARCHAR"}]',
    "purchase_roas": '[{"value":"VARCHAR"}]',
    "website_purchase_roas": '[{"value":"VARCHAR"}]',
    "results": '[{"indicator":"VARCHAR","values":[{"value":"VARCHAR"}]}]',
    "actions": _ENTRY,
    "action_values": _ENTRY,
}
_WINDOWS = ("1d_click", "7d_click", "1d_view")
_NUMBERS = frozenset(
    "spend impressions reach clicks_all link_clicks outbound_clicks purchase_roas "
    "website_purchase_roas results campaign_budget adset_budget bid".split()
)


def land_insights(
    session: Any, inventory: Any, meta_headers: Any, action_priority: Any, already_read: str | None
) -> Any:
    """Relation of `columns.INSIGHTS`: rows of files not yet read, and a row per problem met."""
    api_fields = meta_headers.filter("language = 'api' and canonical is not null")
    fields = sorted(api_fields.project("header, canonical").fetchall())
    action_types = sorted(row[0] for row in action_priority.project("action_type").fetchall())
    scans: list[Scan] = []
    files = []
    for plan_text, group in files_to_read(session, inventory, ["insights"], already_read).items():
        plan = parse_plan(plan_text)
        table = f"landing_insights_{len(scans)}"
        if plan["reader"] == "csv":
            scans.append(scan_csv(session, table, group, plan, _csv_columns(plan)))
        else:
            select, json_format = _pages(plan, fields, action_types)
            scans.append(scan_json(session, table, group, select, json_format))
        files += group
    return landed(session, "landing_insights", scans, files, declared.INSIGHTS, _LEVELLED)


_LEVELLED = """
    case
        when coalesce(ad_id, ad_name) is not null then 'ad'
        when coalesce(adset_id, adset_name) is not null then 'adset'
        when coalesce(campaign_id, campaign_name) is not null then 'campaign'
        else 'account'
    end as level,
    scanned.* exclude (filename, n)"""


def _csv_columns(plan: dict[str, Any]) -> str:
    cells = {}
    for column, positions in plan["columns"].items():
        cell = _first([f"c{position}" for position in positions])
        if plan["decimal_comma"] and (column in _NUMBERS or ":" in column):
            cell = f"""case
                when regexp_full_match({cell}, '-?\\d{{1,3}}(\\.?\\d{{3}})*,\\d+')
                    then replace(replace({cell}, '.', ''), ',', '.')
                else {cell}
            end"""
        cells[column] = cell
    if plan["currency"] and "account_currency" not in cells:
        cells["account_currency"] = f"'{plan['currency']}'"
    return _named(cells, {entry: _entries_of_columns(cells, entry) for entry in _ENTRIES})


def _entries_of_columns(cells: dict[str, str], entry: str) -> str | None:
    """The list of actions that flattened columns stand for; types without a value left out."""
    types = sorted({column.split(":")[1] for column in cells if column.startswith(f"{entry}:")})
    if not types:
        return None
    structs = []
    for action_type in types:
        values = [cells.get(f"{entry}:{action_type}", "null")]
        values += [cells.get(f"{entry}:{action_type}:{window}", "null") for window in _WINDOWS]
        names = ["value", *(f"value_{window}" for window in _WINDOWS)]
        fields = ", ".join(f"{n} := {v}::varchar" for n, v in zip(names, values, strict=True))
        structs.append(f"struct_pack(action_type := '{action_type}', {fields})")
    return f"""list_filter(
        [{", ".join(structs)}],
        lambda a: coalesce(a.value, a.value_1d_click, a.value_7d_click, a.value_1d_view) is not null
    )"""


def _pages(
    plan: dict[str, Any], fields: Sequence[tuple[str, str]], action_types: Iterable[str]
) -> tuple[str, str]:
    """SQL that takes rows out of API pages, and the format to read them in."""
    shape = ", ".join(f'"{name}":{_SHAPES.get(name, chr(34) + "VARCHAR" + chr(34))}' for name, _ in fields)
    row = "{" + shape + "}"
    cells: dict[str, list[str]] = {}
    for name, column in fields:
        cell = f'r."{name}"'
        if name == "results":
            cells["result_indicator"] = ["r.results[1].indicator"]
            cell = "r.results[1].values[1].value"
        elif name in _SHAPES:
            cell += "[1].value"
        cells.setdefault(column, []).append(cell)
    known = "[" + ", ".join(f"'{action_type}'" for action_type in action_types) + "]"
    entries = {
        entry: f"""list_transform(
            list_filter(r.{entry}, lambda a: list_contains({known}, a.action_type)),
            lambda a: struct_pack(
                action_type := a.action_type, value := a.value, value_1d_click := a."1d_click",
                value_7d_click := a."7d_click", value_1d_view := a."1d_view"
            ))"""
        for entry in _ENTRIES
    }
    named = _named({column: _first(options) for column, options in cells.items()}, entries)
    if plan["shape"] == "lines":
        rows = f"select filename, row_number() over () as n, from_json(json, '{row}') as r from source"
        return f"select filename, n, {named} from ({rows})", "newline_delimited"
    whole, path = (f"[{row}]", "") if plan["shape"] == "list" else ('{"data":[' + row + "]}", ".data")
    lists = f"select filename, from_json(json, '{whole}'){path} as rows from source"
    rows = f"select filename, unnest(range(1, len(rows) + 1)) as n, unnest(rows) as r from ({lists})"
    return f"select filename, n, {named} from ({rows})", "unstructured"


def _named(cells: dict[str, str], entries: dict[str, str | None]) -> str:
    """Select list of all insights columns from those that there are."""
    day, start, stop, period = (cells.get(c, "null") for c in ("day", "date_start", "date_stop", "period"))
    cells = {
        **cells,
        "date_start": f"coalesce({day}, {start}, split_part({period}, ' - ', 1))",
        "date_stop": f"coalesce({day}, {stop}, split_part({period}, ' - ', 2), {start})",
        "purchase_roas": _first(
            [cells[c] for c in ("purchase_roas", "website_purchase_roas") if c in cells] or ["null"]
        ),
    }
    for column in ("account_id", "campaign_id", "adset_id", "ad_id"):
        if column in cells:
            cells[column] = f"regexp_replace({cells[column]}, '^act_|\\.0$', '', 'g')"
    select = [f"({cells.get(c, 'null')})::varchar as {c}" for c in declared.INSIGHT_FIELDS]
    select += [
        f"({entries.get(entry) or 'null'})::{declared.ACTIONS} as {entry}" for entry in _ENTRIES
    ]
    return ", ".join(select)


def _first(cells: Sequence[str]) -> str:
    return cells[0] if len(cells) == 1 else f"coalesce({', '.join(cells)})"

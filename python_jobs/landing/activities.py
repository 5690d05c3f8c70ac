"""Edits of campaigns, ad sets and ads from the account's activity history, less who made them.

The Marketing API gives an edit's values as JSON text in `extra_data`, in a shape for each kind:
`{"old_value": "Active", "new_value": "Inactive", "run_status": {"old_value": 1, ...}}` of a status,
`{"old_value": {"old_value": 5000, "currency": "USD", "additional_value": "Per day"}, ...}` of a
budget, lists of a targeting. Ads Manager writes `From $50.00 per day to $60.00 per day`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from python_jobs.landing.columns import ACTIVITIES
from python_jobs.landing.personal import without_personal
from python_jobs.landing.scan import (
    File,
    Scan,
    files_to_read,
    is_large,
    landed,
    scan_items,
    scan_pages,
)
from python_jobs.landing.tables import cells_of, scan_table, spreadsheet_error

# the fields of the API that are looked at; the actor is none of them
_FIELDS = (
    "account_id",
    "event_type",
    "event_time",
    "object_id",
    "object_name",
    "extra_data",
)
_FROM_TO = r"(?is)^\s*(?:changed\s+)?from:?\s+(.*?)\s+to:?\s+(.+)$"
# codes of a status mean the same in every language; of all others the word is taken
_STATUS_CODES = {
    "1": "Active",
    "7": "Inactive",
    "8": "Inactive",
    "9": "Pending review",
    "15": "Inactive",
    "17": "Pending process",
}
_PERIOD = r"(?i)\s*\b(per day|daily|lifetime|budget)\b:?\s*"


def land_activities(
    session: Any, inventory: Any, activity_events: Any, already_read: str | None
) -> Any:
    """Read the activity files not yet read: relation of `columns.ACTIVITIES`.

    Has a row for every event of a file and one for every problem met. Of an event that is no edit
    of `activity_events` nothing but its place is kept: it may name people.
    """
    events = sorted(row[0] for row in activity_events.project("event").fetchall())
    scans: list[Scan] = []
    all_files = []
    for plan, files in files_to_read(session, inventory, ["activities"], already_read):
        table = f"landing_activities_{len(scans)}"
        if plan["reader"] == "json":
            scans.append(_scan_json(session, table, files, plan["shape"], events))
        else:
            columns = _columns(cells_of(plan), events)
            columns += f", {spreadsheet_error(plan)} as problem"
            scans.append(scan_table(session, table, files, plan, columns))
        all_files += files
    return landed(session, "landing_activities", scans=scans, files=all_files, columns=ACTIVITIES)


def _scan_json(
    session: Any, table: str, files: Sequence[File], shape: str, events: Sequence[str]
) -> Scan:
    row = "{" + ", ".join(f'"{field}": "VARCHAR"' for field in _FIELDS) + "}"
    columns = _columns({field: f"r.{field}" for field in _FIELDS}, events)
    if shape == "lines" or (shape == "list" and is_large(files)):
        json_format = "newline_delimited" if shape == "lines" else "array"
        rows = f"select filename, from_json(json, '{row}') as r from source"
        return scan_items(
            session, table, files, json_format, f"select filename, {columns} from ({rows})"
        )
    pages, path = (f"[{row}]", "") if shape == "list" else (f'{{"data": [{row}]}}', ".data")
    rows = f"""
        select filename, unnest(rows) as r, unnest(range(1, len(rows) + 1)) as n
        from (select filename, from_json(json, '{pages}'){path} as rows from source)"""
    return scan_pages(session, table, files, f"select filename, n, {columns} from ({rows})")


def _columns(cells: Mapping[str, str], events: Sequence[str]) -> str:
    """Write the select list of an event's columns; all are null unless it is one of `events`."""

    def cell(column: str) -> str:
        return cells.get(column, "null::varchar")

    extra = f"if(json_valid({cell('extra_data')}), {cell('extra_data')}, null)::json"
    notes = ("new_value.type", "new_value.additional_value", "type", "additional_type")
    noted = ", ".join(f"{extra} ->> '$.{note}'" for note in (*notes, "additional_value"))
    found = {
        "account_id": f"regexp_replace({cell('account_id')}, '^act_', '')",
        "event_type": cell("event_type"),
        "event_time": cell("event_time"),
        "local_time": cell("local_time"),
        # pandas writes an id column with a gap in it as 120210000000.0
        "object_id": f"regexp_replace({cell('object_id')}, '\\.0$', '')",
        "object_name": cell("object_name"),
        "budget_period": f"""if(
            contains(lower(concat_ws(' ', {noted}, {cell("details")})), 'lifetime'),
            'lifetime', 'daily')""",
    }
    for group, side in enumerate(("old", "new"), start=1):
        value = f"{side}_value"
        said = f"nullif(regexp_extract({cell('details')}, '{_FROM_TO}', {group}), '')"
        found[value] = f"""coalesce(
            {_status(f"{extra} ->> '$.run_status.{value}'")}, {extra} ->> '$.{value}.{value}',
            {extra} ->> '$.{value}', trim(regexp_replace({said}, '{_PERIOD}', ' ', 'g')))"""
        found[f"{side}_bid"] = f"{extra} ->> '$.additional_value.{value}'"
    for name in ("object_name", "old_value", "new_value"):
        found[name] = without_personal(f"({found[name]})::varchar")
    listed = ", ".join(f"'{event}'" for event in events)
    is_edit = f"list_contains([{listed}], lower(trim({cell('event_type')})))"
    return ", ".join(f"if({is_edit}, {sql}, null) as {name}" for name, sql in found.items())


def _status(code: str) -> str:
    branches = " ".join(f"when '{known}' then '{word}'" for known, word in _STATUS_CODES.items())
    return f"case {code} {branches} end"

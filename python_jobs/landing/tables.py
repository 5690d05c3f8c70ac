"""Cells of CSV and Parquet tables as SQL: `c0`, `c1`, ... by position, under the columns' names."""

from collections.abc import Mapping, Sequence
from typing import Any

from python_jobs.landing.columns import DATES, NUMBERS, SPREADSHEET_ERRORS
from python_jobs.landing.scan import File, Scan, first_of, scan_csv, scan_items, scan_parquet

# a day without its time, in any order and with a month's English name
_DAY = (
    r"^\s*(\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}"
    r"|\d{1,2}[-/. ]+[A-Za-z]{3,9}\.?,?[-/. ]+\d{2,4}"
    r"|[A-Za-z]{3,9}\.? +\d{1,2},?[-/. ]+\d{2,4})"
)
_NAMED_DAYS = ["%d %b %y", "%d %b %Y", "%d %B %y", "%d %B %Y", "%b %d %Y", "%B %d %Y"]
# how dates are written, decided for the whole file
_DATE_ORDERS = {
    "mdy": ["%m %d %y", "%m %d %Y", *_NAMED_DAYS],
    "dmy": ["%d %m %y", "%d %m %Y", *_NAMED_DAYS],
    "ymd": ["%Y %m %d", *_NAMED_DAYS],
    "named": _NAMED_DAYS,
}
# what may stand in or beside a number: spaces, also those that do not break, apostrophes between
# thousands, signs and codes of currencies
_SIGNS = r"[\s\x{a0}\x{2009}\x{202f}\x{2019}''%]|\p{Sc}"
_CODES = r"^([-(]*)([A-Z]{1,3}|kr|Rs|zł|Kč)\.?|([A-Z]{2,3}|kr|zł|Kč)\.?([-)]*)$"
# (5) and 5- are how bookkeepers write -5
_MINUS = r"[-\x{2212}()]"
# first those of the file's own style, then those that cannot be meant otherwise
_WITH_POINT = (r"\d{1,3}((,\d{2,3})*,\d{3})(\.\d+)?|\d*\.?\d+", r"\d{1,3}(\.\d{3})*,\d+")
_WITH_COMMA = (r"\d{1,3}(\.\d{3})+(,\d+)?|\d*,?\d+", r"\d{1,3}((,\d{2,3})*,\d{3})?\.\d+")


_FAILED = "holds an error of the spreadsheet, such as #REF! or #N/A: correct it and export again"


def scan_table(
    session: Any, table: str, files: Sequence[File], plan: Mapping[str, Any], columns: str
) -> Scan:
    """Read the files of a plan; `columns` is SQL over their cells."""
    if plan["reader"] == "parquet":
        cells = ", ".join(
            f"{_parquet_text(name, kind)} as c{i}" for i, (name, kind) in enumerate(plan["schema"])
        )
        return scan_parquet(session, table, files, cells, columns)
    if plan["reader"] == "lines":
        keys = enumerate(plan["headers"])
        cells = ", ".join(f"json ->> '{_json_path(key)}' as c{i}" for i, key in keys)
        select = f"select filename, {columns} from (select filename, {cells} from source)"
        return scan_items(session, table, files, "newline_delimited", select)
    return scan_csv(session, table, files, plan, columns)


def cells_of(plan: Mapping[str, Any]) -> dict[str, str]:
    """Write SQL for every column of the plan, as the rest of the warehouse expects its values.

    Numbers become plain ones with a point, dates become ISO dates; what is neither stays.
    """
    cells = {}
    for column, positions in plan["columns"].items():
        cell = first_of([f"c{position}" for position in positions])
        if column in NUMBERS or ":" in column:
            cell = _plain_number(cell, has_comma=plan.get("decimal_comma", False))
        if plan.get("date_order") and column in DATES:
            cell = _iso_date(cell, plan["date_order"])
        cells[column] = cell
    return cells


def spreadsheet_error(plan: Mapping[str, Any]) -> str:
    """Write SQL for what is wrong with a row in which a formula has failed, else null."""
    if not plan.get("has_errors"):
        return "null::varchar"
    failed = ", ".join(f"'{error}'" for error in SPREADSHEET_ERRORS)
    positions = sorted({position for some in plan["columns"].values() for position in some})
    is_failed = " or ".join(f"c{position} in ({failed})" for position in positions)
    return f"if({is_failed}, '{_FAILED}', null)"


def _json_path(key: str) -> str:
    """Write the path of a key, which may hold anything, inside a literal of SQL."""
    quoted = key.replace("\\", "\\\\").replace('"', '\\"').replace("'", "''")
    return f'$."{quoted}"'


def _plain_number(cell: str, *, has_comma: bool) -> str:
    """Write SQL for a number without signs; what can be read both ways is read as the file's."""

    def as_written(digits: str) -> str:
        own, other = f"replace({digits}, ',', '')", f"replace(replace({digits}, '.', ''), ',', '.')"
        own_style, other_style = _WITH_POINT
        if has_comma:
            own, other = other, own
            own_style, other_style = _WITH_COMMA
        return f"""case
            when regexp_full_match({digits}, '{own_style}') then {own}
            when regexp_full_match({digits}, '{other_style}') then {other}
        end"""

    unsigned = f"regexp_replace({cell}, '{_SIGNS}', '', 'g')"
    bare = f"regexp_replace({unsigned}, '{_CODES}', '\\1\\4', 'g')"
    is_plain = f"regexp_full_match({cell}, '-?\\d+')"
    if not has_comma:
        is_plain = f"try_cast({cell} as double) is not null"
    number = as_written(f"regexp_replace(b, '^{_MINUS}+|{_MINUS}+$', '', 'g')")
    return f"""case
        when {cell} is null or {is_plain} or not regexp_matches({cell}, '\\d') then {cell}
        else coalesce(
            list_transform(
                [{bare}],
                lambda b: if(regexp_matches(b, '^{_MINUS}|{_MINUS}$'), '-', '') || {number}
            )[1],
            {cell})
    end"""


def _iso_date(cell: str, order: str) -> str:
    day = f"regexp_extract({cell}, '{_DAY}')"
    spaced = f"trim(regexp_replace({day}, '[-/., ]+', ' ', 'g'))"
    return f"""case
        when regexp_matches({cell}, '^\\d{{4}}-') then {cell}
        else coalesce(
            strftime(try_strptime({spaced}, {_DATE_ORDERS[order]}), '%Y-%m-%d')
                || substr({cell}, length({day}) + 1),
            {cell})
    end"""


def _parquet_text(name: str, kind: str) -> str:
    """Write SQL for a Parquet column as text: nested values as JSON, moments with their offset."""
    column = '"' + name.replace('"', '""') + '"'
    if kind.endswith("[]") or kind.startswith(("STRUCT", "MAP")):
        return f"to_json({column})::varchar"
    if kind == "TIMESTAMP WITH TIME ZONE":
        return f"strftime({column}, '%Y-%m-%d %H:%M:%S +0000')"
    return f"{column}::varchar"

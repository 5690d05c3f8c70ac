"""Cells of CSV and Parquet tables as SQL: `c0`, `c1`, ... by position, under the columns' names."""

from collections.abc import Mapping, Sequence
from typing import Any

from python_jobs.landing.scan import File, Scan, first_of, scan_csv, scan_parquet

# how a date with slashes is written, decided for the whole file; the time after it is kept
_DATE_ORDERS = {"mdy": "%m/%d/%Y", "dmy": "%d/%m/%Y"}


def scan_table(
    session: Any, table: str, files: Sequence[File], plan: Mapping[str, Any], columns: str
) -> Scan:
    """Read the files of a plan; `columns` is SQL over their cells."""
    if plan["reader"] == "parquet":
        cells = ", ".join(
            f"{_parquet_text(name, kind)} as c{i}" for i, (name, kind) in enumerate(plan["schema"])
        )
        return scan_parquet(session, table, files, cells, columns)
    return scan_csv(session, table, files, plan, columns)


def cells_of(
    plan: Mapping[str, Any], numbers: frozenset[str], dates: frozenset[str]
) -> dict[str, str]:
    """Write SQL for every column of the plan, as the rest of the warehouse expects its values.

    Numbers with a decimal comma get a point, dates with slashes become ISO dates.
    """
    cells = {}
    for column, positions in plan["columns"].items():
        cell = first_of([f"c{position}" for position in positions])
        if plan.get("decimal_comma") and (column in numbers or ":" in column):
            cell = _with_point(cell)
        if plan.get("date_order") and column in dates:
            cell = _iso_date(cell, plan["date_order"])
        cells[column] = cell
    return cells


def _with_point(cell: str) -> str:
    return f"""case
        when regexp_full_match({cell}, '-?\\d{{1,3}}(\\.?\\d{{3}})*,\\d+')
            then replace(replace({cell}, '.', ''), ',', '.')
        else {cell}
    end"""


def _iso_date(cell: str, order: str) -> str:
    # a comma may stand before the time
    day = f"rtrim(split_part({cell}, ' ', 1), ',')"
    slashed = f"replace(replace({day}, '.', '/'), '-', '/')"
    return f"""coalesce(
        strftime(try_strptime({slashed}, '{_DATE_ORDERS[order]}'), '%Y-%m-%d')
            || substr({cell}, length({day}) + 1),
        {cell})"""


def _parquet_text(name: str, kind: str) -> str:
    """Write SQL for a Parquet column as text: nested values as JSON, moments with their offset."""
    column = '"' + name.replace('"', '""') + '"'
    if kind.endswith("[]") or kind.startswith(("STRUCT", "MAP")):
        return f"to_json({column})::varchar"
    if kind == "TIMESTAMP WITH TIME ZONE":
        return f"strftime({column}, '%Y-%m-%d %H:%M:%S +0000')"
    return f"{column}::varchar"

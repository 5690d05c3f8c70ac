"""Tables as CSV and as Excel workbooks, which spreadsheets show as they are.

Ids of 18 digits would lose their last ones as numbers, so they are text with the prefix that Meta's
own exports give them. Text that a spreadsheet would take for a formula is never one.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from python_jobs.exports.changes import Row, plain

CAMPAIGN, AD_SET, ACCOUNT = "cg:", "c:", "act_"
"""what Meta writes before ids"""

PREFIXES: Mapping[str, str] = {
    "account_id": ACCOUNT,
    "campaign_id": CAMPAIGN,
    "adset_id": AD_SET,
    "adset_ids": AD_SET,
}

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
# spreadsheets of some countries end a cell at a semicolon, and then what comes next begins one
_STARTS_INSIDE = re.compile(r"([;\t\r\n]\s*)(?=[=+\-@])")

WIDTHS = (10, 80)
"""of columns, in characters: least and most"""


def prefix_of(row: Row, column: str) -> str:
    """Return what stands before the ids of a column."""
    if column == "budget_entity_id":
        return AD_SET if row["budget_level"] == "adset" else CAMPAIGN
    return PREFIXES.get(column, "")


def shown_row(row: Row) -> list[Any]:
    """Return a row's values as a spreadsheet shall have them: text, numbers, dates and gaps."""
    values: list[Any] = []
    for column, value in row.items():
        prefix = prefix_of(row, column)
        if isinstance(value, list):
            values.append("; ".join(f"{prefix}{item}" for item in value))
        elif isinstance(value, Decimal):
            values.append(plain(value, row["currency"]))
        elif isinstance(value, float):
            values.append(round(value, 4))
        else:
            values.append(f"{prefix}{value}" if prefix and value is not None else value)
    return values


def csv_bytes(rows: Sequence[Row]) -> bytes:
    """Write a table of one row or more as CSV: UTF-8 with the mark that Excel knows it by."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(rows[0])
    for row in rows:
        writer.writerow(map(_csv_cell, shown_row(row)))
    return text.getvalue().encode("utf-8-sig")


def _csv_cell(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    text = _STARTS_INSIDE.sub(r"\1'", value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def xlsx_bytes(sheets: Mapping[str, Sequence[Row]]) -> bytes:
    """Write a workbook with a sheet per table of one row or more, to be read by people."""
    book = Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        fill(sheet, list(rows[0]), [shown_row(row) for row in rows])
        sheet.freeze_panes = "C2"
        sheet.auto_filter.ref = sheet.dimensions
    return book_bytes(book)


def fill(sheet: Worksheet, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a header and rows; text stays text whatever it begins with."""
    least, most = WIDTHS
    widths = [len(column) + 4 for column in columns]
    for place, column in enumerate(columns, start=1):
        sheet.cell(1, place, column).font = Font(bold=True)
    for number, row in enumerate(rows, start=2):
        for place, value in enumerate(row, start=1):
            cell = sheet.cell(number, place)
            _set(cell, value)
            widths[place - 1] = max(widths[place - 1], len(str(value)))
            cell.alignment = Alignment(vertical="top", wrap_text=len(str(value)) > most)
    for place, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = min(max(width, least), most)


def _set(cell: Cell, value: Any) -> None:
    if isinstance(value, str):
        cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)
        cell.data_type = "s"
        cell.number_format = "@"
        return
    cell.value = value
    if isinstance(value, Decimal):
        cell.number_format = "0.00"


def book_bytes(book: Workbook) -> bytes:
    """Return the file of a workbook."""
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def ordered(rows: Iterable[Row], first: Sequence[str]) -> list[Row]:
    """Put some columns, as far as there are any, before the others."""
    return [{column: row[column] for column in first if column in row} | row for row in rows]

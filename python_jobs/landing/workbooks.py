"""Excel workbooks as CSV text, sheet by sheet: DuckDB's own reader of them is no part of it."""

import csv
import io
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import date, datetime, time
from importlib import import_module
from itertools import islice
from typing import Any, BinaryIO

from python_jobs.landing.archives import UnreadableError

_ROWS_AT_ONCE = 1_000
_CHUNKS_IN_HEAD = 3
# what Excel has of rows, and more columns than any export has
_LAST_ROW, _LAST_COLUMN = 1_048_576, 5_000
# a spreadsheet's numbers are exact up to here
_LARGEST_EXACT = 2**53
_DAMAGED = "is a damaged Excel workbook: download it again"
_TOO_FAR = (
    f"has a cell below row {_LAST_ROW:,} or right of column {_LAST_COLUMN:,}: delete what stands "
    "around the table, or export it again"
)


def filled_sheets(file: BinaryIO) -> dict[str, bytes]:
    """Give the first rows of every sheet that is not empty, by its title, as `sheet_as_csv` does.

    Raises `UnreadableError` for a damaged workbook.
    """
    try:
        with closing(_open(file)) as book:
            return {
                sheet.title: b"".join(islice(_chunks(sheet), _CHUNKS_IN_HEAD))
                for sheet in book.worksheets
                if _is_filled(sheet)
            }
    except UnreadableError:
        raise
    except Exception as error:  # openpyxl raises whatever its parts raise
        raise UnreadableError(_DAMAGED) from error


def sheet_as_csv(file: BinaryIO, title: str) -> Iterator[bytes]:
    """Write a sheet as UTF-8 CSV, some rows at a time.

    Dates become ISO dates, whole numbers lose their point. A number that the spreadsheet can no
    longer tell from its neighbours, such as a long id, is written as 1.2E+17.
    Raises `UnreadableError` for a damaged workbook.
    """
    try:
        with closing(_open(file)) as book:
            yield from _chunks(book[title])
    except UnreadableError:
        raise
    except Exception as error:  # openpyxl raises whatever its parts raise
        raise UnreadableError(_DAMAGED) from error


def _chunks(sheet: Any) -> Iterator[bytes]:
    rows = _rows(sheet)
    width = 0
    while some := list(islice(rows, _ROWS_AT_ONCE)):
        filled = [_without_blank_end(row) for row in some]
        width = width or max(map(len, filled))
        yield _csv([[*row, *[None] * (width - len(row))] for row in filled])


def _open(file: BinaryIO) -> Any:
    # takes a quarter of a second to import, and few customers have workbooks
    openpyxl = import_module("openpyxl")
    with warnings.catch_warnings():
        # of styles and validations that it leaves out, which nobody here needs
        warnings.simplefilter("ignore")
        return openpyxl.load_workbook(file, read_only=True, data_only=True)


def _rows(sheet: Any) -> Iterator[Sequence[Any]]:
    """Read the cells of each row, the last of them one with a value or blank in the file."""
    # what a workbook says of its own size may be wrong; rows below it would be left out
    sheet.reset_dimensions()
    for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        if number > _LAST_ROW or len(row) > _LAST_COLUMN:
            raise UnreadableError(_TOO_FAR)
        yield row


def _is_filled(sheet: Any) -> bool:
    rows = _rows(sheet)
    return any(cell is not None for row in rows for cell in row)


def _without_blank_end(row: Sequence[Any]) -> Sequence[Any]:
    end = next((i for i in range(len(row), 0, -1) if row[i - 1] is not None), 0)
    return row[:end]


def _csv(rows: Sequence[Sequence[Any]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows([[_text(cell) for cell in row] for row in rows])
    return text.getvalue().encode()


def _text(cell: Any) -> str:
    if cell is None:
        text = ""
    elif isinstance(cell, str):
        text = cell
    elif isinstance(cell, datetime):
        text = cell.isoformat(" ", "seconds") if cell.time() != time() else str(cell.date())
    elif isinstance(cell, date):
        text = cell.isoformat()
    elif isinstance(cell, int | float) and not isinstance(cell, bool):
        text = _number(cell)
    else:
        text = str(cell)
    return text


def _number(number: float) -> str:
    if abs(number) > _LARGEST_EXACT:
        return f"{number:.14E}"
    if number == int(number):
        return str(int(number))
    # 1.234 could be taken for 1234 by whoever reads it
    text = repr(number)
    return f"{text}0" if re.search(r"\.\d{3}$", text) else text

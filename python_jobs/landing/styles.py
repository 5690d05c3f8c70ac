"""How a table writes its numbers and dates, decided by all that is in it.

`1.234` and `3/4/2026` mean one thing in one file and another thing in the next. A cell that can
mean only one thing decides for its whole file; where none does, see `decimal_comma` and
`date_order`.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

import duckdb

from python_jobs.landing.columns import DATES, NUMBERS
from python_jobs.landing.documents import HEAD_BYTES, Document, plain_copies
from python_jobs.landing.recognise import Recognised, split_rows
from python_jobs.landing.scan import csv_source

_SURE_POINT = re.compile(
    r"\d{1,3}(,\d{3}){2,}(\.\d+)?|\d{1,3}(,\d{3})+\.\d+|\d*\.\d+"
    r"|\d{1,2}(,\d\d)+,\d{3}(\.\d+)?"  # 1,23,456.50 in India
)
_SURE_COMMA = re.compile(r"\d{1,3}(\.\d{3}){2,}(,\d+)?|\d{1,3}(\.\d{3})+,\d+|\d*,\d+")
# one separator before three digits: thousands or decimals
_EITHER = re.compile(r"[1-9]\d{0,2}[.,]\d{3}")
_SIGNS = re.compile(r"[^\d.,]")
_LEADING_YEAR = re.compile(r"\s*\d{4}[-./]\d{1,2}[-./]\d{1,2}\b")
_SLASHED = re.compile(r"\s*(\d{1,2})([-./])(\d{1,2})\2(\d{4}|\d{2})\b")
# `1-Mar-26`, `1 March 2026`, `Mar 1, 2026`
_NAMED = re.compile(
    r"\s*(\d{1,2}[-/. ]+[A-Za-z]{3,9}\.?|[A-Za-z]{3,9}\.? +\d{1,2}),?[-/. ]+\d{2,4}"
)
_SHORTEST_RUN_OF_DAYS = 3
_CONTRADICTION = (
    "writes numbers both as 1,234.56 and as 1.234,56, so that 1.234 can mean two things: export it "
    "again in one language"
)
_ROWS_LOOKED_AT = 2_000
# by position of their column
_Cells = Mapping[int, Collection[str]]
# numbers without a fraction
_COUNTS = {"impressions", "reach", "clicks_all", "link_clicks", "outbound_clicks"}


@dataclass
class NumberCells:
    """What the number cells of a table show of its decimal sign."""

    shows_point: bool = False
    shows_comma: bool = False
    # how a cell is written that can be read both ways
    either: str | None = None

    def look_at(self, column: str, cells: Iterable[str]) -> None:
        """Look at the cells of a column; where it counts, 1.234 is no fraction."""
        for cell in cells:
            if cell.startswith(("[", "{")):  # a list of the API
                continue
            digits = _SIGNS.sub("", cell)
            if "." not in digits and "," not in digits:
                continue
            if _EITHER.fullmatch(digits):
                if column in _COUNTS:
                    self.shows_comma |= "." in digits
                    self.shows_point |= "," in digits
                else:
                    self.either = "." if "." in digits else ","
            elif _SURE_POINT.fullmatch(digits):
                self.shows_point = True
            elif _SURE_COMMA.fullmatch(digits):
                self.shows_comma = True

    @property
    def is_decided(self) -> bool:
        """Tell whether any cell can be read in one way only."""
        return self.shows_point or self.shows_comma


@dataclass
class DateCells:
    """What the date cells of a table show of the order of day and month."""

    is_day_first: bool = False
    is_month_first: bool = False
    is_year_first: bool = False
    is_named: bool = False
    # (first, second, year) of dates that can be read both ways
    either: set[tuple[int, int, int]] = field(default_factory=set)

    def look_at(self, _column: str, cells: Iterable[str]) -> None:
        """Look at the cells of a column."""
        for cell in cells:
            slashed = _SLASHED.match(cell)
            # 26-03-01 is nobody's date of 2001
            if slashed and (len(slashed[4]) == 4 or slashed[2] != "-"):
                first, mark, second, year = slashed.groups()
                self.is_day_first |= int(first) > 12 or (mark == "." and int(second) <= 12)
                self.is_month_first |= int(second) > 12
                self.either.add((int(first), int(second), int(year)))
            elif _LEADING_YEAR.match(cell):
                self.is_year_first |= "-" not in cell[:9]
            elif _NAMED.match(cell):
                self.is_named = True


def in_style(found: Recognised, document: Document) -> Recognised:
    """Add to the plan of a CSV file how it writes numbers and dates, or refuse it."""
    plan = found.plan
    columns = plan["columns"]
    numbers = {name: at for name, at in columns.items() if name in NUMBERS or ":" in name}
    dates = {name: at for name, at in columns.items() if name in DATES}
    rows = _first_rows(document, plan)
    number_cells, date_cells = NumberCells(), DateCells()
    _look_at(number_cells, numbers, _cells(rows, numbers))
    _look_at(date_cells, dates, _cells(rows, dates))
    is_cut_off = len(rows) == _ROWS_LOOKED_AT or len(document.head) >= HEAD_BYTES
    if is_cut_off and not number_cells.is_decided:
        # which digits they are does not matter, but for a 0 in front
        shape = "regexp_replace({cell}, '[1-9]', '1', 'g')"
        has_sign = "contains({cell}, '.') or contains({cell}, ',')"
        all_numbers = _all_cells(document, plan, numbers, shape, has_sign)
        _look_at(number_cells, numbers, all_numbers)
    if is_cut_off and date_cells.either:
        all_dates = _all_cells(document, plan, dates, "{cell}", "{cell} is not null")
        _look_at(date_cells, dates, all_dates)
    if contradicts(number_cells):
        return replace(found, status="refused", message=_CONTRADICTION, stops=True)
    has_comma, guess = decimal_comma(number_cells, is_likely=plan["delimiter"] == ";")
    order = date_order(date_cells, is_daily=found.kind == "insights")
    return replace(
        found,
        message=f"{found.message}; {guess}" if guess else found.message,
        plan={**plan, "decimal_comma": has_comma, "date_order": order},
    )


def decimal_comma(cells: NumberCells, *, is_likely: bool) -> tuple[bool, str | None]:
    """Decide whether the decimal sign is a comma; with a sentence where that was guessed.

    Where all cells with a separator look like 1.234, it is a comma if that `is_likely`.
    """
    if cells.is_decided or cells.either is None:
        return cells.shows_comma and not cells.shows_point, None
    if is_likely:
        value = "1234" if cells.either == "." else "1.234"
        return True, f"1{cells.either}234 is taken for {value}, as its cells end in semicolons"
    return False, None


def contradicts(cells: NumberCells) -> bool:
    """Tell whether both signs are used, and cells are there that one of them decides."""
    return cells.shows_point and cells.shows_comma and cells.either is not None


def date_order(cells: DateCells, *, is_daily: bool) -> str | None:
    """Name the order of day and month: 'dmy', 'mdy', 'ymd' or 'named'; None if it is not told.

    A day over 12 tells, and so does a point: nobody writes 03.15.2026. In a table of days
    (`is_daily`) it also tells that its days follow one another in one order alone.
    """
    if cells.is_day_first != cells.is_month_first:
        order = "dmy" if cells.is_day_first else "mdy"
    elif cells.is_day_first:
        order = None
    elif cells.either:
        order = _order_of_run(cells.either) if is_daily else None
    elif cells.is_named:
        order = "named"
    else:
        order = "ymd" if cells.is_year_first else None
    return order


def _order_of_run(dates: Collection[tuple[int, int, int]]) -> str | None:
    """Name the order in which the dates are days in a row.

    In the other order they are one day of several months. Of the first of a month that is not
    certain: it may be a table of months.
    """
    firsts = {first for first, _, _ in dates}
    seconds = {second for _, second, _ in dates}
    for order, days, months in (("dmy", firsts, seconds), ("mdy", seconds, firsts)):
        in_a_row = max(days) - min(days) + 1 == len(days) == len(dates)
        is_one_month = len(months) == 1 and len({year for _, _, year in dates}) == 1
        if in_a_row and is_one_month and len(days) >= _SHORTEST_RUN_OF_DAYS and months != {1}:
            return order
    return None


def _first_rows(document: Document, plan: Mapping[str, Any]) -> list[list[str]]:
    text = document.head.decode("utf-8-sig", "ignore")
    rows = split_rows(text, plan["delimiter"])
    return list(islice(rows, plan["skip"] + 1, plan["skip"] + 1 + _ROWS_LOOKED_AT))


def _cells(rows: Collection[list[str]], columns: Mapping[str, list[int]]) -> _Cells:
    return {
        position: {row[position] for row in rows if position < len(row)}
        for positions in columns.values()
        for position in positions
    }


def _all_cells(
    document: Document,
    plan: Mapping[str, Any],
    columns: Mapping[str, list[int]],
    value: str,
    condition: str,
) -> _Cells:
    """List the different cells of the whole file; nothing where it cannot be read."""
    positions = sorted({position for some in columns.values() for position in some})
    lists = [
        f"coalesce(list(distinct {value}) filter (where {condition}), [])".format(cell=f"c{i}")
        for i in positions
    ]
    with (
        plain_copies([(str(document.path), document.unpack)]) as paths,
        duckdb.connect() as own,
        suppress(duckdb.Error),  # told when the file is read
    ):
        source = csv_source(paths, plan, "ignore_errors = true")
        [found] = own.execute(f"select {', '.join(lists)} from {source}").fetchall()
        return dict(zip(positions, found, strict=True))
    return {}


def _look_at(
    found: NumberCells | DateCells, columns: Mapping[str, list[int]], cells: _Cells
) -> None:
    for column, positions in columns.items():
        for position in positions:
            found.look_at(column, cells.get(position, ()))

"""What a person approved, read back from exported tables with names filled in."""

import csv
import io
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import zip_longest
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from python_jobs.exports.changes import Row, key_of
from python_jobs.exports.tables import AD_SET, CAMPAIGN, shown_row

COLUMN = "approved_by"
BUDGET = (COLUMN, "budget_level", "budget_entity_id", "current_budget", "recommended_budget")
RECOMMENDATION = (COLUMN, "recommendation_type", "adset_ids", "setup_steps", "targeting")
"""columns that an approval is read from"""


@dataclass(frozen=True)
class Approval:
    """A change of a budget, and whose word it has."""

    file: Path
    current_budget: Decimal
    recommended_budget: Decimal
    approved_by: str


@dataclass(frozen=True)
class Approvals:
    """What people approved."""

    budgets: dict[tuple[str, str], Approval]
    """by level and id of the holder"""
    recommendations: dict[tuple[str, ...], tuple[Path, str]]
    """file and name, by what is done"""


def read_approvals(files: Iterable[Path]) -> Approvals:
    """Read the rows with a name in `approved_by`.

    Args:
        files: exported tables of decisions or recommendations, `.csv` or `.xlsx`, saved by any
            spreadsheet.

    Raises:
        ValueError: one is none, or nobody approved anything in it.
        OSError: one cannot be read.

    """
    found = Approvals({}, {})
    for file in files:
        before = len(found.budgets) + len(found.recommendations)
        tables = [rows for rows in _tables(file) if rows]
        if not tables:
            raise _no_table(file, "rows")
        for rows in tables:
            is_budgets = "recommendation_type" not in rows[0]
            lacking = [c for c in (BUDGET if is_budgets else RECOMMENDATION) if c not in rows[0]]
            if lacking:
                raise _no_table(file, f"column {lacking[0]}")
            for number, row in enumerate(rows, start=2):
                name = str(row[COLUMN] or "").strip()
                if name and is_budgets:
                    found.budgets[_holder(row)] = Approval(
                        file=file,
                        current_budget=_amount(file, number, row, "current_budget"),
                        recommended_budget=_amount(file, number, row, "recommended_budget"),
                        approved_by=name,
                    )
                elif name:
                    done = tuple(str(row[column] or "") for column in RECOMMENDATION[1:])
                    found.recommendations[done] = file, name
        if len(found.budgets) + len(found.recommendations) == before:
            raise ValueError(f"{file} has no name in {COLUMN}: fill it in where you agree.")
    return found


def _no_table(file: Path, lacking: str) -> ValueError:
    return ValueError(
        f"{file} has no {lacking}: approve in a table that `autopilot export --format xlsx` wrote."
    )


def _holder(row: Mapping[str, Any]) -> tuple[str, str]:
    entity = str(row["budget_entity_id"] or "")
    return str(row["budget_level"]), entity.removeprefix(CAMPAIGN).removeprefix(AD_SET)


def _tables(file: Path) -> list[list[dict[str, Any]]]:
    """Return each table's rows by column; spreadsheets of some countries save semicolons."""
    if file.suffix.lower() == ".xlsx":
        book = io.BytesIO(file.read_bytes())
        try:
            with warnings.catch_warnings():
                # of styles and validations that it leaves out, which nobody here needs
                warnings.simplefilter("ignore")
                sheets = [list(sheet.values) for sheet in load_workbook(book, read_only=True)]
        except Exception as error:  # openpyxl raises whatever its parts raise
            raise ValueError(f"{file} is no Excel workbook with a table.") from error
        return [
            [dict(zip_longest(map(str, header), row[: len(header)])) for row in rows]
            for header, *rows in filter(None, sheets)
        ]
    content = file.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        return [list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))]
    except csv.Error as error:
        raise ValueError(f"{file} is no CSV with a table.") from error


def _amount(file: Path, number: int, row: Mapping[str, Any], column: str) -> Decimal:
    text = str(row[column]).replace(",", ".")
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal("nan")
    if not amount.is_finite():
        raise ValueError(f"{file}, row {number}: {column} is {row[column]!r} and not an amount.")
    return amount


def approved_budgets(rows: Iterable[Row], approvals: Approvals) -> list[Row]:
    """Keep the approved rows, with the name in `approved_by`.

    Raises:
        ValueError: another change than the one decided on now was approved.

    """
    now = {key_of(row): row for row in rows}
    for (level, entity), approval in approvals.budgets.items():
        row = now.get((level, entity))
        if row is None:
            raise ValueError(
                f"{approval.file} approves the budget of {level} {entity}, on which nothing is "
                "decided now: approve the newest decisions."
            )
        asked = approval.current_budget, approval.recommended_budget
        if asked != (row["current_budget"], row["recommended_budget"]):
            raise ValueError(
                f"{approval.file} approves {asked[0]} -> {asked[1]} for {level} {entity}, and now "
                f"it is {row['current_budget']} -> {row['recommended_budget']}: approve the newest "
                "decisions."
            )
    return [
        row | {COLUMN: approvals.budgets[key].approved_by}
        for key, row in now.items()
        if key in approvals.budgets
    ]


def approved_recommendations(
    recommendations: Mapping[str, Iterable[Row]], approvals: Approvals
) -> dict[str, list[Row]]:
    """Keep the approved rows of each kind, with the name in `approved_by`.

    Raises:
        ValueError: something else than what is recommended now was approved.

    """
    found: dict[str, list[Row]] = {}
    seen = set()
    for kind, rows in recommendations.items():
        found[kind] = []
        for row in rows:
            shown = dict(zip(row, shown_row(row), strict=True))
            done = tuple(str(shown[column] or "") for column in RECOMMENDATION[1:])
            if done in approvals.recommendations:
                seen.add(done)
                found[kind].append(row | {COLUMN: approvals.recommendations[done][1]})
    for done, (file, _) in approvals.recommendations.items():
        if done not in seen:
            raise ValueError(
                f"{file} approves {done[0]} of {done[1]}, which is not what is recommended now: "
                "approve the newest recommendations."
            )
    return found

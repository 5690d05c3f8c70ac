"""Decisions that a person approved, read back from an exported table with names filled in."""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from openpyxl import load_workbook

from python_jobs.exports.changes import Row, key_of
from python_jobs.exports.tables import AD_SET, CAMPAIGN

COLUMN = "approved_by"
NEEDED = (COLUMN, "budget_level", "budget_entity_id", "current_budget", "recommended_budget")


@dataclass(frozen=True)
class Approval:
    """A change of a budget, and whose word it has."""

    current_budget: Decimal
    recommended_budget: Decimal
    approved_by: str


def read_approvals(file: Path) -> dict[tuple[str, str], Approval]:
    """Read the rows with a name in `approved_by`, by level and id of the holder.

    Args:
        file: an exported table of decisions, `.csv` or `.xlsx`, saved by any spreadsheet.

    Raises:
        ValueError: it is none, or nobody approved anything.
        OSError: it cannot be read.

    """
    rows = _rows(file)
    lacking = [column for column in NEEDED if rows and column not in rows[0]]
    if not rows or lacking:
        raise ValueError(
            f"{file} has no {'rows' if not rows else 'column ' + lacking[0]}: approve in a table "
            "that `autopilot export --format xlsx` wrote."
        )
    approvals = {}
    for number, row in enumerate(rows, start=2):
        if str(row[COLUMN] or "").strip():
            entity = str(row["budget_entity_id"] or "")
            key = str(row["budget_level"]), entity.removeprefix(CAMPAIGN).removeprefix(AD_SET)
            approvals[key] = Approval(
                current_budget=_amount(file, number, row, "current_budget"),
                recommended_budget=_amount(file, number, row, "recommended_budget"),
                approved_by=str(row[COLUMN]).strip(),
            )
    if not approvals:
        raise ValueError(f"{file} has no name in {COLUMN}: fill it in where you agree.")
    return approvals


def _rows(file: Path) -> list[dict[str, Any]]:
    """Return the rows by column; spreadsheets of some countries save CSV with semicolons."""
    if file.suffix.lower() == ".xlsx":
        try:
            header, *rows = load_workbook(file, read_only=True).worksheets[0].values
        except (BadZipFile, KeyError, ValueError) as error:
            raise ValueError(f"{file} is no Excel workbook with a table.") from error
        return [dict(zip(map(str, header), row, strict=False)) for row in rows]
    content = file.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))


def _amount(file: Path, number: int, row: Mapping[str, Any], column: str) -> Decimal:
    try:
        return Decimal(str(row[column]).replace(",", "."))
    except InvalidOperation as error:
        raise ValueError(
            f"{file}, row {number}: {column} is {row[column]!r} and not an amount."
        ) from error


def approved(
    rows: Iterable[Row], approvals: Mapping[tuple[str, str], Approval], file: Path
) -> list[Row]:
    """Keep the approved rows, with the name in `approved_by`.

    Raises:
        ValueError: another change than the one decided on now was approved.

    """
    now = {key_of(row): row for row in rows}
    for (level, entity), approval in approvals.items():
        row = now.get((level, entity))
        if row is None:
            raise ValueError(
                f"{file} approves the budget of {level} {entity}, on which nothing is decided "
                "now: approve the newest decisions."
            )
        asked = approval.current_budget, approval.recommended_budget
        if asked != (row["current_budget"], row["recommended_budget"]):
            raise ValueError(
                f"{file} approves {asked[0]} -> {asked[1]} for {level} {entity}, and now it is "
                f"{row['current_budget']} -> {row['recommended_budget']}: approve the newest "
                "decisions."
            )
    return [
        row | {COLUMN: approvals[key].approved_by} for key, row in now.items() if key in approvals
    ]

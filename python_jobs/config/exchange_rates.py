"""Dated exchange rates: `{config}/{customer}/{platform}/exchange_rates.csv`."""

import csv
import math
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

HEADER = ["rate_date", "from_currency", "to_currency", "rate"]


@dataclass(frozen=True)
class ExchangeRate:
    """Units of `to_currency` for one of `from_currency`, from that day on until the next rate."""

    rate_date: date
    from_currency: str
    to_currency: str
    rate: float


def load_exchange_rates(file: Path) -> tuple[list[ExchangeRate], list[str]]:
    """Read the file; an absent file has no rates.

    Returns:
        The rates, and what is wrong with the other lines, one sentence each.

    """
    if not file.exists():
        return [], []
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            rows = list(csv.reader(lines))
    except (OSError, UnicodeDecodeError, csv.Error):
        return [], [f"{file}: cannot be read as CSV in UTF-8."]
    if not rows or [name.strip().lower() for name in rows[0]] != HEADER:
        return [], [f"{file}, line 1: the header must be {','.join(HEADER)}."]
    rates: list[ExchangeRate] = []
    problems: list[str] = []
    first_line: dict[tuple[date, str, str], int] = {}
    for line, row in enumerate(rows[1:], start=2):
        if not any(row):
            continue
        rate = _rate(row)
        if isinstance(rate, str):
            problems.append(f"{file}, line {line}: {rate}.")
            continue
        key = (rate.rate_date, rate.from_currency, rate.to_currency)
        if key in first_line:
            problems.append(
                f"{file}, line {line}: the rate of line {first_line[key]} again; keep one."
            )
            continue
        first_line[key] = line
        rates.append(rate)
    return rates, problems


def _rate(row: list[str]) -> ExchangeRate | str:
    """Read one line, or say what is wrong with it."""
    if len(row) != len(HEADER):
        return f"has {len(row)} fields; expected: {','.join(HEADER)}"
    day, from_currency, to_currency, rate = (field.strip() for field in row)
    try:
        rate_date = date.fromisoformat(day)
    except ValueError:
        return f"rate_date is '{day}'; expected: a date such as 2026-03-01"
    for name, currency in (("from_currency", from_currency), ("to_currency", to_currency)):
        if not re.fullmatch("[A-Z]{3}", currency):
            return f"{name} is '{currency}'; expected: three capital letters such as USD"
    try:
        value = float(rate)
    except ValueError:
        value = math.nan
    if not (value > 0 and math.isfinite(value)):
        return f"rate is '{rate}'; expected: a number above 0 with a decimal point"
    return ExchangeRate(rate_date, from_currency, to_currency, value)

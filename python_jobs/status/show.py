"""`autopilot status`: a customer in ten lines, or all of them in one line each."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from python_jobs.cli.customers import known_customers
from python_jobs.cli.screen import Screen
from python_jobs.status.overview import Overview, day, overview

NAMED = 3
"""files that are named; of more only the number is said"""


def show_one(screen: Screen, customer: str, platform: str) -> bool:
    """Print what is known of a customer and what to do next.

    Returns:
        False if something is wrong with files, builds or tracking.

    """
    today = date.today()
    found = overview(customer, platform, today)
    _, next_step = found.next_step(today)
    for name, value in _as_rows(found, today).items():
        screen.keep(name, value)
    screen.print(f"{customer}, {platform}\n", style="bold", highlight=False)
    table = Table.grid(padding=(0, 2, 0, 0))
    for title, text in _lines(found):
        table.add_row(title, Text(text, overflow="fold"))
    screen.print(table)
    screen.print(Text(f"\nNext: {next_step}"))
    return not found.problems


def show_all(screen: Screen) -> bool:
    """Print a line for every customer, the most money first, within one currency.

    Returns:
        False if something is wrong with files, builds or tracking of any.

    """
    today = date.today()
    known = known_customers()
    with Console(stderr=True).status(f"Looking at {len(known)} customers"):
        all_found = [
            overview(customer, platform, today)
            for customer, platforms in known.items()
            for platform in sorted(platforms)
        ]
    all_found.sort(key=_order)
    screen.keep("customers", [_as_rows(found, today) for found in all_found])
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("customer", no_wrap=True)
    for name in ("at stake\na day", "changes", "data\nage", "incidents", "refused"):
        table.add_column(name, justify="right")
    table.add_column("next", overflow="fold")
    for found in all_found:
        table.add_row(*map(Text, _row(found, today)))
    screen.print(table)
    wrong = [found for found in all_found if found.problems]
    for found in wrong:
        screen.print(Text(f"\n{_name(found)}: {_some(found.problems, '; ')}"))
    currencies = {currency for found in all_found for currency in found.at_stake()}
    if len(currencies) > 1:
        screen.print(Text("\nCurrencies are not converted: the order holds within each of them."))
    if not all_found:
        screen.print("There is no customer yet: `autopilot new-customer NAME` makes one.")
    return not wrong


def _order(found: Overview) -> tuple[bool, str, float, str]:
    """Put the most money first, by currency; those without any last."""
    money = found.at_stake()
    currency, amount = max(money.items(), key=lambda pair: pair[1], default=("", 0.0))
    return not money, currency, -amount, found.customer


def _row(found: Overview, today: date) -> Sequence[str]:
    short, _ = found.next_step(today)
    name = _name(found)
    if found.unreadable or found.published_at is None:
        return name, "", "", "", "", str(_refused(found) or ""), short
    return (
        name,
        _money(found.at_stake()) if found.decision_date else "",
        f"{found.changes} of {found.budgets}" if found.decision_date else "",
        "" if found.data_age_days is None else f"{found.data_age_days:,} d",
        str(len(found.open_incidents)),
        str(_refused(found)),
        short,
    )


def _name(found: Overview) -> str:
    return found.customer if found.platform == "meta" else f"{found.customer}/{found.platform}"


def _refused(found: Overview) -> int:
    """Count what is not used: files that the last run left out, or that stopped the last build."""
    return len(found.failed_build) or len(found.refused_files)


def _lines(found: Overview) -> Sequence[tuple[str, str]]:
    if found.unreadable:
        return [("results", found.unreadable)]
    lines = []
    if found.published_at:
        age = f", {_count(found.data_age_days or 0, 'day')} old" if found.data_through else ""
        lines += [
            ("data", f"to {day(found.data_through)}{age}"),
            ("last run", f"published {day(found.published_at)} {found.published_at:%H:%M} UTC"),
        ]
    else:
        lines.append(("results", "nothing is published yet"))
    if found.failed_build:
        lines.append(("last build", f"published nothing: {_some(found.failed_build, ' ')}"))
    if found.decision_date:
        lines.append(
            ("decided", f"for {day(found.decision_date)}, good until {day(found.valid_until)}")
        )
        lines.append(("budgets", _budgets(found)))
    if found.audience_changes:
        lines.append(
            (
                "audiences",
                f"{_count(found.audience_changes, 'change')} recommended, the best gains "
                f"{found.first_gain_30d} in 30 days",
            )
        )
    if found.findings:
        money = found.largest_finding_30d
        lines.append(
            (
                "set up wrong",
                _count(found.findings, "finding")
                + (f", the largest with {money} at stake in 30 days" if money else ""),
            )
        )
    if found.published_at:
        lines.append(("tracking", _some(found.open_incidents, "; ") or "no open incident"))
        lines.append(("files", _files(found)))
    elif found.unread_files:
        lines.append(("files", f"not read yet: {_some(found.unread_files, ', ')}"))
    lines += [("month", text) for text in found.months]
    if found.trial:
        lines.append(("trial", found.trial))
    return lines


def _budgets(found: Overview) -> str:
    if not found.changes:
        text = f"none of {found.budgets} to change"
    else:
        gain = " and ".join(f"{money:+,.0f} {c}".strip() for c, money in found.gain_7d.items())
        text = (
            f"{found.changes} of {found.budgets} to change, {found.raises} up and {found.cuts} "
            f"down, {_money(found.moved_per_day)} a day moved; expected {gain} revenue in 7 days"
        )
    if found.reviews:
        text += f"; {_count(found.reviews, 'more')} to look at"
    return text


def _files(found: Overview) -> str:
    parts = [
        f"{title}: {_some(files, ', ')}"
        for title, files in (
            ("not used", found.refused_files),
            ("not read yet", found.unread_files),
        )
        if files
    ]
    return "; ".join(parts) or "all read, none refused"


def _money(money: Mapping[str, float]) -> str:
    return " + ".join(f"{amount:,.2f} {currency}".strip() for currency, amount in money.items())


def _some(texts: Sequence[str], separator: str) -> str:
    more = f"{separator}and {len(texts) - NAMED} more" if len(texts) > NAMED else ""
    return separator.join(texts[:NAMED]) + more


def _count(number: int, thing: str) -> str:
    plural = thing if number == 1 or thing == "more" else f"{thing}s"
    return f"{number:,} {plural}"


def _as_rows(found: Overview, today: date) -> dict[str, Any]:
    """Return all fields, and those that are made of them."""
    short, next_step = found.next_step(today)
    return asdict(found) | {
        "changes": found.changes,
        "problems": found.problems,
        "next": short,
        "next_step": next_step,
    }

"""What was decided, and which of it is a change that can be carried out."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb

from python_jobs.decisions.limits import WITHOUT_CENTS

Row = dict[str, Any]
"""a row of a results table by column; money as Decimal"""


@dataclass(frozen=True)
class Decisions:
    """`results.budget_allocations` of one run."""

    rows: list[Row]
    run_id: str
    decision_date: date
    data_through: date
    valid_until: date


@dataclass(frozen=True)
class Change:
    """A budget per day to set, in account currency; 0 switches its holder off."""

    account_id: str
    level: str
    """'adset' or 'campaign'"""
    entity_id: str
    campaign_id: str
    name: str | None
    currency: str | None
    before: Decimal
    after: Decimal
    approved_by: str | None = None

    @property
    def switches(self) -> bool:
        """Whether it switches its holder off, or on again, and leaves the budget as it is."""
        return not (self.before and self.after)

    def undone(self) -> "Change":
        """Return the change that restores what was."""
        return replace(self, before=self.after, after=self.before)


def read_decisions(live: duckdb.DuckDBPyConnection, customer: str) -> Decisions:
    """Read the newest decisions of a published file.

    Raises:
        ValueError: it has none.

    """
    rows = rows_of(
        live,
        """
        from results.budget_allocations
        order by account_id, abs(recommended_budget - current_budget) desc, budget_entity_id
        """,
    )
    if not rows:
        raise ValueError(
            f"No budget of {customer} was decided on: `autopilot inspect --customer {customer}` "
            "says what its files lack."
        )
    first = rows[0]
    return Decisions(
        rows=rows,
        run_id=first["run_id"],
        decision_date=first["decision_date"],
        data_through=first["data_through"],
        valid_until=first["valid_until"],
    )


def rows_of(live: duckdb.DuckDBPyConnection, query: str, *values: Any) -> list[Row]:
    """Return the rows of a query, each by column."""
    found = live.execute(query, values)
    columns = [name for name, *_ in found.description or []]
    return [dict(zip(columns, row, strict=True)) for row in found.fetchall()]


def is_published(live: duckdb.DuckDBPyConnection, table: str) -> bool:
    """Tell whether a published file has a table of `results`; builds of a part leave some out."""
    found = live.execute(
        """
        select count(*) from information_schema.tables
        where table_schema = 'results' and table_name = ?
        """,
        [table],
    ).fetchone()
    return bool(found == (1,))


def decided_otherwise(
    live: duckdb.DuckDBPyConnection, rows: Iterable[Row], run_id: str
) -> list[Row]:
    """Keep the rows whose budget an earlier run did not recommend.

    Raises:
        ValueError: no such run decided on budgets.

    """
    earlier = rows_of(
        live,
        """
        select budget_level, budget_entity_id, recommended_budget
        from results.decision_log
        where run_id = ?
        """,
        run_id,
    )
    if not earlier:
        raise ValueError(
            f"No run {run_id} decided on budgets: `select distinct run_id, decision_date from "
            "results.decision_log` lists those that did."
        )
    known = {key_of(row): row["recommended_budget"] for row in earlier}
    return [row for row in rows if known.get(key_of(row)) != row["recommended_budget"]]


def key_of(row: Row) -> tuple[str, str]:
    """Return what names a holder: its level and its id."""
    return row["budget_level"], row["budget_entity_id"]


def changes_of(rows: Iterable[Row]) -> tuple[list[Change], list[str]]:
    """Pick the budgets that change.

    Returns:
        Changes of daily budgets that are known, of holders that Meta knows by their id; and a
        sentence for each kind of change that is left out.

    """
    moved = [row for row in rows if row["recommended_budget"] != row["current_budget"]]
    without_id = [row for row in moved if not row["budget_entity_id"].isdigit()]
    with_id = [row for row in moved if row["budget_entity_id"].isdigit()]
    unknown = [row for row in with_id if row["current_budget_source"] == "estimated"]
    left_out = [
        f"{_count(some)} left out: {why}"
        for some, why in (
            (
                without_id,
                "their files have names and no ids; export them again with the columns "
                "`Campaign ID` and `Ad set ID`.",
            ),
            (
                unknown,
                "their budgets are estimated from spend; export campaigns and ad sets with their "
                "budgets, see docs/getting-the-data.md.",
            ),
        )
        if some
    ]
    return [
        Change(
            account_id=row["account_id"],
            level=row["budget_level"],
            entity_id=row["budget_entity_id"],
            campaign_id=row["campaign_id"],
            name=row["budget_entity_name"],
            currency=row["currency"],
            before=row["current_budget"],
            after=row["recommended_budget"],
            approved_by=row.get("approved_by"),
        )
        for row in with_id
        if row["current_budget_source"] != "estimated"
    ], left_out


def _count(rows: list[Row]) -> str:
    return "1 change is" if len(rows) == 1 else f"{len(rows)} changes are"


def minor_units(amount: Decimal, currency: str) -> int:
    """Return an amount as the API counts it: cents, or whole units of currencies without.

    Raises:
        ValueError: the currency has no such amount.

    """
    units = amount * (1 if currency in WITHOUT_CENTS else 100)
    if units != int(units):
        raise ValueError(f"{amount} is no amount of {currency} that can be set.")
    return int(units)


def plain(amount: Decimal, currency: str | None) -> int | Decimal:
    """Return an amount with as many decimals as its currency has."""
    return int(amount) if currency in WITHOUT_CENTS else amount

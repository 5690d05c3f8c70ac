"""Whether decisions may leave the project today."""

from collections.abc import Iterable
from datetime import date

import duckdb

from python_jobs.config.export_schema import Export
from python_jobs.exports.changes import Change, Decisions, is_published, rows_of
from python_jobs.trial.files import Trial

SHADOW_DAYS = 14
"""days of outcomes that a customer in shadow mode waits for"""
OUTCOME_DAYS = 7
"""days that the outcome of one decision covers"""


def shadow(live: duckdb.DuckDBPyConnection, settings: Export, customer: str) -> str | None:
    """Say why a customer in shadow mode may not export yet; None if it may."""
    if settings.mode == "live":
        return None
    days = _outcome_days(live)
    if days >= SHADOW_DAYS:
        return None
    return (
        f"{customer} is in shadow mode: nothing is exported until the outcomes of {SHADOW_DAYS} "
        f"days are in, and there are those of {days}; `export: {{mode: live}}` in a "
        f"settings file of {customer} exports at once."
    )


def _outcome_days(live: duckdb.DuckDBPyConnection) -> int:
    """Count the days from the first decision to the last one whose outcome is in, and its own."""
    if not is_published(live, "recommendation_outcomes"):
        return 0
    [row] = rows_of(
        live,
        """
        select max(decision_date) filter (where is_matured) - min(decision_date) as days
        from results.recommendation_outcomes
        """,
    )
    return 0 if row["days"] is None else int(row["days"]) + OUTCOME_DAYS


def stale(
    live: duckdb.DuckDBPyConnection, decisions: Decisions, settings: Export, today: date
) -> str | None:
    """Say why the decisions are too old to be carried out; None if they are not."""
    if today > decisions.valid_until:
        return (
            f"The budgets for {decisions.decision_date} were to be set until "
            f"{decisions.valid_until}, and today is {today}"
        )
    account, last_day = _last_day(live, decisions)
    age = (today - last_day).days
    if age > settings.max_data_age_days:
        return (
            f"The newest day{account} with spend is {last_day}, {age} days ago, and "
            f"export.max_data_age_days allows {settings.max_data_age_days}"
        )
    return None


def _last_day(live: duckdb.DuckDBPyConnection, decisions: Decisions) -> tuple[str, date]:
    """Return the newest day with spend, of the changed account with the oldest, and which it is.

    A build may be asked for a morning that the data do not reach. A build of the budgets alone
    leaves the daily tables of an earlier run, which say nothing of this one.
    """
    found = []
    if is_published(live, "account_daily"):
        found = rows_of(
            live,
            """
            select account_id, max(date_day) as last_day
            from results.account_daily
            where spend > 0
                and run_id = ?
                and account_id in (
                    select account_id from results.budget_allocations
                    where recommended_budget <> current_budget
                )
            group by account_id
            order by last_day, account_id
            limit 1
            """,
            decisions.run_id,
        )
    for row in found:
        return f" of account {row['account_id']}", row["last_day"]
    return "", decisions.data_through


def moved(live: duckdb.DuckDBPyConnection, decisions: Decisions, customer: str) -> str | None:
    """Say which budgets were seen to differ since they were decided on; None if none was."""
    rows = rows_of(
        live,
        """
        with

        seen_since as (

            select
                seen.entity_level,
                seen.entity_id,
                seen.daily_budget
            from history.budgets_seen as seen
            inner join results.runs as runs on seen.run_id = runs.run_id
            where runs.published_at > (select published_at from results.runs where run_id = ?)
            qualify row_number() over (
                partition by seen.entity_level, seen.entity_id
                order by seen.seen_on desc, runs.published_at desc
            ) = 1

        )

        select
            coalesce(decided.budget_entity_name, decided.budget_entity_id) as name,
            decided.current_budget,
            seen_since.daily_budget,
            count(*) over () as changed
        from results.budget_allocations as decided
        inner join seen_since
            on decided.budget_level = seen_since.entity_level
            and decided.budget_entity_id = seen_since.entity_id
        where round(seen_since.daily_budget, 2) <> decided.current_budget
            and decided.budget_type = 'daily'
        order by decided.budget_entity_id
        limit 1
        """,
        decisions.run_id,
    )
    for row in rows:
        others = f" and {row['changed'] - 1} more" if row["changed"] > 1 else ""
        return (
            f"Budgets changed since they were decided on: that of {row['name']}{others}, from "
            f"{row['current_budget']} to {row['daily_budget']:.2f}; decide again with "
            f"`autopilot budgets --customer {customer}`."
        )
    return None


def left_to_the_hand(
    changes: Iterable[Change], trial: Trial | None, today: date, customer: str
) -> str | None:
    """Say that budgets were decided on before a trial left them to the hand; None if none was."""
    if trial is None or trial.last_day < today:
        return None
    hand = {(holder.budget_level, holder.budget_entity_id) for holder in trial.hand}
    for change in changes:
        if (change.level, change.entity_id) in hand:
            return (
                f"A trial leaves {change.name or change.entity_id} to the hand until "
                f"{trial.last_day}, and it was decided on before: decide again with `autopilot "
                f"budgets --customer {customer}`."
            )
    return None

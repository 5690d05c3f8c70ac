"""What published tables say of budget holders week by week."""

from dataclasses import dataclass
from datetime import date

import duckdb
import numpy as np
import pandas as pd

from python_jobs.decisions.arrays import Floats

LEFT_ALONE = (
    "lifetime_budget",
    "budget_schedule",
    "reserved",
    "not_active",
    "no_evidence",
    "goal_without_value",
    "no_budget",
    "pinned",
    "excluded",
)
"""what keeps a budget from ever being moved, as `binding_limit` names it"""

MOST_WEEKS = 26
"""of the past that say how much weeks vary"""

DAILY = """
    select 'adset' as budget_level, adset_id as budget_entity_id, date_day, spend, purchase_value
    from results.adset_daily
    union all
    select 'campaign', campaign_id, date_day, spend, purchase_value
    from results.campaign_daily
"""


@dataclass(frozen=True)
class Weeks:
    """Weeks of holders, the oldest first; arrays are (weeks, holders), money in currency units."""

    holders: pd.DataFrame
    """account_id, budget_level, budget_entity_id, budget_entity_name, marginal_roas"""
    spend: Floats
    revenue: Floats
    """Meta-attributed"""


def movable(live: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Return the holders that decisions may move, largest budget first, as `Weeks.holders`."""
    holders: pd.DataFrame = live.execute(
        """
        select account_id, budget_level, budget_entity_id, budget_entity_name, marginal_roas
        from results.budget_allocations
        where current_budget > 0 and marginal_roas > 0
            and not list_contains(?, coalesce(binding_limit, ''))
        order by current_budget desc, budget_entity_id
        """,
        [list(LEFT_ALONE)],
    ).df()
    return holders


def weeks_before(
    live: duckdb.DuckDBPyConnection, holders: pd.DataFrame, day: date, count: int
) -> Weeks:
    """Return the `count` weeks that end the day before `day`; a week without rows is 0."""
    live.register(
        "holders of a trial", holders.reset_index(drop=True).rename_axis("place").reset_index()
    )
    sums = live.execute(
        f"""
        select
            (? - 1 - daily.date_day) // 7 as weeks_ago,
            holders.place,
            sum(daily.spend)::double as spend,
            coalesce(sum(daily.purchase_value), 0)::double as revenue
        from ({DAILY}) as daily
        inner join "holders of a trial" as holders using (budget_level, budget_entity_id)
        where daily.date_day < ? and daily.date_day >= ? - 7 * ?
        group by all
        """,
        [day, day, day, count],
    ).df()
    spend, revenue = np.zeros((2, count, len(holders)))
    row = count - 1 - sums["weeks_ago"].to_numpy()
    spend[row, sums["place"]] = sums["spend"]
    revenue[row, sums["place"]] = sums["revenue"]
    return Weeks(holders, spend, revenue)


def past_weeks(live: duckdb.DuckDBPyConnection, day: date, weeks: int) -> Weeks:
    """Return the holders that could be in a trial of so many weeks, and their past.

    They spent in each of the last 2 * `weeks` weeks and may be moved; of several accounts those of
    the one that has most of them. The past reaches back as far as all of them spent.
    """
    all_of_them = weeks_before(live, movable(live), day, MOST_WEEKS)
    steady = (all_of_them.spend[-2 * weeks :] > 0).all(axis=0)
    account = pd.factorize(all_of_them.holders["account_id"])[0]
    if steady.any():
        steady &= account == np.bincount(account[steady]).argmax()
    chosen = np.flatnonzero(steady)
    spend, revenue = all_of_them.spend[:, chosen], all_of_them.revenue[:, chosen]
    without = np.flatnonzero((spend == 0).any(axis=1))
    first = int(without[-1]) + 1 if len(without) else 0
    return Weeks(all_of_them.holders.iloc[chosen], spend[first:], revenue[first:])

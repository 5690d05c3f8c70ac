"""The plan of every account: allocated, rounded, and never valued below keeping today's budgets."""

from dataclasses import dataclass, replace

import numpy as np

from python_jobs.decisions.allocate import (
    SMALLEST,
    Holders,
    Plan,
    allocate,
    clearing,
    whole_units,
)
from python_jobs.decisions.arrays import Bools, Codes, Floats
from python_jobs.decisions.limits import CODE, NOTHING, Limits, Names
from python_jobs.decisions.value import Response

LARGEST = 30
"""of the logarithm of a factor, so that it stays a number; limits decide long before"""

TOLERANCE = 1e-9
"""relative, of what is equal but for floating point"""


@dataclass(frozen=True)
class Budgets:
    """Per holder unless said otherwise; account currency per day."""

    desired: Floats
    """before limits"""
    marginal_factor: Floats
    """desired = today's budget times the rule's factor, as modified, times this one"""
    after_limits: Floats
    recommended: Floats
    """the same in whole minor units; each account adds up"""
    binding: Names
    """what kept a budget from what is desired"""
    clearing_roas: Floats
    """of the holder's account: what the next unit returns wherever it can still go"""
    unplaced: Floats
    """of the holder's account: what of its total the limits leave over; negative: what they take
    beyond it"""


def plan_budgets(
    account: Codes,
    total: Floats,
    *,
    adjustment: Floats,
    answer: Response,
    limit: Limits,
    dead_band: float,
) -> Budgets:
    """Distribute each account's total and round.

    Args:
        account: Number of each holder's account: 0, 1, 2, ... in order.
        total: Per account, per day.
        adjustment: The rule's factor after all modifiers.
        answer: How each holder answers to money.
        limit: How far each may move.
        dead_band: Share of the clearing marginal return within which a holder stays.

    """
    minor = limit.minor_units
    today = limit.budget * minor
    units = np.rint(total * minor[np.searchsorted(account, np.arange(len(total)))])
    known = (answer.roas > 0) & (answer.marginal_roas > 0) & (limit.budget > 0)
    # who spends less than its budget starts from what it spends
    spent = np.divide(answer.spend, limit.budget, out=np.ones(len(today)), where=known)
    start = np.where(spent > 0, np.minimum(spent, 1), 1)
    slope = 1 / answer.curvature
    level = np.log(np.where(known, today * adjustment * start, 1)) + slope * np.log(
        np.where(known, answer.marginal_roas, 1)
    )
    holders = Holders(account, level, slope, limit.lower * minor, limit.upper * minor)

    plan = allocate(holders, units, today, dead_band)
    rounded = whole_units(plan.budgets, holders, units)
    kept, today_kept = _better_kept(
        holders, units, plan=plan, planned=rounded, today=today, answer=answer, minor=minor
    )
    after_limits = np.where(kept, today_kept, plan.budgets)
    rounded = np.where(kept, today_kept, rounded)

    log_price = plan.log_price[account]
    power = np.where(
        known, slope * (np.log(np.where(known, answer.marginal_roas, 1)) - log_price), 0
    )
    marginal_factor = np.where(
        np.isnan(power), 1, np.where(known, start, 1) * np.exp(np.clip(power, -LARGEST, LARGEST))
    )
    desired = limit.budget * adjustment * marginal_factor
    pinned = limit.lower == limit.upper
    binding = np.select(
        [
            pinned,
            kept,
            plan.in_dead_band,
            desired >= limit.upper * (1 - TOLERANCE),
            desired <= limit.lower * (1 + TOLERANCE),
        ],
        [
            limit.upper_name,
            CODE["plan_not_better"],
            CODE["dead_band"],
            limit.upper_name,
            limit.lower_name,
        ],
        NOTHING,
    ).astype(np.int8)
    placed = np.bincount(account, rounded, len(total))
    return Budgets(
        desired=desired,
        marginal_factor=marginal_factor,
        after_limits=after_limits / minor,
        recommended=rounded / minor,
        binding=binding,
        clearing_roas=np.exp(log_price),
        unplaced=(units - placed)[account] / minor,
    )


def _better_kept(
    holders: Holders,
    total: Floats,
    *,
    plan: Plan,
    planned: Floats,
    today: Floats,
    answer: Response,
    minor: Floats,
) -> tuple[Bools, Floats]:
    """Find accounts that would earn more with today's budgets than with the plan.

    Where the total is not today's, today's budgets in proportion to it stand for them. What a plan
    leaves over of the total counts what the account's next unit returns.

    Returns:
        Per holder: whether today's budgets are better, and today's budgets (minor units).

    """
    account, count = holders.account, len(total)
    price = np.nan_to_num(np.exp(plan.log_price))

    def worth(budgets: Floats) -> Floats:
        revenue = np.nan_to_num(answer.revenue_at(answer.spend_at(budgets / minor))) * minor
        left_over = total - np.bincount(account, budgets, count)
        return np.bincount(account, revenue, count) + price * left_over

    todays = np.rint(today)
    other_total = np.bincount(account, todays, count) != total
    if other_total.any():
        in_proportion = replace(
            holders,
            level=np.log(np.maximum(todays, SMALLEST)),
            slope=np.ones(len(todays)),
            lower=np.minimum(holders.lower, todays),
            upper=np.maximum(holders.upper, todays),
        )
        scaled = in_proportion.budgets(np.nan_to_num(clearing(in_proportion, total)))
        scaled = whole_units(scaled, in_proportion, total)
        todays = np.where(other_total[account], scaled, todays)
    of_today = worth(todays)
    better = of_today - worth(planned) > TOLERANCE * np.abs(of_today)
    return better[account], todays

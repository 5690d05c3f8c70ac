"""The plan of every account: allocated, rounded, and never valued below keeping today's budgets."""

from dataclasses import dataclass, replace

import numpy as np

from python_jobs.config.schema import Parameters
from python_jobs.decisions.allocate import (
    SMALLEST,
    Changes,
    Holders,
    Plan,
    allocate,
    clearing,
    whole_units,
)
from python_jobs.decisions.arrays import Bools, Codes, Floats, known_or
from python_jobs.decisions.limits import CODE, NAMES, NOTHING, Limits, Names
from python_jobs.decisions.value import Response

BY_CUSTOMER = (
    "max_daily_budget",
    "max_share_of_account",
    "target",
    "group_floor",
    "group_cap",
    "pinned",
)
"""limits that the customer set: today's budgets beyond them are no plan either"""
SET_BY_CUSTOMER = np.array([*(name in BY_CUSTOMER for name in NAMES), False])
"""by the number of a limit, NOTHING = -1 last"""

LARGEST = 30
"""of the logarithm of a factor, so that it stays a number; limits decide long before"""

TOLERANCE = 1e-9
"""relative, of what is equal but for floating point"""


@dataclass(frozen=True)
class Budgets:
    """Per holder unless said otherwise; account currency per day."""

    after_limits: Floats
    recommended: Floats
    """the same in whole minor units; each account adds up"""
    log_price: Floats
    """of the holder's account: ln of what the next unit returns wherever it can still go"""
    kept: Bools
    """whether the account keeps today's budgets, which earn more than the plan"""
    too_small: Bools
    """stays because its change would not be worth an edit"""
    too_many: Bools
    """stays because others' changes are worth more"""


@dataclass(frozen=True)
class Desired:
    """What was wanted of each holder, and what it met; account currency per day."""

    desired: Floats
    """before limits"""
    marginal_factor: Floats
    """desired = today's budget times the rule's factor, as modified, times this one"""
    binding: Names
    """what kept a budget from what is desired"""


def plan_budgets(
    account: Codes,
    total: Floats,
    *,
    adjustment: Floats,
    answer: Response,
    limit: Limits,
    stands: Bools,
    parameters: Parameters,
) -> Budgets:
    """Distribute each account's total and round.

    Args:
        account: Number of each holder's account: 0, 1, 2, ... in order.
        total: Per account, per day.
        adjustment: The rule's factor after all modifiers.
        answer: How each holder answers to money.
        limit: How far each may move.
        stands: For whom limits count whatever is earned.
        parameters: All settings.

    """
    minor = limit.minor_units
    units = _in_minor_units(account, total, limit)
    _, _, holders = _holders(account, adjustment, answer, limit)
    changes = _worth_an_edit(account, limit, parameters)
    most_changes = parameters.effort.max_changes_per_run
    plan = allocate(holders, units, changes, most_changes)
    rounded = whole_units(plan.budgets, plan.within, units, changes.unit)
    to_keep = np.rint(limit.budget * minor)
    bound = stands | SET_BY_CUSTOMER[limit.upper_name]
    to_keep = np.where(bound, np.minimum(to_keep, holders.upper), to_keep)
    bound = stands | SET_BY_CUSTOMER[limit.lower_name]
    to_keep = np.where(bound, np.maximum(to_keep, holders.lower), to_keep)
    kept, today_kept = _better_kept(
        holders,
        units,
        plan=plan,
        planned=rounded,
        to_keep=to_keep,
        answer=answer,
        minor=minor,
        changes=changes,
        most_changes=most_changes,
    )
    return Budgets(
        after_limits=np.where(kept, today_kept, plan.budgets) / minor,
        recommended=np.where(kept, today_kept, rounded) / minor,
        log_price=plan.log_price[account],
        kept=kept,
        too_small=plan.too_small,
        too_many=plan.too_many,
    )


def desired_budgets(
    account: Codes, budgets: Budgets, *, adjustment: Floats, answer: Response, limit: Limits
) -> Desired:
    """Say what `plan_budgets`, called with the same arrays, wanted and what kept it from it."""
    known, start, holders = _holders(account, adjustment, answer, limit)
    power = np.where(
        known,
        holders.slope * (np.log(np.where(known, answer.marginal_roas, 1)) - budgets.log_price),
        0,
    )
    marginal_factor = np.where(
        np.isnan(power), 1, start * np.exp(np.clip(power, -LARGEST, LARGEST))
    )
    desired = limit.budget * adjustment * marginal_factor
    pinned = (limit.lower == limit.upper) & (budgets.recommended == limit.lower)
    binding = np.select(
        [
            # its own returns ask for no step at all: nothing is kept from it
            pinned & (limit.upper_name == CODE["own_return"]),
            pinned,
            budgets.kept,
            budgets.too_many,
            budgets.too_small,
            desired >= limit.upper * (1 - TOLERANCE),
            desired <= limit.lower * (1 + TOLERANCE),
        ],
        [
            NOTHING,
            limit.upper_name,
            CODE["plan_not_better"],
            CODE["max_changes"],
            CODE["min_change"],
            limit.upper_name,
            limit.lower_name,
        ],
        NOTHING,
    ).astype(np.int8)
    return Desired(desired=desired, marginal_factor=marginal_factor, binding=binding)


def by_returns_alone(
    account: Codes, total: Floats, *, answer: Response, limit: Limits
) -> tuple[Floats, Floats]:
    """Distribute each account's total by marginal returns, without any rule.

    Returns:
        Per holder: its budget, in account currency, and the clearing marginal return of its
        account, NaN where nothing can move.

    """
    _, _, holders = _holders(account, np.ones(len(account)), answer, limit)
    log_price = clearing(holders, _in_minor_units(account, total, limit))
    budgets = holders.budgets(known_or(log_price, 0))
    return budgets / limit.minor_units, np.exp(log_price)[account]


def _worth_an_edit(pool: Codes, limit: Limits, parameters: Parameters) -> Changes:
    """Say which changes a person would make by hand.

    Of a budget above the mean of its pool a smaller part is as much money as of an ordinary one.
    Where `round_to` is more than a quarter of the largest rise a tenth of it is the unit, and so
    on: steps that fall short of the largest one by more would be slow.
    """
    effort = parameters.effort
    today = np.rint(limit.today * limit.minor_units)
    mean = np.bincount(pool, today) / np.maximum(np.bincount(pool), 1)
    smallest = effort.min_change_pct / 100 * np.minimum(today, mean[pool])
    unit = np.ones(len(today))
    if effort.round_to is not None:
        wanted = np.maximum(effort.round_to * limit.minor_units, 1)
        fine = np.maximum(parameters.safety_rules.max_increase / 4 * today, 1)
        wanted = wanted * 10 ** np.minimum(np.floor(np.log10(fine / wanted) + TOLERANCE), 0)
        unit = np.maximum(np.rint(wanted), 1)
    # a change is one minor unit at least
    return Changes(
        today=today,
        unit=unit,
        raised_from=np.ceil(np.maximum(today + smallest, today + 1) / unit - TOLERANCE) * unit,
        cut_to=np.floor(np.minimum(today - smallest, today - 1) / unit + TOLERANCE) * unit,
    )


def _in_minor_units(account: Codes, total: Floats, limit: Limits) -> Floats:
    minor = np.ones(len(total))
    minor[account] = limit.minor_units
    return np.rint(total * minor)


def _holders(
    account: Codes, adjustment: Floats, answer: Response, limit: Limits
) -> tuple[Bools, Floats, Holders]:
    """Return whose returns are known, the share of its budget each starts from, and the holders."""
    minor = limit.minor_units
    known = (answer.roas > 0) & (answer.marginal_roas > 0) & (limit.budget > 0)
    # who spends less than its budget starts from what it spends
    least = np.minimum(answer.spend, limit.budget)
    start = np.divide(least, limit.budget, out=np.ones(len(least)), where=known & (least > 0))
    slope = 1 / answer.curvature
    level = np.log(np.where(known, limit.budget * minor * adjustment * start, 1)) + slope * np.log(
        np.where(known, answer.marginal_roas, 1)
    )
    lower, upper = np.rint(limit.lower * minor), np.rint(limit.upper * minor)
    return known, start, Holders(account, level, slope, lower, upper)


def _better_kept(
    holders: Holders,
    total: Floats,
    *,
    plan: Plan,
    planned: Floats,
    to_keep: Floats,
    answer: Response,
    minor: Floats,
    changes: Changes,
    most_changes: int | None,
) -> tuple[Bools, Floats]:
    """Find accounts that would earn more with today's budgets than with the plan.

    Where the total is not today's, today's budgets in proportion to it stand for them. What a plan
    leaves over of the total counts what the account's next unit returns.

    Args:
        holders: All holders with their limits.
        total: Per account, in minor units.
        plan: What the allocation found.
        planned: The same in whole units.
        to_keep: Today's budgets in whole units, as far as the customer's caps allow them.
        answer: How each holder answers to money.
        minor: Minor units to one unit of the currency.
        changes: Which changes are worth an edit.
        most_changes: How many budgets of an account may change.

    Returns:
        Per holder: whether today's budgets are better, and today's budgets (minor units).

    """
    account, count = holders.account, len(total)
    marginal = known_or(answer.marginal_roas, 0)
    usual = np.bincount(account, answer.spend * marginal, count) / np.maximum(
        np.bincount(account, answer.spend, count), SMALLEST
    )
    price = np.where(np.isnan(plan.log_price), usual, np.exp(plan.log_price))

    def worth(budgets: Floats) -> Floats:
        revenue = known_or(answer.revenue_at(answer.spend_at(budgets / minor)), 0) * minor
        left_over = total - np.bincount(account, budgets, count)
        return np.bincount(account, revenue, count) + price * left_over

    other_total = np.bincount(account, to_keep, count) != total
    if other_total.any():
        in_proportion = replace(
            holders,
            level=np.log(np.maximum(to_keep, SMALLEST)),
            slope=np.ones(len(to_keep)),
            lower=np.minimum(holders.lower, to_keep),
            upper=np.maximum(holders.upper, to_keep),
        )
        scaled_plan = allocate(in_proportion, total, changes, most_changes)
        scaled = whole_units(scaled_plan.budgets, scaled_plan.within, total, changes.unit)
        to_keep = np.where(other_total[account], scaled, to_keep)
    of_today = worth(to_keep)
    better = of_today - worth(planned) > TOLERANCE * np.abs(of_today)
    return better[account], to_keep

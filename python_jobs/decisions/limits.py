"""How far each holder's budget may move, and what sets each limit.

A limit is an amount that can be set: whole minor units of the account's currency.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from python_jobs.config.schema import Parameters
from python_jobs.decisions.arrays import Bools, Floats
from python_jobs.decisions.groups import in_group, left_out, of_group
from python_jobs.decisions.rules.rule import BOUND, Bound
from python_jobs.decisions.table import Table

WITHOUT_CENTS = ("CLP", "COP", "CRC", "HUF", "IDR", "ISK", "JPY", "KRW", "PYG", "TWD", "VND")
"""Currencies whose budgets Meta counts in whole units, as in seeds/currencies.csv."""

DELIVERING = ("active", "in_process", "with_issues")
"""Effective statuses, as in the API but in lower case, in which a budget may be spent."""

BID_CAPS = ("LOWEST_COST_WITH_BID_CAP", "COST_CAP", "LOWEST_COST_WITH_MIN_ROAS", "TARGET_COST")
"""Bid strategies that stop delivery before the budget does."""

NAMES = (
    "largest_step",
    "rule",
    "own_return",
    "learning",
    "cooldown",
    "delivery",
    "minimum_budget",
    "max_daily_budget",
    "max_share_of_account",
    "group_floor",
    "group_cap",
    "target",
    "lifetime_budget",
    "budget_schedule",
    "reserved",
    "not_active",
    "no_evidence",
    "goal_without_value",
    "bid",
    "no_budget",
    "pinned",
    "excluded",
    "outage",
    "tracking",
    "min_change",
    "max_changes",
    "plan_not_better",
)
"""What can set or bind a budget; arrays hold positions in here, or NOTHING."""

NOTHING = -1

WORTHWHILE = 2
"""A step earns most where marginal returns are level with the account's, and nothing at twice that
distance: over one step, returns fall about evenly."""

CODE: dict[str, int] = {name: code for code, name in enumerate(NAMES)}

Names = npt.NDArray[np.int8]


@dataclass(frozen=True)
class Limits:
    """One value per holder; budgets in account currency per day."""

    today: Floats
    """today's budget, 0 where unknown"""
    budget: Floats
    """the one that steps start from: today's, or after an event the one before it"""
    lower: Floats
    upper: Floats
    lower_name: Names
    upper_name: Names
    minor_units: Floats
    """to one unit of the currency: 1 or 100"""
    pinned: Bools
    """nothing may move it, whatever a rule says"""
    can_pause: Bools
    paused: Bools


def limits(holders: Table, total: Floats, at_target: Floats, parameters: Parameters) -> Limits:
    """Work out lower and upper limits, before any rule.

    The largest step goes before caps, so that a budget far above its cap comes down step by step;
    whatever pins a budget goes before all of these.

    Args:
        holders: As `holders.on_ordinary_budgets` returns them.
        total: The account's budget per day, repeated for each of its holders.
        at_target: Budgets at which the next unit returns just the target; NaN without one.
        parameters: All settings.

    """
    safety = parameters.safety_rules
    budget = np.fmax(holders.floats("current_budget"), 0)
    # on the days of an event with budgets of its own, steps start from the day before it
    event_step = holders.floats("event_largest_step")
    in_event = event_step >= 0
    usual = np.fmax(holders.floats("ordinary_budget"), 0)
    ordinary = np.where(in_event, usual, budget)

    lower = ordinary * (1 - safety.max_decrease)
    upper = ordinary * (1 + np.where(in_event, event_step, safety.max_increase))
    lower_name = np.full(len(holders), CODE["largest_step"], dtype=np.int8)
    upper_name = lower_name.copy()

    def raise_lower(to: Floats, name: str) -> None:
        where = to > lower
        np.copyto(lower, to, where=where)
        np.putmask(lower_name, where, CODE[name])

    def bring_down_upper(to: Floats, name: str) -> None:
        to = np.maximum(to, lower)
        where = to < upper
        np.copyto(upper, to, where=where)
        np.putmask(upper_name, where, CODE[name])

    # a budget that is below the minimum already is not raised for its sake
    raise_lower(np.minimum(holders.floats("minimum_budget"), budget), "minimum_budget")
    if safety.max_daily_budget is not None:
        bring_down_upper(np.full(len(holders), safety.max_daily_budget), "max_daily_budget")
    if safety.max_share_of_account is not None:
        bring_down_upper(safety.max_share_of_account * total, "max_share_of_account")
    bring_down_upper(of_group(holders, parameters, "cap"), "group_cap")
    raise_lower(np.minimum(of_group(holders, parameters, "floor"), upper), "group_floor")
    is_test = in_group(holders, parameters, "test")
    bring_down_upper(np.where(is_test, np.nan, at_target), "target")
    ceiling = holders.floats("delivery_ceiling") * (1 + safety.ceiling_headroom)
    bring_down_upper(ceiling, "delivery")

    lifetime = holders.is_one_of("budget_type", "lifetime")
    reserved = holders.is_one_of("buying_type", "RESERVED")
    active = holders.missing("status") | holders.is_one_of("status", *DELIVERING)
    evidence = (holders.floats("projected_roas") > 0) & (holders.floats("marginal_roas") > 0)
    # a holder that could spend less than its budget, as its bid allows no more
    throttled = holders.is_one_of("bid_strategy", *BID_CAPS) & ~np.isnan(ceiling)
    pinned_by = np.full(len(holders), NOTHING, dtype=np.int8)
    pinned_budget = of_group(holders, parameters, "pinned_budget")
    # the last one wins
    for where, name in (
        (_cooling_down(holders, parameters) & ~in_event, "cooldown"),
        (_learning(holders, parameters) & ~in_event, "learning"),
        (~evidence, "no_evidence"),
        (holders.numbers("has_value") == 0, "goal_without_value"),
        (throttled, "bid"),
        (~np.isnan(pinned_budget), "pinned"),
        (left_out(holders, parameters), "excluded"),
        (budget == 0, "no_budget"),
        (lifetime, "lifetime_budget"),
        (holders.numbers("is_budget_scheduled") != 0, "budget_schedule"),
        (reserved, "reserved"),
        (~active, "not_active"),
        (holders.is_one_of("own_event_kind", "outage"), "outage"),
        (holders.floats("incident_days") > 0, "tracking"),
    ):
        np.putmask(pinned_by, where, CODE[name])
    pinned = pinned_by != NOTHING
    pinned_to = np.where(pinned_by == CODE["pinned"], np.clip(pinned_budget, lower, upper), budget)
    for limit, name_of_limit in ((lower, lower_name), (upper, upper_name)):
        np.copyto(limit, pinned_to, where=pinned)
        np.copyto(name_of_limit, pinned_by, where=pinned)

    minor_units = np.where(holders.is_one_of("currency", *WITHOUT_CENTS), 1.0, 100.0)
    lower, upper = _settable(lower, upper, minor_units)
    today = np.fmax(holders.floats("budget_today"), 0)
    return Limits(
        today=today,
        budget=budget,
        lower=lower,
        upper=upper,
        lower_name=lower_name,
        upper_name=upper_name,
        minor_units=minor_units,
        pinned=pinned,
        can_pause=active & ~lifetime & ~reserved,
        paused=np.zeros(len(holders), dtype=bool),
    )


def bounded(limit: Limits, bound: npt.NDArray[np.integer]) -> Limits:
    """Narrow limits to what rules allow.

    A rule's bound goes before what delivery and caps would ask for. What is pinned stays so; only
    a pause reaches it.

    Args:
        limit: Limits before any rule.
        bound: What each holder's rule leaves open: its number in BOUND.

    """
    lower, upper = limit.lower.copy(), limit.upper.copy()
    lower_name, upper_name = limit.lower_name.copy(), limit.upper_name.copy()

    def bind(where: Bools, limits_: Floats, names: Names, to: Floats) -> None:
        np.copyto(limits_, to, where=where)
        np.putmask(names, where, CODE["rule"])

    def free(name: Bound) -> Bools:
        return np.asarray((bound == BOUND[name]) & ~limit.pinned)

    no_cut = free("no_cut")
    bind(no_cut & (lower < limit.budget), lower, lower_name, limit.budget)
    bind(no_cut & (upper < limit.budget), upper, upper_name, limit.budget)
    no_raise = free("no_raise")
    bind(no_raise & (upper > limit.budget), upper, upper_name, np.maximum(limit.budget, lower))
    bind(free("cut_to_floor") & (upper > lower), upper, upper_name, lower)
    paused = (bound == BOUND["pause"]) & limit.can_pause
    for where, to in ((free("hold"), limit.budget), (paused, np.zeros(len(lower)))):
        bind(where, lower, lower_name, to)
        bind(where, upper, upper_name, to)
    lower, upper = _settable(lower, upper, limit.minor_units)
    return replace(
        limit,
        lower=lower,
        upper=upper,
        lower_name=lower_name,
        upper_name=upper_name,
        paused=paused,
    )


def held_to_own_return(limit: Limits, by_returns: Floats) -> Limits:
    """Narrow limits to what a holder's own returns support.

    Rules and modifiers may weaken what marginal returns ask for, or carry it on until it has
    earned nothing, but not turn it round: no budget rises whose next unit returns less than the
    account's last one, and none falls that returns more, unless its limits leave it no choice.

    Args:
        limit: All other limits.
        by_returns: Each budget within them by marginal returns alone.

    """
    furthest = limit.budget + WORTHWHILE * (by_returns - limit.budget)
    lowest, highest = np.minimum(furthest, limit.budget), np.maximum(furthest, limit.budget)
    lowest = np.clip(lowest, limit.lower, limit.upper)
    highest = np.clip(highest, limit.lower, limit.upper)
    lower, upper = _settable(lowest, highest, limit.minor_units)
    narrowed = CODE["own_return"]
    return replace(
        limit,
        lower=lower,
        upper=upper,
        lower_name=np.where(lower > limit.lower, narrowed, limit.lower_name).astype(np.int8),
        upper_name=np.where(upper < limit.upper, narrowed, limit.upper_name).astype(np.int8),
    )


def _settable(lower: Floats, upper: Floats, minor_units: Floats) -> tuple[Floats, Floats]:
    """Narrow limits to whole minor units; where none lies between them, take the nearest one."""
    # 79.99999999999999 is 80
    tolerance = 1e-6
    lower, upper = lower * minor_units, upper * minor_units
    whole_lower = np.ceil(lower - tolerance)
    whole_upper = np.floor(upper + tolerance)
    none_between = whole_lower > whole_upper
    nearest = np.rint((lower + upper) / 2)
    return (
        np.where(none_between, nearest, whole_lower) / minor_units,
        np.where(none_between, nearest, whole_upper) / minor_units,
    )


def _learning(holders: Table, parameters: Parameters) -> Bools:
    """Find holders in learning whose protection has not run out."""
    safety = parameters.safety_rules
    days = np.fmin(holders.floats("age_days"), holders.floats("days_since_significant_edit"))
    conversions = holders.floats("conversions_7d")
    return (
        holders.is_one_of("learning_status", "learning")
        & ~(days >= safety.learning_protect_days)
        & ~(conversions >= safety.learning_min_conversions)
    )


def _cooling_down(holders: Table, parameters: Parameters) -> Bools:
    return holders.floats("days_since_budget_change") < parameters.safety_rules.cooldown_days

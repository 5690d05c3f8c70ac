"""From what is known of each budget holder to its budget: the one function that decides."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from python_jobs.config.schema import Parameters
from python_jobs.decisions.arrays import Codes, Floats, taken
from python_jobs.decisions.explain import ACTION, ACTIONS, EXPLAINED_BY, Decided, reasons
from python_jobs.decisions.groups import judged_as_tests
from python_jobs.decisions.holders import (
    account_numbers,
    on_ordinary_budgets,
    sorted_holders,
    totals,
)
from python_jobs.decisions.limits import (
    CODE,
    NAMES,
    NOTHING,
    Limits,
    bounded,
    held_to_own_return,
    limits,
)
from python_jobs.decisions.marginal import against_the_account
from python_jobs.decisions.modifiers import modified_factors
from python_jobs.decisions.plan import (
    Budgets,
    by_returns_alone,
    desired_budgets,
    plan_budgets,
)
from python_jobs.decisions.pools import pools
from python_jobs.decisions.rules.evaluate import Matched, evaluations, first_match
from python_jobs.decisions.rules.rule import BOUND
from python_jobs.decisions.table import Table
from python_jobs.decisions.targets import budgets_at_target, targets
from python_jobs.decisions.value import DAYS, INTERVAL, Response, prob_beats_hold, response

IDENTITY = (
    "decision_date data_through account_id account_name budget_level budget_entity_id "
    "budget_entity_name campaign_id campaign_name adset_id budget_type currency "
    "current_budget_source budget_group"
).split()
EVIDENCE = (
    "projected_roas projected_roas_low projected_roas_high marginal_roas account_marginal_roas "
    "shopify_correction incrementality evidence_weight elasticity curvature current_spend "
    "delivery_ceiling account_budget_target run_id"
).split()

LEAST_SPEND = 1e-6
"""per day, to have a ROAS"""


@dataclass(frozen=True)
class Known:
    """What is known of holders under any settings; one value per holder unless said otherwise."""

    holders: Table
    """sorted by account and what is compared"""
    place: Codes
    """in the inputs"""
    account: Codes
    account_total: Floats
    """per account, per day"""
    answer: Response

    @classmethod
    def of(cls, inputs: pd.DataFrame) -> "Known":
        """Read `allocation.decision_inputs`, in any order."""
        rows, place = sorted_holders(inputs)
        holders = on_ordinary_budgets(rows)
        account = account_numbers(holders)
        return cls(holders, place, account, totals(holders, account), response(holders))


@dataclass(frozen=True)
class Morning:
    """What is decided with; one value per holder unless said otherwise."""

    holders: Table
    """sorted by account and pool, with columns that rules read beside those of `decision_inputs`"""
    place: Codes
    """in the inputs"""
    account: Codes
    account_total: Floats
    """per account, per day"""
    pool: Codes
    total: Floats
    """per pool, per day"""
    answer: Response
    target: Floats
    limit: Limits
    """before any rule"""


@dataclass(frozen=True)
class Planned:
    """What rules and the allocation made of a morning, in the order of its holders."""

    rules: Matched
    limit: Limits
    """with what rules and own returns allow"""
    factors: dict[str, Floats]
    """after each modifier"""
    budgets: Budgets


def decide(inputs: pd.DataFrame, parameters: Parameters) -> pd.DataFrame:
    """Decide the budget of every holder.

    Args:
        inputs: `allocation.decision_inputs`, in any order.
        parameters: All settings.

    Returns:
        One row per holder, sorted by account and who shares its money, level and id: the columns of
        `decision_inputs` that identify it, the rule, the factor after each modifier, limits,
        budget, what it is worth and why. starting_budget multiplied by adjustment_factor and
        marginal_factor is desired_budget; budgets are per day in account currency. Empty for no
        holders.

    """
    # what budgets were worked out with is let go before reasons, which need the memory
    decided = _decided(_morning(Known.of(inputs), parameters), parameters)
    return decided.decisions.assign(reason=reasons(decided, parameters))


def recommended_budgets(known: Known, parameters: Parameters) -> Floats:
    """Return what `decide` recommends for each row of the inputs, in their order, and nothing else.

    A backtest asks for this thousands of times; saying why takes longer than deciding.
    """
    morning = _morning(known, parameters)
    recommended = np.empty(len(morning.place))
    recommended[morning.place] = _planned(morning, parameters).budgets.recommended
    return recommended


def try_rules(inputs: pd.DataFrame, parameters: Parameters) -> pd.DataFrame:
    """Say of every rule and holder whether it fires, and what it lacks where it does not.

    Args:
        inputs: As `decide` takes them.
        parameters: All settings.

    Returns:
        One row per holder and rule, as `rules.evaluate.evaluations` has them.

    """
    return evaluations(_morning(Known.of(inputs), parameters).holders, parameters)


def as_rules_read(inputs: pd.DataFrame, parameters: Parameters) -> pd.DataFrame:
    """Return the rows in the order of decisions, with the columns that rules read beside theirs."""
    holders = _morning(Known.of(inputs), parameters).holders
    return holders.frame(holders.names())


def _morning(known: Known, parameters: Parameters) -> Morning:
    """Work out all that is known before rules are asked."""
    holders, place, account, answer = known.holders, known.place, known.account, known.answer
    total = known.account_total
    target = targets(holders, parameters)
    limit = limits(holders, total[account], budgets_at_target(target, answer), parameters)
    shared = pools(holders, account, total, answer=answer, limit=limit, parameters=parameters)
    pool = shared.pool
    if (pool[1:] < pool[:-1]).any():
        order = np.argsort(pool, kind="stable")
        holders, answer, limit = holders.at(order), taken(answer, order), taken(limit, order)
        place, account, pool, target = place[order], account[order], pool[order], target[order]
    holders = against_the_account(holders, pool, shared.total, answer, limit)
    return Morning(
        holders=judged_as_tests(holders, parameters),
        place=place,
        account=account,
        account_total=total,
        pool=pool,
        total=shared.total,
        answer=answer,
        target=target,
        limit=limit,
    )


def _planned(morning: Morning, parameters: Parameters) -> Planned:
    """Ask rules and allocate what they leave."""
    rules = first_match(morning.holders, parameters)
    limit = bounded(morning.limit, rules.bound)
    by_returns, _ = by_returns_alone(
        morning.pool, morning.total, answer=morning.answer, limit=limit
    )
    limit = held_to_own_return(limit, by_returns)
    factors = modified_factors(
        rules.factor,
        (rules.bound == BOUND["hold"]) | (rules.bound == BOUND["pause"]),
        morning.holders,
        parameters,
    )
    budgets = plan_budgets(
        morning.pool,
        morning.total,
        adjustment=factors["factor_after_smoothing"],
        answer=morning.answer,
        limit=limit,
        stands=morning.holders.floats("is_test") == 1,
        parameters=parameters,
    )
    return Planned(rules, limit, factors, budgets)


def _decided(morning: Morning, parameters: Parameters) -> Decided:
    """Set beside each budget what led there and what it is worth."""
    planned = _planned(morning, parameters)
    rules, limit, factors, budgets = (
        planned.rules,
        planned.limit,
        planned.factors,
        planned.budgets,
    )
    holders, answer, target = morning.holders, morning.answer, morning.target
    asked = desired_budgets(
        morning.pool,
        budgets,
        adjustment=factors["factor_after_smoothing"],
        answer=answer,
        limit=limit,
    )
    clearing_roas = np.exp(budgets.log_price)
    # money that a target leaves unspent is worth the target
    worth_elsewhere = np.fmax(clearing_roas, target)

    change = budgets.recommended - limit.today
    # what is less than a minor unit was not known to the cent
    moved = np.abs(change) * limit.minor_units > 0.999
    # nor is there a budget of less than one
    least = np.maximum(limit.today, 1 / limit.minor_units)
    action = np.where(change > 0, ACTION["increase"], ACTION["decrease"])
    action = np.where(moved, np.where(limit.paused, ACTION["pause"], action), ACTION["hold"])
    action[asked.binding == CODE["bid"]] = ACTION["review_bid"]
    action[asked.binding == CODE["tracking"]] = ACTION["review_tracking"]
    spend = answer.spend_at(budgets.recommended)
    revenue = answer.revenue_at(spend)
    spread = np.exp(INTERVAL * answer.told_sd(parameters.evidence))
    columns = {
        **holders.frame(IDENTITY),
        "current_budget": limit.today,
        "starting_budget": limit.budget,
        **rules.texts(),
        "rule_factor": rules.factor,
        **factors,
        "adjustment_factor": factors["factor_after_smoothing"],
        "marginal_factor": asked.marginal_factor,
        "desired_budget": asked.desired,
        "lower_limit": limit.lower,
        "lower_limit_name": _named(NAMES, limit.lower_name),
        "upper_limit": limit.upper,
        "upper_limit_name": _named(NAMES, limit.upper_name),
        "budget_after_limits": budgets.after_limits,
        "recommended_budget": budgets.recommended,
        "binding_limit": _named(NAMES, asked.binding),
        "budget_change_pct": np.where(moved, 100 * change / np.where(limit.today > 0, least, 1), 0),
        "action": _named(ACTIONS, action),
        "clearing_marginal_roas": clearing_roas,
        "unplaced_budget": _unplaced(morning, budgets.recommended),
        "prob_beats_hold": prob_beats_hold(
            answer,
            budgets.recommended,
            worth_elsewhere,
            moved,
            parameters.opportunity.elasticity_error,
        ),
        "expected_7d_spend": DAYS * spend,
        "expected_7d_revenue": DAYS * revenue,
        "expected_7d_revenue_low": DAYS * revenue / spread,
        "expected_7d_revenue_high": DAYS * revenue * spread,
        "expected_7d_roas": np.divide(
            revenue, spend, out=np.full(len(spend), np.nan), where=spend > LEAST_SPEND
        ),
        "hold_7d_revenue": DAYS * answer.revenue_at(answer.spend_at(limit.today)),
        **holders.frame(EVIDENCE),
        # rules judge by what purchases leave open; who reads wants to know what may come
        "projected_roas_low": holders.floats("projected_roas") / spread,
        "projected_roas_high": holders.floats("projected_roas") * spread,
    }
    return Decided(
        pd.DataFrame(columns, copy=False),
        holders.frame(EXPLAINED_BY),
        account=morning.account,
        pool=morning.pool,
        action=action,
        binding=asked.binding,
        target=target,
    )


def _unplaced(morning: Morning, budgets: Floats) -> Floats:
    """Return what each account's total leaves over; negative: what budgets take beyond it."""
    placed = np.bincount(morning.account, budgets, len(morning.account_total))
    minor = morning.limit.minor_units
    total = np.rint(morning.account_total[morning.account] * minor)
    return (total - np.rint(placed[morning.account] * minor)) / minor


def _named(names: Sequence[str], codes: npt.NDArray[np.integer]) -> pd.Series:
    """Return names by their position; null where it is NOTHING."""
    return pd.Series(pa.array(names).take(pa.array(codes, mask=codes == NOTHING)).to_pandas())

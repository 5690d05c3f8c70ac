"""From what is known of each budget holder to its budget: the one function that decides."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from python_jobs.config.schema import Parameters
from python_jobs.decisions.arrays import floats
from python_jobs.decisions.explain import ACTION, ACTIONS, reasons
from python_jobs.decisions.holders import account_numbers, sorted_holders, totals
from python_jobs.decisions.limits import CODE, NAMES, NOTHING, bounded, held_to_own_return, limits
from python_jobs.decisions.marginal import against_the_account
from python_jobs.decisions.modifiers import modified_factors
from python_jobs.decisions.plan import by_returns_alone, plan_budgets
from python_jobs.decisions.rules.evaluate import evaluations, first_match
from python_jobs.decisions.targets import budgets_at_target, targets
from python_jobs.decisions.value import DAYS, INTERVAL, prob_beats_hold, response

IDENTITY = (
    "decision_date data_through account_id account_name budget_level budget_entity_id "
    "budget_entity_name campaign_id campaign_name adset_id budget_type currency current_budget "
    "current_budget_source"
).split()
RULE = "rule_id rule_class decision_path matched_rules".split()
EVIDENCE = (
    "projected_roas projected_roas_low projected_roas_high marginal_roas account_marginal_roas "
    "shopify_correction evidence_weight elasticity curvature current_spend delivery_ceiling "
    "account_budget_target run_id"
).split()

LEAST_SPEND = 1e-6
"""per day, to have a ROAS"""


def decide(inputs: pd.DataFrame, parameters: Parameters) -> pd.DataFrame:
    """Decide the budget of every holder.

    Args:
        inputs: `allocation.decision_inputs`, in any order.
        parameters: All settings.

    Returns:
        One row per holder, sorted by account, level and id: the columns of `decision_inputs` that
        identify it, the rule, the factor after each modifier, limits, budget, what it is worth and
        why. current_budget multiplied by adjustment_factor and marginal_factor is desired_budget;
        budgets are per day in account currency. Empty for no holders.

    """
    holders = sorted_holders(inputs)
    account = account_numbers(holders)
    total = totals(holders, account)
    answer = response(holders)
    target = targets(holders, parameters)
    limit = limits(holders, total[account], budgets_at_target(target, answer), parameters)
    holders = against_the_account(holders, account, total, answer, limit)
    rules = first_match(holders, parameters)
    limit = bounded(limit, rules["bound"])
    by_returns, _ = by_returns_alone(account, total, answer=answer, limit=limit)
    limit = held_to_own_return(limit, by_returns)
    factors = modified_factors(
        floats(rules, "rule_factor"),
        rules["bound"].isin(["hold", "pause"]).to_numpy(),
        holders,
        parameters,
    )
    adjustment = factors["factor_after_smoothing"]
    budgets = plan_budgets(
        account,
        total,
        adjustment=adjustment,
        answer=answer,
        limit=limit,
        parameters=parameters,
    )
    # money that a target leaves unspent is worth the target
    worth_elsewhere = np.fmax(budgets.clearing_roas, target)

    change = budgets.recommended - limit.budget
    # what is less than a minor unit was not known to the cent
    moved = np.abs(change) * limit.minor_units > 0.999
    action = np.where(change > 0, ACTION["increase"], ACTION["decrease"])
    action = np.where(moved, np.where(limit.paused, ACTION["pause"], action), ACTION["hold"])
    action[budgets.binding == CODE["bid"]] = ACTION["review_bid"]
    spend = answer.spend_at(budgets.recommended)
    revenue = answer.revenue_at(spend)
    spread = np.exp(INTERVAL * answer.roas_sd)
    columns = {
        **{name: holders[name] for name in IDENTITY},
        **{name: rules[name] for name in RULE},
        "rule_factor": rules["rule_factor"],
        **factors,
        "adjustment_factor": adjustment,
        "marginal_factor": budgets.marginal_factor,
        "desired_budget": budgets.desired,
        "lower_limit": limit.lower,
        "lower_limit_name": _named(NAMES, limit.lower_name),
        "upper_limit": limit.upper,
        "upper_limit_name": _named(NAMES, limit.upper_name),
        "budget_after_limits": budgets.after_limits,
        "recommended_budget": budgets.recommended,
        "binding_limit": _named(NAMES, budgets.binding),
        "budget_change_pct": np.where(
            moved, 100 * change / np.where(limit.budget > 0, limit.budget, 1), 0
        ),
        "action": _named(ACTIONS, action),
        "clearing_marginal_roas": budgets.clearing_roas,
        "unplaced_budget": budgets.unplaced,
        "prob_beats_hold": prob_beats_hold(answer, budgets.recommended, worth_elsewhere, moved),
        "expected_7d_spend": DAYS * spend,
        "expected_7d_revenue": DAYS * revenue,
        "expected_7d_revenue_low": DAYS * revenue / spread,
        "expected_7d_revenue_high": DAYS * revenue * spread,
        "expected_7d_roas": np.divide(
            revenue, spend, out=np.full(len(spend), np.nan), where=spend > LEAST_SPEND
        ),
        "hold_7d_revenue": DAYS * answer.revenue_at(answer.spend_at(limit.budget)),
        **{name: holders[name] for name in EVIDENCE},
    }
    decisions = pd.DataFrame(columns, copy=False)
    decisions["reason"] = reasons(
        decisions,
        holders,
        account=account,
        action=action,
        binding=budgets.binding,
        target=target,
        parameters=parameters,
    )
    return decisions


def try_rules(inputs: pd.DataFrame, parameters: Parameters) -> pd.DataFrame:
    """Say of every rule and holder whether it fires, and what it lacks where it does not.

    Args:
        inputs: As `decide` takes them.
        parameters: All settings.

    Returns:
        One row per holder and rule, as `rules.evaluate.evaluations` has them.

    """
    holders = sorted_holders(inputs)
    account = account_numbers(holders)
    total = totals(holders, account)
    answer = response(holders)
    at_target = budgets_at_target(targets(holders, parameters), answer)
    limit = limits(holders, total[account], at_target, parameters)
    compared = against_the_account(holders, account, total, answer, limit)
    return evaluations(compared, parameters)


def _named(names: Sequence[str], codes: npt.NDArray[np.integer]) -> pd.Series:
    """Return names by their position; null where it is NOTHING."""
    return pd.Series(pa.array(names).take(pa.array(codes, mask=codes == NOTHING)).to_pandas())

"""What other totals would earn: each account's money set by returns alone, from less to more."""

import numpy as np
import pandas as pd

from python_jobs.config.schema import Parameters
from python_jobs.decisions.allocate import Holders, whole_units
from python_jobs.decisions.arrays import Floats
from python_jobs.decisions.holders import (
    account_numbers,
    on_ordinary_budgets,
    sorted_holders,
)
from python_jobs.decisions.limits import Limits, limits
from python_jobs.decisions.plan import by_returns_alone
from python_jobs.decisions.pools import Pools, pools
from python_jobs.decisions.value import DAYS, INTERVAL, response

SHARES = tuple(round(0.6 + 0.1 * step, 1) for step in range(11))
"""Of today's total."""

IDENTITY = (
    "decision_date account_id account_name budget_level budget_entity_id budget_entity_name "
    "currency current_budget run_id"
).split()

LARGEST_RISE = 2.0
"""Of a budget: further from today's than three times as much no estimate reaches."""

LEAST_REVENUE = 1e-9


def scenarios(inputs: pd.DataFrame, parameters: Parameters) -> pd.DataFrame:
    """Distribute 60 to 160 % of today's total of each account.

    Not one step but where steps would lead: neither the largest step nor learning or a recent
    change hold budgets, nor an exclusion that ends, nor do rules tilt them. Caps, delivery, the
    smallest budgets and whatever cannot be judged do.

    Args:
        inputs: `allocation.decision_inputs`, in any order.
        parameters: All settings.

    Returns:
        One row per share of today's total and holder, sorted by share, account, level and id.
        In its interval, revenue of an account's holders is taken for independent but for the drift
        that they share.

    """
    rows_in_order, _ = sorted_holders(inputs)
    holders = on_ordinary_budgets(rows_in_order)
    account = account_numbers(holders)
    answer = response(holders)
    count = account.max(initial=-1) + 1
    today = np.bincount(account, answer.budget, count)
    open_limits = parameters.model_copy(
        update={
            "safety_rules": parameters.safety_rules.model_copy(
                update={
                    "max_increase": LARGEST_RISE,
                    "max_decrease": 1.0,
                    "cooldown_days": 0,
                    "learning_protect_days": 0,
                }
            ),
            "groups": {
                name: group.model_copy(
                    update={"excluded": group.excluded and group.excluded_until is None}
                )
                for name, group in parameters.groups.items()
            },
        }
    )
    evidence = parameters.evidence
    spread = np.exp(INTERVAL * answer.told_sd(evidence))
    own_sd = np.hypot(answer.roas_sd, evidence.week_drift)
    no_target = np.full(len(holders), np.nan)
    rows = []
    for share in SHARES:
        total = np.round(share * today, 2)
        limit = limits(holders, total[account], no_target, open_limits)
        shared = pools(holders, account, total, answer=answer, limit=limit, parameters=open_limits)
        budgets, clearing = by_returns_alone(shared.pool, shared.total, answer=answer, limit=limit)
        budgets = _to_the_cent(shared, budgets, limit)
        spend = DAYS * answer.spend_at(budgets)
        revenue = DAYS * answer.revenue_at(answer.spend_at(budgets))
        known = np.nan_to_num(revenue)
        account_revenue = np.bincount(account, known, count)
        variance = np.bincount(account, (known * own_sd) ** 2, count)
        relative_sd = np.hypot(
            np.sqrt(variance) / np.maximum(account_revenue, LEAST_REVENUE),
            evidence.shared_week_drift,
        )
        account_spread = np.exp(INTERVAL * relative_sd)[account]
        account_spend = np.bincount(account, spend, count)
        rows.append(
            holders.frame(IDENTITY).assign(
                total_share=share,
                account_budget=total[account],
                scenario_budget=budgets,
                scenario_7d_spend=spend,
                scenario_7d_revenue=revenue,
                scenario_7d_revenue_low=revenue / spread,
                scenario_7d_revenue_high=revenue * spread,
                account_7d_spend=account_spend[account],
                account_7d_revenue=account_revenue[account],
                account_7d_revenue_low=account_revenue[account] / account_spread,
                account_7d_revenue_high=account_revenue[account] * account_spread,
                account_marginal_roas=clearing,
                account_marginal_roas_low=clearing / account_spread,
                account_marginal_roas_high=clearing * account_spread,
                unplaced_budget=(total - np.bincount(account, budgets, count))[account],
            )
        )
    return pd.concat(rows, ignore_index=True)


def _to_the_cent(shared: Pools, budgets: Floats, limit: Limits) -> Floats:
    """Round so that every pool adds up to its total, as far as limits let it."""
    minor = limit.minor_units
    of_pool = np.ones(len(shared.total))
    of_pool[shared.pool] = minor
    within = Holders(
        account=shared.pool,
        level=np.zeros(len(minor)),
        slope=np.ones(len(minor)),
        lower=np.rint(limit.lower * minor),
        upper=np.rint(limit.upper * minor),
    )
    whole = whole_units(
        budgets * minor, within, np.rint(shared.total * of_pool), np.ones(len(minor))
    )
    return whole / minor

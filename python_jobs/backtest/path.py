"""A morning as it would have looked, had other budgets been in force before it."""

import re
from typing import Any

import numpy as np
import pandas as pd

from python_jobs.backtest.panel import WEEK
from python_jobs.decisions.arrays import Floats, floats

BUDGETS = ("current_budget", "ordinary_budget")
IN_PROPORTION = re.compile(
    r"(spend|impressions|link_clicks)_(recent|base|long|\d+d)|expected_purchases"
)
"""what grows as spend does"""
BY_RESPONSE = re.compile(
    r"(purchases|purchase_value)_(recent|base|long|\d+d)|evidence_purchases|conversions_7d"
)
"""what grows as revenue does"""
RETURNS = re.compile(
    r"(projected_roas|projected_roas_low|projected_roas_high|marginal_roas|claimed_roas"
    r"|roas_(recent|base|long)|roas_matured_\d+d|roas_index|roas_index_low|roas_index_high|cvr_28d)"
)
"""what falls as revenue per unit of spend does"""
COSTS = re.compile(r"cpa_\d+d")


def at_budgets(inputs: pd.DataFrame, budgets: Floats, elasticity: Floats) -> pd.DataFrame:
    """Return rows of `decision_inputs` as if `budgets` (rows,) had been in force.

    Spend follows the budget up to the delivery ceiling, revenue goes as spend to the power of the
    elasticity, and all windows shift as today does; money is compared with the account as it then
    is. A budget that changed did so a week ago. Trends, clicks and frequency stay.
    """
    today = floats(inputs, "current_budget")
    ceiling = np.nan_to_num(floats(inputs, "delivery_ceiling"), nan=np.inf)
    spent, would = np.minimum(today, ceiling), np.minimum(budgets, ceiling)
    spend = np.divide(would, spent, out=np.ones(len(today)), where=spent > 0)
    revenue = spend**elasticity
    roas = revenue / np.maximum(spend, 1e-9)
    budget = np.divide(budgets, today, out=np.ones(len(today)), where=today > 0)
    new: dict[str, Any] = {}
    for name in inputs.columns:
        factor = next(
            (
                by
                for pattern, by in (
                    (IN_PROPORTION, spend),
                    (BY_RESPONSE, revenue),
                    (RETURNS, roas),
                    (COSTS, 1 / roas),
                )
                if pattern.fullmatch(name)
            ),
            None,
        )
        if name in BUDGETS:
            factor = budget
        if factor is not None:
            new[name] = floats(inputs, name) * factor
    current_spend = floats(inputs, "current_spend") * spend
    new["current_spend"] = current_spend
    projected = np.asarray(new["projected_roas"])
    pool = inputs.groupby(["account_id", "comparison_pool"], sort=False).ngroup().to_numpy()
    known = ~np.isnan(projected)
    money = np.where(known, np.nan_to_num(current_spend), 0)
    mean = np.bincount(pool, money * np.nan_to_num(projected)) / np.maximum(
        np.bincount(pool, money), 1e-9
    )
    before = floats(inputs, "account_projected_roas")
    now = mean[pool]
    new["account_projected_roas"] = now
    for name in ("roas_index", "roas_index_low", "roas_index_high"):
        new[name] = np.asarray(new[name]) * before / np.maximum(now, 1e-9)
    account = pd.factorize(inputs["account_id"])[0]
    new["budget_share"] = budgets / np.maximum(np.bincount(account, budgets), 1e-9)[account]
    new["delivery_room"] = np.divide(
        floats(inputs, "delivery_ceiling"),
        budgets,
        out=np.full(len(budgets), np.nan),
        where=budgets > 0,
    )
    utilization = floats(inputs, "budget_utilization_7d")
    new["budget_utilization_7d"] = utilization * spend / np.maximum(budget, 1e-9)
    rested = floats(inputs, "days_since_budget_change")
    moved = np.abs(budget - 1) > 1e-6
    new["days_since_budget_change"] = np.where(moved, WEEK, rested)
    return inputs.assign(**new).copy()

"""Mornings made by hand: every day like the other, so that expected values can be worked out."""

from datetime import date

import numpy as np

from python_jobs.simulation.closed_loop.observed import Observed

DAYS = 84


def morning(
    budgets: list[float],
    *,
    roas: list[float],
    spent: list[float] | None = None,
    purchases: list[float] | None = None,
    matched: list[float] | None = None,
    audience: list[int] | None = None,
    today: date = date(2026, 4, 1),  # a Wednesday
) -> Observed:
    """One ad set for each budget. `spent` is a share of it, `matched` one of the purchases."""
    n = len(budgets)
    spend = np.tile(np.array(budgets) * np.array(spent or [1.0] * n), (DAYS, 1))
    counts = np.tile(np.array(purchases or [5.0] * n), (DAYS, 1))
    orders = counts * np.array(matched or [0.5] * n)
    return Observed(
        today=today,
        budgets=np.array(budgets),
        total=float(sum(budgets)),
        holder=np.arange(n),
        audience=np.array(audience or [0] * n),
        past_budgets=np.tile(np.array(budgets), (DAYS, 1)),
        spend=spend,
        impressions=spend * 100.0,
        link_clicks=spend * 2.0,
        purchases=counts,
        purchase_value=spend * np.array(roas),
        orders=orders,
        order_value=orders * 100.0,
        rng=np.random.default_rng(3),
        export=None,
    )

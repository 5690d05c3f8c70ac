"""What other budgets would have earned on past mornings."""

from dataclasses import dataclass

import numpy as np

from python_jobs.backtest.panel import WEEK, Belief, Panel
from python_jobs.decisions.arrays import Floats

FURTHEST = 2.0
"""times what was budgeted: what is given beyond it counts as not spent, since no record says what
it would earn. A cut counts however deep it is, or money taken twice from one would be worth
more."""


@dataclass(frozen=True)
class Value:
    """Per row, over the seven days from its morning on."""

    budget: Floats
    """per day, with each morning's money equal to what was budgeted"""
    spend: Floats
    revenue: Floats
    """(draws, rows): under each draw of elasticities"""


def drawn_elasticities(belief: Belief, draws: int, seed: int) -> Floats:
    """Draw elasticities (draws, rows): a type's lies off for all of its holders at once.

    Draws come in pairs on either side of what is expected, so that few of them have its mean. The
    same seed gives the same draws to every policy.
    """
    rng = np.random.default_rng(seed)
    half = -(-draws // 2)

    def pairs(number: int) -> Floats:
        drawn = rng.standard_normal((half, number))
        return np.concatenate([drawn, -drawn])[:draws]

    off = belief.type_deviation * pairs(belief.type.max(initial=-1) + 1)[:, belief.type]
    off = off + belief.own_deviation * pairs(belief.own.max(initial=-1) + 1)[:, belief.own]
    elasticity: Floats = np.clip(belief.elasticity + off, belief.lowest, belief.highest)
    return elasticity


def value(panel: Panel, budgets: Floats, elasticities: Floats, kept: Floats | None = None) -> Value:
    """Value budgets per day (rows,) against what was budgeted, spent and earned.

    Revenue that was seen, times the ratio of spends to the power of the elasticity (a
    control variate): days keep their luck, and only what a
    budget changes is modelled. Spend follows the budget where that was what limited it; elsewhere
    more budget is not spent. Each morning's money is what was budgeted, so that only how it is
    distributed counts.

    Args:
        panel: Past mornings.
        budgets: Per day; NaN or negative is an error of the caller's.
        elasticities: (draws, rows).
        kept: Share of revenue that is left of each row, for what a change costs; all without.

    """
    outcome = panel.outcome
    count = panel.morning.max(initial=-1) + 1
    logged = np.bincount(panel.morning, outcome.budget, count)
    wanted = np.bincount(panel.morning, budgets, count)
    scale = np.divide(logged, wanted, out=np.ones(count), where=wanted > 0)
    budget = budgets * scale[panel.morning]
    ratio = np.divide(budget, outcome.budget, out=np.ones(len(budget)), where=outcome.budget > 0)
    ratio = np.minimum(ratio, FURTHEST)
    most = np.minimum(outcome.spend, WEEK * outcome.budget * ratio)
    spend = np.where(outcome.is_limited, most, outcome.spend * ratio)
    change = np.divide(spend, outcome.spend, out=np.ones(len(spend)), where=outcome.spend > 0)
    revenue = outcome.revenue * change**elasticities
    return Value(budget, spend, revenue if kept is None else revenue * kept)

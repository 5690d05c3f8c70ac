"""What other budgets would have earned on past mornings."""

from dataclasses import dataclass

import numpy as np

from python_jobs.backtest.panel import WEEK, Belief, Panel
from python_jobs.decisions.arrays import Floats

FURTHEST = 2.0
"""times what was budgeted: what is given beyond it counts as not spent, since no record says what
it would earn. A cut counts however deep it is, or money taken twice from one would be worth
more."""

LEAST_CHANGE = 1e-300
"""Of spend: stands for none in logarithms."""


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
    elasticity = np.clip(belief.elasticity + off, belief.lowest, belief.highest)
    return np.ascontiguousarray(elasticity)  # a draw in one piece is valued faster


def drawn_luck(panel: Panel, spread: float, draws: int, seed: int) -> Floats:
    """Draw expected revenue over what was seen (draws, rows): a week's few purchases are luck.

    Gamma with mean 1 and the variance that so many purchases leave, `spread` for each; 1 where
    there were none.
    """
    purchases = panel.outcome.purchases
    shape = np.maximum(np.nan_to_num(purchases), 0.0) / spread
    random = np.random.default_rng([seed, 1])  # not the stream of elasticities
    drawn = random.standard_gamma(np.broadcast_to(shape, (draws, len(shape))))
    luck: Floats = np.divide(drawn, shape, out=np.ones_like(drawn), where=shape > 0)
    return luck


def value(
    panel: Panel,
    budgets: Floats,
    elasticities: Floats,
    kept: Floats | None = None,
    weeks: int = 1,
) -> Value:
    """Value budgets per day (rows,) against what was budgeted, spent and earned.

    Revenue that was seen, times the ratio of spends to the power of the elasticity (a
    control variate): days keep their luck, and only what a
    budget changes is modelled. Spend follows the budget where that was what limited it; elsewhere
    more budget is not spent. Each morning's money is what was budgeted, so that only how it is
    distributed counts.

    A budget once set stays. So each week is valued under what the last mornings before it would
    have changed, one after the other, and the mean counts: the luck of single weeks weighs less.

    Args:
        panel: Past mornings.
        budgets: Per day; NaN or negative is an error of the caller's.
        elasticities: (draws, rows).
        kept: Share of revenue that is left of each row in its first week, for what a change costs;
            all without.
        weeks: For how many weeks from its morning on a budget is valued, within a fold.

    """
    outcome = panel.outcome
    count = panel.morning.max(initial=-1) + 1
    logged = np.bincount(panel.morning, outcome.budget, count)
    change = np.divide(budgets, outcome.budget, out=np.ones(len(budgets)), where=outcome.budget > 0)
    budget, spend, times = (np.zeros(len(budgets)) for _ in range(3))
    revenue, earned = np.zeros(elasticities.shape), np.empty(elasticities.shape)
    decided = np.arange(len(budgets))
    for week in range(weeks):
        known = decided >= 0
        wanted = outcome.budget * np.where(known, change[decided], 1.0)
        if week == 0:
            wanted = np.where(outcome.budget > 0, wanted, budgets)
        asked = np.bincount(panel.morning, wanted, count)
        scale = np.divide(logged, asked, out=np.ones(count), where=asked > 0)
        given = wanted * scale[panel.morning]
        ratio = np.divide(given, outcome.budget, out=np.ones(len(given)), where=outcome.budget > 0)
        ratio = np.minimum(ratio, FURTHEST)
        most = np.minimum(outcome.spend, WEEK * outcome.budget * ratio)
        spent = np.where(outcome.is_limited, most, outcome.spend * ratio)
        more = np.divide(spent, outcome.spend, out=np.ones(len(spent)), where=outcome.spend > 0)
        # a morning so many weeks earlier is part of the fold
        counts = (np.bincount(panel.morning, known, count) > 0)[panel.morning]
        # more to the power of each elasticity, in place: new memory would take longer than the sums
        np.multiply(elasticities, np.log(np.maximum(more, LEAST_CHANGE)), out=earned)
        np.exp(earned, out=earned)
        earned *= outcome.revenue * counts
        if week == 0 and kept is not None:
            earned *= kept
        budget, spend = budget + given * counts, spend + spent * counts
        revenue += earned
        times += counts
        decided = np.where(known, panel.before[decided], -1)
    revenue /= times
    return Value(budget / times, spend / times, revenue)

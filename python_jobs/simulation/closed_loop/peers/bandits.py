"""Bandits: Thompson sampling on ROAS, a hierarchical one, Gaussian processes with a knapsack."""

import numpy as np

from python_jobs.simulation.closed_loop.limits import held
from python_jobs.simulation.closed_loop.observed import Observed
from python_jobs.simulation.closed_loop.peers.common import equal_marginals, raisable
from python_jobs.simulation.curves import Floats
from python_jobs.simulation.settings import AUDIENCES

USUAL_DAYS = 56
ORDER_VALUE_VARIATION = 0.7  # coefficient of variation: what a draw of an order value adds


def thompson(seen: Observed) -> Floats:
    """Draw a ROAS for each holder and go toward usual spend times the draw.

    Purchases of 28 days are Poisson, the prior a gamma worth two purchases at the account's rate:
    Thompson sampling as public bandit repositories for Facebook ads do it, over all at once.
    """
    spend = seen.by_holder(seen.spend[-28:].sum(axis=0))
    purchases = seen.by_holder(seen.purchases[-28:].sum(axis=0))
    rate = max(purchases.sum() / max(spend.sum(), 1e-9), 1e-9)
    drawn = seen.rng.gamma(purchases + 2.0, 1.0 / (spend + 2.0 / rate))
    usual = seen.by_holder(seen.spend[-USUAL_DAYS:].mean(axis=0))
    return held(np.maximum(usual * drawn, 1e-6), *raisable(seen), seen.total)


def hierarchical_thompson(seen: Observed) -> Floats:
    """Draw each holder's return from a posterior that pools account, audience type and holder.

    In the manner of Amazon's MCMAB (arXiv 2409.00561): a shared function of spend and metadata plus
    random effects, estimated by empirical Bayes, one draw, and the budgets that are best for it.
    """
    last = slice(-USUAL_DAYS, None)
    spend, purchases = seen.spend[last].sum(axis=0), seen.purchases[last].sum(axis=0)
    kinds = len(AUDIENCES)
    rate = max(purchases.sum() / max(spend.sum(), 1e-9), 1e-9)
    # audience types around the account, which weighs as much as 30 purchases
    kind_spend = np.bincount(seen.audience, spend, kinds)
    kind_rate = (np.bincount(seen.audience, purchases, kinds) + 30.0) / (kind_spend + 30.0 / rate)
    expected = np.maximum(seen.by_holder(kind_rate[seen.audience] * spend), 1e-9)
    bought, spent = seen.by_holder(purchases), np.maximum(seen.by_holder(spend), 1e-9)
    relative = bought / expected
    share = expected / expected.sum()
    spread = (share * (relative - 1.0) ** 2).sum() - len(expected) / expected.sum()
    precision = 1.0 / max(spread, 0.02)
    drawn = seen.rng.gamma(precision + bought, 1.0 / (precision + expected))
    elasticity = shared_elasticity(seen)
    current = np.maximum(seen.by_holder(seen.spend[-7:].mean(axis=0)), 0.2 * seen.budgets)
    usual = spent / min(USUAL_DAYS, len(seen.spend))
    marginal = drawn * expected / spent * (current / usual) ** (elasticity - 1.0)
    fall = np.full(len(marginal), 1.0 - elasticity)
    return equal_marginals(seen, marginal, current, fall, raisable(seen))


def shared_elasticity(seen: Observed) -> float:
    """Return how purchases follow spend within holders, week by week, pulled toward 0.75."""
    weeks = len(seen.spend) // 7
    spend = _weekly(seen.by_holder(seen.spend), weeks)
    purchases = _weekly(seen.by_holder(seen.purchases), weeks)
    both = (spend > 0).all(axis=0) & (purchases.sum(axis=0) > 0)
    x = _without_effects(np.log(spend[:, both]))
    y = _without_effects(np.log(purchases[:, both] + 0.5))
    # of a week's logarithm: the market's luck, and that of counting
    noise = 0.05 + 1.0 / max(float(purchases.mean()), 1e-9)
    prior = 1.0 / 0.15**2
    slope = ((x * y).sum() / noise + 0.75 * prior) / ((x**2).sum() / noise + prior)
    return float(np.clip(slope, 0.4, 0.92))


def _without_effects(logs: Floats) -> Floats:
    """Take out what is common to a holder and to a week. Shape (weeks, holders)."""
    logs = logs - logs.mean(axis=0)
    logs -= logs.mean(axis=1, keepdims=True)
    return logs


def _weekly(daily: Floats, weeks: int) -> Floats:
    summed: Floats = daily[len(daily) - 7 * weeks :].reshape(weeks, 7, -1).sum(axis=1)
    return summed


LEVELS = 9  # budgets that the knapsack knows for each holder
UNITS = 1_000  # into which it cuts the money that is free
LENGTH, SIGNAL = 0.5, 0.3  # of the processes: in log spend, and against usual clicks


def gp_bandit(seen: Observed) -> Floats:
    """Draw clicks as a function of budget and the value of a click, then solve a knapsack.

    In the manner of AdComB (arXiv 2003.01452): one Gaussian process of clicks over budget for each
    holder, Gaussian value per click, Thompson draws of both, and dynamic programming over a grid
    of budgets.
    """
    lower, upper = raisable(seen)
    grid = np.linspace(lower, upper, LEVELS)
    spend, clicks = seen.by_holder(seen.spend), seen.by_holder(seen.link_clicks)
    bought = seen.by_holder(seen.purchases[-28:].sum(axis=0))
    value = seen.by_holder(seen.purchase_value[-28:].sum(axis=0))
    clicked = clicks[-28:].sum(axis=0)
    # two purchases at the account's value per click stand for those not yet seen
    usual = value.sum() / max(clicked.sum(), 1e-9)
    usual_value = value.sum() / max(bought.sum(), 1e-9)
    per_click = (value + 2.0 * usual_value) / (clicked + 2.0 * usual_value / max(usual, 1e-9))
    doubt = np.sqrt((1.0 + ORDER_VALUE_VARIATION**2) / (bought + 2.0))
    drawn = per_click * np.maximum(1.0 + doubt * seen.rng.standard_normal(len(doubt)), 0.05)
    gain = np.empty_like(grid)
    for place in range(len(seen.budgets)):
        gain[:, place] = drawn[place] * _drawn_clicks(
            seen.past_budgets[:, place], clicks[:, place], grid[:, place], seen.rng
        )
    gain[:, spend[-7:].sum(axis=0) <= 0] = 0.0
    return _knapsack(grid, gain, seen.total)


def _drawn_clicks(budgets: Floats, clicks: Floats, at: Floats, rng: np.random.Generator) -> Floats:
    """Draw from a process over log budget whose mean is in proportion to it. Shape as `at`."""
    used = (budgets > 0) & (clicks > 0)
    if used.sum() < 7:
        return np.zeros_like(at)
    x, y = np.log(budgets[used]), clicks[used]
    usual = y[-14:].sum() / budgets[used][-14:].sum()
    ratio = y / (usual * budgets[used]) - 1.0

    def kernel(a: Floats, b: Floats) -> Floats:
        near: Floats = SIGNAL**2 * np.exp(-0.5 * ((a[:, None] - b) / LENGTH) ** 2)
        return near

    noise = max(float(np.var(np.diff(ratio)) / 2.0), 1e-3)
    to_data = kernel(np.log(at), x)
    covariance = kernel(x, x) + noise * np.eye(len(x))
    solved = np.linalg.solve(covariance, np.column_stack([ratio, to_data.T]))
    mean = to_data @ solved[:, 0]
    spread = kernel(np.log(at), np.log(at)) - to_data @ solved[:, 1:]
    factor = np.linalg.cholesky(spread + 1e-8 * np.eye(len(at)))
    drawn = 1.0 + mean + factor @ rng.standard_normal(len(at))
    at_budgets: Floats = usual * at * np.maximum(drawn, 0.0)
    return at_budgets


def _knapsack(grid: Floats, gain: Floats, total: float) -> Floats:
    """Pick one level (levels, holders) for each holder: the most gain that `total` pays for."""
    free = total - grid[0].sum()
    if free <= 0:
        return np.asarray(grid[0])
    cost = np.ceil((grid - grid[0]) / free * UNITS - 1e-9).astype(np.int64)
    best = np.zeros(UNITS + 1)  # by units that may be used
    picks = []
    for holder in range(grid.shape[1]):
        options = np.full((LEVELS, UNITS + 1), -np.inf)
        for level, units in enumerate(cost[:, holder].tolist()):
            if units <= UNITS:
                options[level, units:] = best[: UNITS + 1 - units] + gain[level, holder]
        picks.append(options.argmax(axis=0))
        best = options.max(axis=0)
    left, budgets = UNITS, np.empty(grid.shape[1])
    for holder in reversed(range(grid.shape[1])):
        level = picks[holder][left]
        budgets[holder] = grid[level, holder]
        left -= cost[level, holder]
    return budgets

"""Optimizers of fitted response curves, as marketing mix tools have them."""

import numpy as np

from python_jobs.simulation.closed_loop.observed import Observed
from python_jobs.simulation.closed_loop.peers.common import equal_marginals, raisable
from python_jobs.simulation.curves import Floats

WEEKS = 12
RIDGE, USUAL_SLOPE = 1.0, 0.75


def _weeks(seen: Observed) -> tuple[Floats, Floats]:
    """Mean spend and value a day of the last weeks, (weeks, holders)."""
    shape = (min(WEEKS, len(seen.spend) // 7), 7, -1)
    days = shape[0] * 7
    spend = seen.by_holder(seen.spend[-days:]).reshape(shape).mean(axis=1)
    value = seen.by_holder(seen.purchase_value[-days:]).reshape(shape).mean(axis=1)
    return spend, value


def response_curves(seen: Observed) -> Floats:
    """Fit value = a x spend ** e to the weeks of each holder, then make marginal returns equal.

    The formulation of Robyn's allocator (a curve each, bounds, equality of the total), with power
    curves and without corrections. A ridge toward 0.75 keeps holders whose spend never changed.
    """
    spend, value = _weeks(seen)
    x, y = np.log(spend + 1.0), np.log(value + 1.0)
    x_mean, y_mean = x.mean(axis=0), y.mean(axis=0)
    together = ((x - x_mean) * (y - y_mean)).sum(axis=0)
    slope = (together + RIDGE * USUAL_SLOPE) / (((x - x_mean) ** 2).sum(axis=0) + RIDGE)
    slope = np.clip(slope, 0.3, 0.9)
    current = np.maximum(spend[-1], 0.2 * seen.budgets)
    usual = np.maximum(spend.mean(axis=0), 1e-9)
    expected = value.mean(axis=0) * (current / usual) ** slope
    return equal_marginals(seen, slope * expected / current, current, 1.0 - slope, raisable(seen))


HALVES = np.geomspace(0.1, 10.0, 15)  # half saturation over median spend, the range of Meridian
HALF_MEAN, HALF_SPREAD = 0.8, 0.8  # Meridian's normal prior on it
ROI_SPREAD = 0.9  # of the logarithm: Meridian's prior on the return on investment
STEPS = 40  # pieces from the lowest to the highest budget


def greedy_grid(seen: Observed) -> Floats:
    """Climb a grid of budgets, always where the next piece brings most.

    In the manner of Meridian's BudgetOptimizer: saturating curves averaged over a posterior, greedy
    hill climbing from the lower bounds. Its box of 30 % becomes the step that all are held to.
    """
    spend, value = _weeks(seen)
    lower, upper = raisable(seen)
    grid = np.linspace(lower, upper, STEPS + 1)
    usual = np.maximum(np.median(spend, axis=0), 1e-9)
    roi = value.sum() / max(spend.sum(), 1e-9)
    expected = roi * spend.mean(axis=0)
    # (halves, weeks, holders): the shape of each candidate curve, and what it says of the grid
    half = HALVES[:, None, None]
    shape = spend / (spend + half * usual)
    scale = np.maximum(shape.mean(axis=1), 1e-9)  # makes the mean week the expected one
    shape = shape / scale[:, None] * expected
    noise = np.maximum(((value - value.mean(axis=0)) ** 2).mean(axis=0), 1e-9)
    precision = (shape**2).sum(axis=1) / noise + ROI_SPREAD**-2
    factor = ((shape * value).sum(axis=1) / noise + ROI_SPREAD**-2) / precision
    misfit = ((value - factor[:, None] * shape) ** 2).sum(axis=1) / noise
    log_weight = -0.5 * (misfit + ((factor - 1.0) / ROI_SPREAD) ** 2 + np.log(precision))
    log_weight -= 0.5 * ((HALVES[:, None] - HALF_MEAN) / HALF_SPREAD) ** 2 - np.log(HALVES[:, None])
    weight = np.exp(log_weight - log_weight.max(axis=0))
    weight /= weight.sum(axis=0)
    at = grid / (grid + half * usual) / scale[:, None] * expected
    revenue = (weight[:, None] * factor[:, None] * at).sum(axis=0)
    return _climb(grid, revenue, seen.total)


def _climb(grid: Floats, revenue: Floats, total: float) -> Floats:
    """Take pieces in order of return. Averages of concave curves are concave: no look ahead."""
    cost = np.maximum(np.diff(grid, axis=0), 1e-9)
    order = np.argsort(-(np.diff(revenue, axis=0) / cost).ravel(), kind="stable")
    price = cost.ravel()[order]
    left = total - grid[0].sum() - (np.cumsum(price) - price)
    taken = np.zeros(cost.size)
    taken[order] = np.clip(left, 0.0, price)
    budgets: Floats = grid[0] + taken.reshape(cost.shape).sum(axis=0)
    return budgets

"""Pure functions of delivery: response curves, budget splits, Poisson quantiles, seasons."""

from datetime import date

import numpy as np
from numpy.typing import ArrayLike, NDArray

from python_jobs.simulation.settings import CurveFamily

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

# Mid-month CPM against the year's mean, January to December (Superads, USD 3 billion of spend in
# 2025: November +25 %, January -12 %) and demand of a shop with a Christmas season.
MONTHLY_CPM = (0.88, 0.92, 0.94, 0.95, 0.96, 0.96, 0.96, 0.97, 0.99, 1.07, 1.25, 1.11)
MONTHLY_DEMAND = (0.92, 0.93, 0.97, 0.97, 1.00, 0.98, 0.96, 0.96, 0.97, 1.00, 1.22, 1.12)


def hill_half(elasticity: Floats) -> Floats:
    """Return at which spend over base a hill curve of this elasticity is half its ceiling."""
    return elasticity / (1.0 - elasticity)


def relative_response(ratio: Floats, elasticity: Floats, family: CurveFamily) -> Floats:
    """Return revenue over revenue at base spend; `ratio` is spend over base spend.

    Concave, 1 at 1.
    """
    if family == "power":
        return ratio**elasticity
    half = hill_half(elasticity)
    return ratio * (1.0 + half) / (half + ratio)


def marginal_response(ratio: Floats, elasticity: Floats, family: CurveFamily) -> Floats:
    """Return the slope of `relative_response`: infinite at 0 for the power family."""
    if family == "power":
        with np.errstate(divide="ignore"):
            return elasticity * ratio ** (elasticity - 1.0)
    half = hill_half(elasticity)
    return half * (1.0 + half) / (half + ratio) ** 2


def ratio_at_marginal(slope: Floats, elasticity: Floats, family: CurveFamily) -> Floats:
    """Invert `marginal_response`; 0 where even the first unit returns less than `slope`."""
    if family == "power":
        return (elasticity / slope) ** (1.0 / (1.0 - elasticity))
    half = hill_half(elasticity)
    return np.maximum(np.sqrt(half * (1.0 + half) / slope) - half, 0.0)


def split_by_marginal(
    budgets: Floats,
    group: Ints,
    *,
    roas_at_base: Floats,
    base: Floats,
    elasticity: Floats,
    capacity: Floats,
    family: CurveFamily,
    least: Floats | None = None,
) -> Floats:
    """Split each group's budget over its members so that their marginal returns are equal.

    `budgets` (groups,), the rest (members,). The shares of a group add up to its budget, also
    where the members cannot spend it; then all are in proportion to what they can spend. No member
    gets less than `least`, unless the budget is below what all of them must get.
    """
    low = np.full(len(budgets), -12.0)  # log of the marginal return that clears each budget
    high = np.full(len(budgets), 12.0)
    spend = np.minimum(base, capacity)
    for _ in range(50):
        price = (low + high) / 2.0
        slope = np.exp(price)[group] / roas_at_base
        spend = np.minimum(base * ratio_at_marginal(slope, elasticity, family), capacity)
        if least is not None:
            spend = np.maximum(spend, least)
        too_much = np.bincount(group, spend, len(budgets)) > budgets
        low = np.where(too_much, price, low)
        high = np.where(too_much, high, price)
    total = np.bincount(group, spend, len(budgets))
    scale = np.divide(budgets, total, out=np.zeros_like(total), where=total > 0)
    shares: Floats = spend * scale[group]
    return shares


def poisson_quantile(uniform: Floats, mean: Floats) -> Ints:
    """Draw Poisson counts by inverting the distribution.

    The same `uniform` under a higher mean never gives a lower count, which a sampler that consumes
    random numbers as it goes cannot promise.
    """
    top = int(np.ceil(mean.max() + 8.0 * np.sqrt(mean.max()) + 12.0)) if mean.size else 1
    counts = np.arange(top)
    log_factorial = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, top)))])
    safe = np.maximum(mean, 1e-12)[..., None]
    chance = np.exp(counts * np.log(safe) - safe - log_factorial)
    counted: Ints = (np.cumsum(chance, axis=-1) < uniform[..., None]).sum(axis=-1)
    return counted


def yearly_index(day: date, monthly: tuple[float, ...]) -> float:
    """Interpolate mid-month values to a day."""
    position = (day.timetuple().tm_yday - 1) / 365.0 * 12.0 - 0.5
    return float(np.interp(position, np.arange(-1, 13), [monthly[-1], *monthly, monthly[0]]))


def split_integers(total: ArrayLike, shares: Floats) -> Ints:
    """Split whole numbers over the last axis by shares that add up to 1, losing none of them."""
    edges = np.rint(np.asarray(total)[..., None] * np.cumsum(shares, axis=-1)).astype(np.int64)
    parts: Ints = np.diff(edges, axis=-1, prepend=0)
    return parts

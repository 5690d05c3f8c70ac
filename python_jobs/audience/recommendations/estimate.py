"""Money made of uncertain parts, with its interval."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from python_jobs.decisions.arrays import Bools, Floats, normal_cdf
from python_jobs.decisions.value import INTERVAL


@dataclass(frozen=True)
class Range:
    """Best guesses and the ends of their 80 % intervals, one value per row."""

    best: Floats
    low: Floats
    high: Floats

    def __add__(self, other: "Range") -> "Range":
        """Add independent amounts."""
        return estimate(np.add, self, other)

    def __sub__(self, other: "Range") -> "Range":
        """Take an independent amount off."""
        return estimate(np.subtract, self, other)

    def where(self, holds: Bools) -> "Range":
        """Return 0 where it does not hold or is not known."""
        return Range(*(np.where(holds, np.nan_to_num(end), 0.0) for end in self.ends))

    @property
    def ends(self) -> tuple[Floats, Floats, Floats]:
        """Best, low and high."""
        return self.best, self.low, self.high


def lognormal(best: Floats, log_error: Floats | float) -> Range:
    """Return the range of an amount by the standard error of its logarithm."""
    factor = np.exp(INTERVAL * np.asarray(log_error))
    return Range(best, best / factor, best * factor)


def constant(best: float, low: float, high: float, like: Floats) -> Range:
    """Return the same range for all rows of an array."""
    return Range(*(np.full(like.shape, end) for end in (best, low, high)))


def estimate(formula: Callable[..., Floats], *parts: Range) -> Range:
    """Work out a formula of independent parts.

    Each part is moved to both ends of its interval while the others stay; what that changes, up and
    down apart, is added in squares (the delta method, with the slope over the interval).
    """
    best = formula(*(part.best for part in parts))
    down, up = np.zeros_like(best), np.zeros_like(best)
    for place, part in enumerate(parts):
        moved = [
            formula(*(end if i == place else other.best for i, other in enumerate(parts)))
            for end in (part.low, part.high)
        ]
        down += np.maximum(best - np.minimum(*moved), 0) ** 2
        up += np.maximum(np.maximum(*moved) - best, 0) ** 2
    return Range(best, best - np.sqrt(down), best + np.sqrt(up))


def probability(amount: Range) -> Floats:
    """Say how likely an amount is above 0: normal on the side of its interval where 0 lies."""
    side = np.where(amount.best > 0, amount.best - amount.low, amount.high - amount.best)
    with np.errstate(divide="ignore", invalid="ignore"):
        deviations = INTERVAL * amount.best / side
    return normal_cdf(np.where(np.isnan(deviations), 0.0, np.clip(deviations, -9, 9)))

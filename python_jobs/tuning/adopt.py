"""Whether tuned parameters are adopted: only what wins on weeks in which nothing was chosen."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from python_jobs.decisions.arrays import Codes, Floats

FALSE_ADOPTIONS = 0.02
"""share of customers with nothing to win who may be told that there is something"""
POWER = 0.8
REPLICATES = 4000


@dataclass(frozen=True)
class Differences:
    """What one set of parameters would have earned more than another, row by row of the past."""

    gained: Floats
    """(draws, rows), per draw of what is not known of the response to money"""
    earned: Floats
    """(rows,), what was earned"""
    holder: Codes
    """(rows,)"""
    week: Codes
    """(rows,)"""


@dataclass(frozen=True)
class Improvement:
    """A gain as a share of what was earned, with what the past leaves open of it."""

    mean: float
    low: float
    """what it exceeds but for a chance of `FALSE_ADOPTIONS`"""
    high: float
    error: float
    """standard error"""

    @property
    def is_sure(self) -> bool:
        """Tell whether it is to be adopted."""
        return self.low > 0


def improvement(differences: Differences, seed: int) -> Improvement:
    """Resample holders and weeks, both whole, and draws of the response.

    Weeks of one holder are alike, and so are holders in one week: both are drawn with replacement
    and a row counts as often as its holder times its week (Owen 2007, "The pigeonhole bootstrap").
    That errs towards intervals that are too wide.
    """
    random = np.random.default_rng(seed)
    holders, weeks = differences.holder.max() + 1, differences.week.max() + 1
    of_holder = random.multinomial(holders, np.full(holders, 1 / holders), REPLICATES)
    of_week = random.multinomial(weeks, np.full(weeks, 1 / weeks), REPLICATES)
    times = of_holder[:, differences.holder] * of_week[:, differences.week]
    draw = random.integers(len(differences.gained), size=REPLICATES)
    gained = np.einsum("ij,ij->i", times, differences.gained[draw])
    earned = times @ differences.earned
    # a replicate may hold none of the rows
    shares = gained[earned > 0] / earned[earned > 0]
    total = differences.earned.sum()
    if total <= 0 or not len(shares):
        return Improvement(mean=0.0, low=0.0, high=0.0, error=0.0)
    low, high = np.quantile(shares, [FALSE_ADOPTIONS, 1 - FALSE_ADOPTIONS])
    return Improvement(
        mean=float(differences.gained.mean(axis=0).sum() / total),
        low=float(low),
        high=float(high),
        error=float(shares.std()),
    )


def smallest_provable(error: float) -> float:
    """Return the gain that would be adopted four times in five, for a standard error."""
    return float((norm.ppf(1 - FALSE_ADOPTIONS) + norm.ppf(POWER)) * error)

"""Whether tuned parameters are adopted: only what wins on weeks in which nothing was chosen."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from python_jobs.decisions.arrays import Codes, Floats

FALSE_ADOPTIONS = 0.02
"""share of customers with nothing to win who may be told that there is something"""
POWER = 0.8
REPLICATES = 4000
MOST_BLOCKS = 1000
"""of what is drawn; where there are more holders and weeks, some at random are drawn together"""


@dataclass(frozen=True)
class Differences:
    """What one set of parameters would have earned more than another, row by row of the past."""

    gained: Floats
    """(rows,), mean over what is not known of the response to money"""
    earned: Floats
    """(rows,), what was earned"""
    spent: Floats
    """(rows,), what would have been spent more"""
    morning: Codes
    """(rows,), number of account and week: money moves between the rows of one"""


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
    """Resample what each holder gained in each week.

    Holders are not drawn whole: those that there are will be there next month, and what is asked is
    whether other parameters serve them better or the luck of single weeks made it look so.

    What one holder gets another one gives: to draw one without the other would take the money for
    luck. So each row's gain counts less what its money earns elsewhere (a control variate, which
    leaves the sum as it is).
    """
    random = np.random.default_rng(seed)
    rows = len(differences.earned)
    blocks = min(rows, MOST_BLOCKS)
    block = random.permutation(rows) % blocks
    times = random.multinomial(blocks, np.full(blocks, 1 / blocks), REPLICATES)
    gained = times @ np.bincount(block, _less_money(differences), blocks)
    earned = times @ np.bincount(block, differences.earned, blocks)
    # a replicate may hold none of the rows
    shares = gained[earned > 0] / earned[earned > 0]
    total = differences.earned.sum()
    if total <= 0 or not len(shares):
        return Improvement(mean=0.0, low=0.0, high=0.0, error=0.0)
    low, high = np.quantile(shares, [FALSE_ADOPTIONS, 1 - FALSE_ADOPTIONS])
    return Improvement(
        mean=float(differences.gained.sum() / total),
        low=float(low),
        high=float(high),
        error=float(shares.std()),
    )


def _less_money(differences: Differences) -> Floats:
    """Return gains (rows,) less what the money that moved there earns in the other rows.

    What a row's own money earned is no witness of its luck: where few rows hold most of what moved,
    a price of all rows would explain most of it away. A morning that spends more or less in all
    keeps what that earned, dealt out by revenue. The sum stays as it was.
    """
    spent, earned, morning = differences.spent, differences.earned, differences.morning
    gained = differences.gained
    moved = float((spent**2).sum())
    others = moved - spent**2
    price = np.divide(
        gained @ spent - gained * spent, others, out=np.zeros(len(spent)), where=others > 0
    )
    count = morning.max() + 1
    more, of_morning = np.bincount(morning, spent, count), np.bincount(morning, earned, count)
    share = np.divide(
        earned, of_morning[morning], out=np.zeros(len(earned)), where=of_morning[morning] > 0
    )
    own: Floats = gained - price * (spent - more[morning] * share)
    total = earned.sum()
    return own + (gained.sum() - own.sum()) * earned / total if total > 0 else own


def smallest_provable(error: float) -> float:
    """Return the gain that would be adopted four times in five, for a standard error."""
    return float((norm.ppf(1 - FALSE_ADOPTIONS) + norm.ppf(POWER)) * error)

"""Drawing a trial: who is compared with whom, who is whose, and how much it could show.

Holders are compared by their net revenue, revenue less spend at a price of money that is fixed
beforehand: it adds up over holders, so that money moved from one to another shows as what it earns.
"""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from python_jobs.decisions.arrays import Codes, Floats

LEAST_PAIRS = 5
"""of fewer no interval of this level has an end: 2 of 2^4 draws are more than a tenth"""
LEVEL = 0.1
"""share of trials without any difference that are told as one; intervals are of 1 - LEVEL"""
POWER = 0.8


@dataclass(frozen=True)
class Design:
    """Matched pairs; holders by their position."""

    pairs: Codes
    """(pairs, 2): the engine's holder and the hand's"""
    detectable: float
    """smallest difference, as a share of the engine's revenue, that is told in POWER of trials"""


def matched_pairs(spend: Floats, revenue: Floats) -> Codes:
    """Pair holders of like size and, among those, of like ROAS.

    Of each four neighbours in spend the two of higher ROAS become a pair and the two of lower. Of
    an odd number the smallest is left out.

    Args:
        spend: (holders,) all above 0.
        revenue: (holders,).

    Returns:
        Positions (pairs, 2), the larger spend first.

    """
    by_spend = np.argsort(-spend, kind="stable")[: len(spend) // 2 * 2]
    fours = np.arange(len(by_spend)) // 4
    roas = (revenue / spend)[by_spend]
    within = by_spend[np.lexsort((-roas, fours))].reshape(-1, 2)
    larger = np.argmax(spend[within], axis=1)
    rows = np.arange(len(within))
    return np.stack([within[rows, larger], within[rows, 1 - larger]], axis=1)


def drawn(pairs: Codes, seed: int) -> Codes:
    """Give one of each pair to the engine, by a coin: positions (pairs, 2), the engine's first."""
    turned = np.random.default_rng(seed).integers(2, size=len(pairs)).astype(bool)
    return np.where(turned[:, None], pairs[:, ::-1], pairs)


def detectable_share(pairs: Codes, net: Floats, revenue: Floats, weeks: int) -> float:
    """Return the smallest difference that a trial of so many weeks would tell, by past weeks.

    As if trials without a difference had been made in every stretch of the past: each pair's mean
    difference of `weeks` weeks less that of the `weeks` before says how much it varies by itself.

    Args:
        pairs: (pairs, 2) positions.
        net: (weeks of the past, holders) net revenue, the oldest first; at least 2 * `weeks`.
        revenue: (weeks of the past, holders).
        weeks: Length of the trial.

    """
    difference = net[:, pairs[:, 0]] - net[:, pairs[:, 1]]
    sums = np.concatenate([np.zeros((1, len(pairs))), difference.cumsum(axis=0)])
    means = (sums[weeks:] - sums[:-weeks]) / weeks
    contrasts = means[weeks:] - means[:-weeks]
    deviation = np.sqrt((contrasts**2).mean(axis=0).sum())
    reach = stats.t.ppf([1 - LEVEL / 2, POWER], len(pairs) - 1).sum()
    base = revenue[-weeks:, pairs].mean(axis=0).sum() / 2
    return float(reach * deviation / base)


def design(spend: Floats, revenue: Floats, price: float, weeks: int, seed: int) -> Design:
    """Pair holders and draw which of each pair is the engine's.

    Args:
        spend: (weeks of the past, holders), the oldest week first.
        revenue: (weeks of the past, holders).
        price: What a unit of money must return.
        weeks: Length of the trial.
        seed: The same draws the same.

    Raises:
        ValueError: there are too few holders or weeks; the message says how many it takes.

    """
    past, holders = spend.shape
    if holders < 2 * LEAST_PAIRS:
        raise ValueError(
            f"A trial takes {2 * LEAST_PAIRS} budgets that spent in each of the last {2 * weeks} "
            f"weeks and may be changed; there are {holders}."
        )
    if past < 2 * weeks:
        raise ValueError(
            f"A trial of {weeks} weeks takes {2 * weeks} weeks of data before it to say what it "
            f"could show; there are {past}. Try fewer weeks."
        )
    pairs = matched_pairs(spend[-weeks:].sum(axis=0), revenue[-weeks:].sum(axis=0))
    share = detectable_share(pairs, revenue - price * spend, revenue, weeks)
    return Design(drawn(pairs, seed), share)

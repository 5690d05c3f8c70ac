"""Reading a trial: what chance alone would have made of the same pairs."""

from dataclasses import dataclass

import numpy as np

from python_jobs.decisions.arrays import Floats
from python_jobs.trial.design import LEVEL

DRAWS = 4096
"""of the pairs' coins; all there are, where these are no more"""
SEED = 0


@dataclass(frozen=True)
class Verdict:
    """What the engine's holders earned beyond the hand's, as a share of their revenue before."""

    gain: float
    low: float
    high: float
    """ends of the interval of 1 - LEVEL"""
    p_value: float
    """share of draws under which a difference as large would come without any effect"""


def verdict(difference: Floats, base: Floats) -> Verdict:
    """Compare the pairs' differences with those of all draws that might have been made.

    An effect is a share of what a holder earned before. In the interval lie the effects that, taken
    away from the engine's, leave a sum that more than LEVEL of draws would reach.

    Args:
        difference: (pairs,) change of the engine's net revenue less change of the hand's.
        base: (pairs,) revenue of the engine's holder before, above 0.

    """
    signs = _signs(len(difference))
    total, revenue = difference.sum(), base.sum()
    by_chance, revenue_by_chance = signs @ difference, signs @ base
    # a draw reaches what an effect leaves, |S - effect R| >= |total - effect revenue|, between
    # these two; the draw that was made, and its mirror, always do
    with np.errstate(invalid="ignore", divide="ignore"):
        ends = np.sort(
            [
                (total - by_chance) / (revenue - revenue_by_chance),
                (total + by_chance) / (revenue + revenue_by_chance),
            ],
            axis=0,
        )
    always = np.isclose(np.abs(revenue_by_chance), revenue, rtol=1e-9)
    lowest = np.sort(np.where(always, -np.inf, ends[0]))
    highest = np.sort(np.where(always, np.inf, ends[1]))[::-1]
    beyond = int(LEVEL * len(signs))
    reached = np.abs(by_chance) >= abs(total) - 1e-9 * np.abs(by_chance).max()
    return Verdict(
        gain=float(total / revenue),
        low=float(lowest[beyond]),
        high=float(highest[beyond]),
        p_value=float(reached.mean()),
    )


def _signs(pairs: int) -> Floats:
    """Return 1 or -1 per draw and pair (draws, pairs), the draw that was made among them."""
    if 2**pairs <= DRAWS:
        codes = np.arange(2**pairs)[:, None] >> np.arange(pairs) & 1
    else:
        codes = np.random.default_rng(SEED).integers(2, size=(DRAWS, pairs))
        codes[0] = 0
    return np.asarray(1 - 2 * codes, dtype=np.float64)

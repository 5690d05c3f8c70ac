"""True reach over several days, from the day's reach as `funnel.py` has it.

On a day a share of the pool is there; assumed is that each day it is a share drawn anew, so the
people met over some days are those met on at least one of them.
"""

import numpy as np

from python_jobs.simulation.curves import Floats
from python_jobs.simulation.funnel import ACTIVE_SHARE

USUAL_REPETITION = 1.12  # as in `draw_funnel`: impressions a person more than at random


def reach(impressions: Floats, pool: Floats, days: int) -> Floats:
    """People met in `days` days at so many impressions a day."""
    active = ACTIVE_SHARE * pool
    met = active * -np.expm1(-impressions / active) / USUAL_REPETITION
    people: Floats = pool * -np.expm1(days * np.log1p(-met / pool))
    return people


def frequency(impressions: Floats, pool: Floats, days: int = 7) -> Floats:
    """Impressions a person in `days` days; 0 without any."""
    people = reach(impressions, pool, days)
    shown = np.asarray(days * impressions, dtype=np.float64)
    return np.divide(shown, people, out=np.zeros_like(shown), where=people > 0)


def pool_of_frequency(impressions: float, wanted: float) -> float:
    """Return the pool in which so many impressions a day give a frequency in a week."""
    low, high = impressions * 0.01, impressions * 10_000.0
    for _ in range(80):
        pool = (low * high) ** 0.5
        if frequency(np.array([impressions]), np.array([pool]))[0] > wanted:
            low = pool
        else:
            high = pool
    return high

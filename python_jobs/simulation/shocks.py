"""The day's luck: drawn once per day, the same under every policy."""

from dataclasses import dataclass

import numpy as np

from python_jobs.simulation.curves import Floats
from python_jobs.simulation.settings import WorldSettings

CAPACITY_NOISE = 0.08
CPM_NOISE = 0.07
CTR_NOISE = 0.08


@dataclass(frozen=True)
class Shocks:
    """Logarithms; arrays are (ad sets,)."""

    day: float  # demand of the whole account
    ad_set: Floats  # response of one ad set, today only
    spend: Floats
    capacity: Floats
    cpm: Floats
    ctr: Floats
    drift: Floats  # what today adds to lasting quality


def draw_shocks(settings: WorldSettings, rng: np.random.Generator, ad_sets: int) -> Shocks:
    """Draw one day for `ad_sets` ad sets."""
    s = settings
    day = float(s.day_shock * rng.standard_normal())
    z = rng.standard_normal((6, ad_sets))
    jump = np.where(rng.random(ad_sets) < s.jump_rate, s.jump_size, 0.0)
    jump = np.where(rng.random(ad_sets) < 0.5, -jump, jump)
    return Shocks(
        day=day,
        ad_set=s.ad_set_shock * z[0],
        spend=s.spend_noise * z[1],
        capacity=CAPACITY_NOISE * z[2],
        cpm=CPM_NOISE * z[3],
        ctr=CTR_NOISE * z[4],
        drift=s.drift * z[5] + jump,
    )

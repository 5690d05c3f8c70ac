"""Purchases that a day's impressions lead to: what is true of each and what Meta says of it."""

from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np

from python_jobs.simulation.ad_sets import AdSets
from python_jobs.simulation.curves import Flags, Floats, Ints
from python_jobs.simulation.settings import WorldSettings

CLICK_1D, CLICK_7D, VIEW_1D = 0, 1, 2  # CLICK_7D: later than one day after the click
BLOCK = 16  # purchases per ad set that one stream of random numbers covers
WITHIN_24_HOURS = 0.6  # of the purchases on the day after the click


@dataclass(frozen=True)
class Purchases:
    """One array element per purchase, in order of ad set."""

    ad_set: Ints
    value: Floats  # order total, in currency units, two decimals
    delay: Ints  # days from click or view to order: 0 to 7
    window: Ints  # CLICK_1D, CLICK_7D or VIEW_1D
    caused: Flags  # the ads caused it; else it would have come anyway
    credited: Flags  # Meta reports it
    has_ids: Flags  # the order carries Meta's campaign, ad set and ad ids
    ad_draw: Floats  # uniform: which ad of the ad set
    person_draw: Floats  # uniform: new or returning buyer
    time_draw: Floats  # uniform: when on the day

    def __len__(self) -> int:
        return len(self.ad_set)

    @staticmethod
    def together(*parts: "Purchases") -> "Purchases":
        """Put several lists after one another."""
        return Purchases(
            *(np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(Purchases))
        )


def draw_purchases(
    counts: Ints,
    ad_sets: AdSets,
    settings: WorldSettings,
    stream: Callable[[int], np.random.Generator],
    caused: bool,
) -> Purchases:
    """Describe `counts` (ad sets,) purchases.

    The k-th purchase of an ad set has the same value, delay and buyer however many there are:
    random numbers are laid out by ad set and k before counts are looked at.
    """
    blocks = max(1, -(-int(counts.max(initial=0)) // BLOCK))
    drawn = [stream(block) for block in range(blocks)]
    shape = (len(ad_sets), BLOCK)
    uniform = np.concatenate([g.random((8, *shape)) for g in drawn], axis=2)
    gamma_shape = settings.order_value_variation**-2
    gamma = np.concatenate([g.standard_gamma(gamma_shape, shape) for g in drawn], axis=1)
    ad_set, place = np.nonzero(np.arange(blocks * BLOCK) < counts[:, None])
    u = uniform[:, ad_set, place]

    value = ad_sets.order_value[ad_set] * gamma[ad_set, place] / gamma_shape
    maturity = np.asarray(settings.maturity)
    delay = np.searchsorted(maturity, u[0], side="right").astype(np.int64)
    first_day = (delay == 0) | (delay == 1) & (u[1] < WITHIN_24_HOURS)
    reachable = maturity[0] + WITHIN_24_HOURS * (maturity[1] - maturity[0])
    view = first_day & (u[2] * reachable < ad_sets.view_share[ad_set])
    utm_share = np.asarray(settings.utm_share)[ad_sets.audience[ad_set]]
    with_ids = utm_share if caused else settings.claimed_utm_share
    return Purchases(
        ad_set=ad_set,
        value=np.round(np.maximum(value, 8.0), 2),
        delay=delay,
        window=np.where(view, VIEW_1D, np.where(first_day, CLICK_1D, CLICK_7D)),
        caused=np.full(len(ad_set), caused),
        credited=u[3] < settings.tracked_share if caused else np.ones(len(ad_set), dtype=bool),
        has_ids=~view & (u[4] < with_ids),
        ad_draw=u[5],
        person_draw=u[6],
        time_draw=u[7],
    )

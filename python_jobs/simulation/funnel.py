"""What spend buys before anybody purchases: impressions, people, clicks, page views, carts."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from python_jobs.simulation.ad_sets import AdSets
from python_jobs.simulation.curves import (
    MONTHLY_CPM,
    Floats,
    Ints,
    relative_response,
    yearly_index,
)
from python_jobs.simulation.settings import WorldSettings
from python_jobs.simulation.shocks import Shocks

WEEKEND_CPM = 0.94
ACTIVE_SHARE = 0.35  # of a pool: opens the apps on a day
# Which part of diminishing returns shows as dearer impressions and which as fewer clicks; the
# rest is fewer purchases a click.
DECLINE_IN_CPM, DECLINE_IN_CTR = 0.3, 0.3


@dataclass(frozen=True)
class Funnel:
    """Counts of one day, each (ad sets,). Carts and checkouts are those without a purchase."""

    impressions: Ints
    reach: Ints
    clicks: Ints  # all clicks, link clicks among them
    link_clicks: Ints
    landing_page_views: Ints
    content_views: Ints
    open_carts: Ints
    open_checkouts: Ints


def draw_funnel(
    settings: WorldSettings,
    ad_sets: AdSets,
    day: date,
    spend: Floats,
    *,
    appeal: Floats,
    shocks: Shocks,
    rng: np.random.Generator,
) -> Funnel:
    """Draw a day's counts. `appeal` (ad sets,) scales the click rate: fatigue and quality."""
    ratio = np.maximum(spend / ad_sets.base_spend, 1e-9)
    decline = relative_response(ratio, ad_sets.elasticity, settings.curve) / ratio
    decline = np.clip(decline, 0.2, 2.0)
    weekend = WEEKEND_CPM if day.weekday() >= 5 else 1.0
    season = yearly_index(day, MONTHLY_CPM) ** settings.season
    cpm = ad_sets.cpm * season * weekend * np.exp(shocks.cpm) * decline**-DECLINE_IN_CPM
    ctr = ad_sets.link_ctr * appeal * np.exp(shocks.ctr) * decline**DECLINE_IN_CTR
    z = rng.standard_normal((6, len(ad_sets)))

    def count(mean: NDArray[np.floating[Any]], row: int, top: Ints) -> Ints:
        """Near-Poisson counts of at most `top`; the draws do not depend on the mean."""
        drawn = np.rint(mean + np.sqrt(mean) * z[row]).astype(np.int64)
        counted: Ints = np.clip(drawn, 0, top)
        return counted

    impressions = np.rint(spend / cpm * 1000.0).astype(np.int64)
    active = ACTIVE_SHARE * ad_sets.pool
    people = active * -np.expm1(-impressions / active) / (1.12 + 0.03 * np.tanh(z[5]))
    link_clicks = count(impressions * ctr, 0, impressions)
    other_clicks = count(0.85 * link_clicks, 2, impressions - link_clicks)
    views = count(0.80 * link_clicks, 1, link_clicks)
    return Funnel(
        impressions=impressions,
        reach=np.minimum(np.ceil(people).astype(np.int64), impressions),
        clicks=np.add(link_clicks, other_clicks),
        link_clicks=link_clicks,
        landing_page_views=views,
        content_views=np.rint(0.86 * views).astype(np.int64),
        open_carts=count(0.040 * link_clicks, 4, link_clicks),
        open_checkouts=count(0.020 * link_clicks, 3, link_clicks),
    )

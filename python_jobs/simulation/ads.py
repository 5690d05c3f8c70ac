"""The ads inside the ad sets: creatives, lifetimes, and who of them gets the delivery."""

from dataclasses import dataclass, fields

import numpy as np

from python_jobs.simulation.ad_sets import AdSets
from python_jobs.simulation.curves import Flags, Floats, Ints, split_integers
from python_jobs.simulation.history import History
from python_jobs.simulation.settings import AUDIENCES, WorldSettings

FORMATS = ("video", "image", "carousel", "catalog")
ALL_FORMATS = (*FORMATS, "dynamic")  # an index into the one is an index into the other
FOREVER = 10**6
ADS, SHARES = 10, 11  # kinds of random stream, beside those of the world


@dataclass(frozen=True)
class Ads:
    """Arrays are (ads,), in order of ad set, unless said otherwise."""

    ad_set: Ints
    slot: Ints  # place within the ad set, from 0
    creative: Ints  # several ads may share one creative
    creative_format: Ints  # (creatives,): index into ALL_FORMATS
    first_day: Ints
    last_day: Ints
    pull: Floats  # log of how much of the ad set's delivery it draws
    click_factor: Floats
    purchase_factor: Floats

    def __len__(self) -> int:
        return len(self.ad_set)

    @property
    def slots(self) -> int:
        """Ads in the largest ad set."""
        return int(self.slot.max()) + 1


@dataclass(frozen=True)
class AdDelivery:
    """What each ad delivered. Arrays (days, ads); they add up to the ad set's."""

    spend_cents: Ints
    impressions: Ints
    reach: Ints  # does not add up: people are counted once per ad
    clicks: Ints
    link_clicks: Ints
    landing_page_views: Ints
    content_views: Ints
    open_carts: Ints
    open_checkouts: Ints
    purchase_ad: Ints  # (purchases,): index of the ad

    def part(self, start: int, stop: int, purchases: Flags) -> "AdDelivery":
        """Return some days and the purchases marked in `purchases`."""
        names = [f.name for f in fields(self) if f.name != "purchase_ad"]
        days = {name: getattr(self, name)[start:stop] for name in names}
        return AdDelivery(**days, purchase_ad=self.purchase_ad[purchases])


def draw_ads(settings: WorldSettings, ad_sets: AdSets, *, days: int, mean_ads: float = 3.0) -> Ads:
    """Give every ad set one ad that runs throughout and some that come and go within `days`."""
    rng = np.random.default_rng([settings.seed, ADS])
    extra = rng.poisson(mean_ads - 1.0, len(ad_sets)).clip(0, 4)
    ad_set = np.repeat(np.arange(len(ad_sets)), 1 + extra)
    slot = np.arange(len(ad_set)) - np.searchsorted(ad_set, ad_set)
    n = len(ad_set)
    creatives = max(4, n // 3)
    creative_format = np.arange(creatives) % len(FORMATS)
    # catalogue ads are shown to people who have been in the shop, the others to everybody
    catalog = FORMATS.index("catalog")
    retargeting = ad_sets.audience[ad_set] == AUDIENCES.index("retargeting")
    kind = rng.integers(0, catalog, n)
    kind = np.where(retargeting & (rng.random(n) < 0.6), catalog, kind)
    rows = creatives // len(FORMATS)
    creative = rng.integers(0, rows, n) * len(FORMATS) + kind
    begins = rng.integers(0, days, n)
    lives = rng.integers(28, 90, n)
    first = np.where(slot == 0, 0, np.where(rng.random(n) < 0.5, 0, begins))
    last = np.where((slot == 0) | (rng.random(n) < 0.25), FOREVER, first + lives)
    click_talent = 0.22 * rng.standard_normal(creatives)
    purchase_talent = 0.15 * rng.standard_normal(creatives)
    return Ads(
        ad_set=ad_set,
        slot=slot,
        creative=creative,
        creative_format=creative_format,
        first_day=np.maximum(first, ad_sets.first_day[ad_set]),
        last_day=last,
        pull=0.8 * rng.standard_normal(n) + click_talent[creative],
        click_factor=np.exp(click_talent[creative] + 0.12 * rng.standard_normal(n)),
        purchase_factor=np.exp(purchase_talent[creative] + 0.10 * rng.standard_normal(n)),
    )


def deliver_ads(history: History, ads: Ads, *, seed: int) -> AdDelivery:
    """Split each ad set's days over its ads, losing nothing to rounding.

    A history that goes on longer gives the same first days.
    """
    days = np.arange(history.days)[:, None]
    rng = np.random.default_rng([seed, SHARES])
    alive: Flags = (days >= ads.first_day) & (days <= ads.last_day)
    weight = np.exp(ads.pull + 0.25 * rng.standard_normal(alive.shape)) * alive
    share = _normalized(ads, weight)
    click_share = _normalized(ads, weight * ads.click_factor)
    purchase_share = _normalized(ads, weight * ads.click_factor * ads.purchase_factor)

    def split(total: Ints, by: Floats) -> Ints:
        return split_integers(total, by)[:, ads.ad_set, ads.slot]

    funnel = history.funnel
    impressions = split(funnel.impressions, share)
    frequency = funnel.impressions / np.maximum(funnel.reach, 1)
    people = np.ceil(impressions / np.maximum(0.97 * frequency, 1.0)[:, ads.ad_set])
    bought = history.purchases
    edges = np.cumsum(purchase_share, axis=2)[history.purchase_day, bought.ad_set]
    bought_slot = (edges < bought.ad_draw[:, None] * edges[:, -1:]).sum(axis=1)
    position = np.searchsorted(ads.ad_set, bought.ad_set) + bought_slot
    return AdDelivery(
        spend_cents=split(np.rint(history.spend * 100.0).astype(np.int64), share),
        impressions=impressions,
        reach=np.minimum(people.astype(np.int64), impressions),
        clicks=split(funnel.clicks, click_share),
        link_clicks=split(funnel.link_clicks, click_share),
        landing_page_views=split(funnel.landing_page_views, click_share),
        content_views=split(funnel.content_views, click_share),
        open_carts=split(funnel.open_carts, click_share),
        open_checkouts=split(funnel.open_checkouts, click_share),
        purchase_ad=position,
    )


def _normalized(ads: Ads, weight: Floats) -> Floats:
    """Lay weights (days, ads) out as shares (days, ad sets, slots) that add up to 1."""
    table = np.zeros((len(weight), int(ads.ad_set.max()) + 1, ads.slots))
    table[:, ads.ad_set, ads.slot] = weight
    total = table.sum(axis=2, keepdims=True)
    shares: Floats = np.divide(table, total, out=np.zeros_like(table), where=total > 0)
    return shares

"""The ad sets of a simulated account and how they are drawn."""

from dataclasses import dataclass

import numpy as np

from python_jobs.simulation.curves import Flags, Floats, Ints
from python_jobs.simulation.settings import AUDIENCES, WorldSettings

AUDIENCE_MIX = (0.25, 0.30, 0.20, 0.25)
# People among whom delivery really moves; broad targeting names far more than it ever reaches.
POOL = (6e5, 2.5e5, 2.5e5, 5e4)
POOL_TURNOVER = (0.01, 0.01, 0.01, 0.04)  # share of them that is new each day
MEDIAN_CPM = (9.0, 9.8, 10.2, 13.0)
MEDIAN_LINK_CTR = (0.009, 0.010, 0.010, 0.014)  # about 1 % over e-commerce (Databox)


@dataclass(frozen=True)
class AdSets:
    """One array element per ad set; every array has the same length."""

    campaign: Ints  # index of the campaign
    holder: Ints  # index of whoever holds the budget: the ad set itself or its campaign
    audience: Ints  # index into AUDIENCES
    base_spend: Floats  # daily spend at which `roas` holds
    roas: Floats  # true: caused revenue over spend, at base spend on an average day
    elasticity: Floats  # of revenue to spend, at base spend
    capacity: Floats  # most that can be spent on an average day
    cpm: Floats
    link_ctr: Floats
    order_value: Floats
    pool: Floats  # people among whom it delivers
    turnover: Floats  # share of the pool that is new each day
    start_exposure: Floats  # earlier impressions per person of the pool on the first day
    fatigue_exponent: Floats
    over_claim: Floats  # claimed purchases that ads did not cause, per caused one
    view_share: Floats
    first_day: Ints  # day number from which it can deliver
    last_day: Ints | None = None  # day number after which it delivers no more; None: never
    # least daily spend that its campaign's own budget must leave it; None: none
    least_spend: Floats | None = None
    returning: Floats | None = None  # share of caused purchases by earlier buyers; None: by type

    def __len__(self) -> int:
        return len(self.campaign)

    @property
    def campaigns(self) -> int:
        """How many campaigns there are."""
        return int(self.campaign.max()) + 1

    @property
    def holders(self) -> int:
        """How many budgets there are."""
        return int(self.holder.max()) + 1

    @property
    def start_budgets(self) -> Floats:
        """Daily budget of each holder: what its ad sets spend at base. Shape (holders,)."""
        return np.round(np.bincount(self.holder, self.base_spend, self.holders), 0)


def draw_ad_sets(settings: WorldSettings) -> AdSets:
    """Draw an account's ad sets; the same settings give the same ad sets everywhere."""
    rng = np.random.default_rng([settings.seed, 0])
    n = settings.ad_sets
    campaign = np.arange(n) // settings.ad_sets_per_campaign
    campaigns = int(campaign.max()) + 1
    audience = rng.choice(len(AUDIENCES), n, p=AUDIENCE_MIX)

    def around(medians: tuple[float, ...], spread: float) -> Floats:
        values: Floats = np.asarray(medians)[audience] * np.exp(spread * rng.standard_normal(n))
        return values

    base = np.round(around((settings.median_daily_budget,) * 4, settings.budget_spread)) + 5.0
    limited = rng.random(n) < settings.limited_share
    room = np.where(limited, rng.uniform(0.55, 0.95, n), np.exp(rng.uniform(0.7, 2.0, n)))
    elasticity = np.asarray(settings.elasticity_by_audience)[audience]
    elasticity = elasticity + settings.elasticity_spread * rng.standard_normal(n)
    elasticity = np.clip(1.0 - settings.saturation * (1.0 - elasticity), 0.30, 0.95)
    pool, turnover, cpm = around(POOL, 0.5), around(POOL_TURNOVER, 0.2), around(MEDIAN_CPM, 0.20)
    return AdSets(
        campaign=campaign,
        holder=budget_holders(campaign, rng.random(campaigns) < settings.campaign_budget_share),
        audience=audience,
        base_spend=base,
        roas=settings.median_roas * around(settings.roas_by_audience, settings.dispersion),
        elasticity=elasticity,
        capacity=base * room,
        cpm=cpm,
        link_ctr=around(MEDIAN_LINK_CTR, 0.30),
        order_value=around((settings.order_value,) * 4, 0.12),
        pool=pool,
        turnover=turnover,
        start_exposure=rng.uniform(0.2, 1.2, n) * base / cpm * 1000.0 / (turnover * pool),
        fatigue_exponent=np.full(n, settings.fatigue_exponent * settings.fatigue),
        over_claim=around(settings.over_claim, 0.2),
        view_share=np.clip(around(settings.view_share, 0.2), 0.0, 0.6),
        first_day=np.zeros(n, dtype=np.int64),
    )


def budget_holders(campaign: Ints, has_own_budget: Flags) -> Ints:
    """Return the budget of each ad set: one per campaign with its own, else one per ad set."""
    pooled = has_own_budget[campaign]
    key = np.where(pooled, campaign, len(has_own_budget) + np.arange(len(campaign)))
    _, first_seen, position = np.unique(key, return_index=True, return_inverse=True)
    rank = np.argsort(np.argsort(first_seen))
    return rank[position].astype(np.int64)

"""Writes the demo customer: `python -m python_jobs.simulation.demo`.

Four months of a small outdoor shop whose ad sets show what a buyer meets: a star held back by its
budget, one that cannot spend, one worn out, one new, one in learning, one that Meta over-credits.
The same code gives the same bytes.
"""

import argparse
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import numpy as np

from python_jobs.simulation.account import Account, make_account, usual_targeting
from python_jobs.simulation.ad_sets import AdSets, budget_holders
from python_jobs.simulation.ads import FOREVER, FORMATS, Ads, draw_ads
from python_jobs.simulation.breakdowns_writer import BreakdownRequest
from python_jobs.simulation.curves import Floats
from python_jobs.simulation.customer import Customer, record_customer
from python_jobs.simulation.history import History
from python_jobs.simulation.insights_writer import Request
from python_jobs.simulation.settings import AUDIENCES, WorldSettings
from python_jobs.simulation.shop import ShopSettings
from python_jobs.simulation.world import DayResult, World
from python_jobs.simulation.writers import write_export

SEED = 20260201
FIRST_DAY = date(2026, 2, 1)
DAYS = 120
SNAPSHOTS = tuple(FIRST_DAY + timedelta(days=DAYS - 28 + 7 * week) for week in range(5))
DEFAULT_FOLDER = Path("datasets/moprobo/meta/raw")

CAMPAIGNS = (
    "Prospecting | Broad",
    "Prospecting | Interests",
    "Prospecting | Lookalikes",
    "Prospecting | Campaign budget US",
    "Retargeting",
    "Tests",
)
POOLED_CAMPAIGN = 3
CONCEPTS = (
    "Rain test",
    "Founder story",
    "Unboxing",
    "Three layers",
    "Summit morning",
    "Customer voices",
    "Spring sale",
)


class Plan(NamedTuple):
    """One ad set of the demo: what its buyer set and what is true of it."""

    name: str
    campaign: int
    audience: str
    budget: float
    roas: float  # true, at that budget, on the first day
    elasticity: float
    room: float  # capacity over budget
    exposure_per_day: float  # impressions per person of its pool
    over_claim: float = 0.0
    countries: tuple[str, ...] = ("US",)
    age: tuple[int, int] = (18, 65)
    genders: tuple[int, ...] = ()
    first_day: int = 0


STAR, STUCK, WORN, OVER_CREDITED, NEW, IN_LEARNING, STOPPED = 0, 5, 9, 17, 21, 22, 23
LOOKALIKE_RAISED = 10
LEFT_ALONE = (STAR, STUCK, WORN, OVER_CREDITED, NEW, IN_LEARNING, STOPPED)
PLANS = (
    Plan("Star - Broad US 18-65 (held back by budget)", 0, "broad", 180, 3.5, 0.92, 6.0, 0.02),
    Plan("Broad US women 25-54", 0, "broad", 110, 1.9, 0.82, 4.0, 0.02, age=(25, 54), genders=(2,)),
    Plan("Broad US men 25-54", 0, "broad", 70, 1.6, 0.80, 4.0, 0.02, age=(25, 54), genders=(1,)),
    Plan("Broad Canada", 0, "broad", 45, 1.8, 0.80, 3.0, 0.03, countries=("CA",)),
    Plan("Interest - Trail running", 1, "interest", 60, 2.1, 0.75, 3.0, 0.04),
    Plan("Cannot spend - Interest ultralight niche", 1, "interest", 120, 2.3, 0.70, 0.48, 0.05),
    Plan("Interest - Camping families", 1, "interest", 55, 1.5, 0.75, 3.0, 0.03),
    Plan("Interest - Yoga and wellness", 1, "interest", 40, 1.1, 0.72, 3.0, 0.03),
    Plan("Interest - Café and travel", 1, "interest", 35, 1.7, 0.75, 3.0, 0.03),
    Plan("Worn out - Lookalike 1% purchasers", 2, "lookalike", 110, 2.9, 0.75, 2.5, 0.26),
    Plan("Lookalike 3% purchasers", 2, "lookalike", 65, 2.2, 0.78, 3.0, 0.03),
    Plan("Lookalike 5% add to cart", 2, "lookalike", 45, 1.7, 0.76, 3.0, 0.03),
    Plan("Lookalike 3% GB and CA", 2, "lookalike", 30, 1.4, 0.75, 3.0, 0.03, 0.0, ("GB", "CA")),
    Plan("CBO - Broad 18-65", 3, "broad", 60, 2.1, 0.80, 4.0, 0.02),
    Plan("CBO - Interest stack", 3, "interest", 50, 1.8, 0.74, 3.0, 0.03),
    Plan("CBO - Lookalike stack", 3, "lookalike", 50, 2.0, 0.75, 3.0, 0.03),
    Plan("CBO - Broad 45+", 3, "broad", 30, 1.5, 0.78, 3.0, 0.02, age=(45, 65)),
    Plan("Over-credited - Retargeting cart 14 days", 4, "retargeting", 85, 1.2, 0.5, 1.6, 0.1, 2.8),
    Plan("Retargeting - Visitors 30 days", 4, "retargeting", 60, 2.2, 0.55, 1.8, 0.1, 0.2),
    Plan("Retargeting - Engagers 60 days", 4, "retargeting", 35, 1.7, 0.6, 1.8, 0.08, 0.2),
    Plan("Retargeting - Past buyers", 4, "retargeting", 30, 2.0, 0.5, 1.6, 0.08, 0.3),
    Plan("New - Broad creators test", 5, "broad", 60, 2.1, 0.80, 4.0, 0.02, first_day=DAYS - 6),
    Plan("Learning - Interest sleep and recovery", 5, "interest", 60, 1.9, 0.75, 3.0, 0.03),
    Plan("Stopped - Interest gift buyers", 5, "interest", 40, 0.7, 0.75, 3.0, 0.03),
)
REQUESTS = (
    Request("account", rates=True),
    Request("campaign", names="own", duplicates=False),
    Request(
        "adset",
        names="own",
        duplicates=False,
        funnel=("link_click", "landing_page_view", "add_to_cart", "initiate_checkout"),
    ),
    Request("ad", names="none", windows=False, funnel=()),
)

BREAKDOWN_REQUESTS = (
    BreakdownRequest("age_gender", "campaign", last_days=21),
    BreakdownRequest("placement", "campaign", last_days=21),
    BreakdownRequest("country", "adset", last_days=21),
)


def demo_settings() -> WorldSettings:
    """Return an account as usual, with a little less noise so that each story can be seen."""
    return WorldSettings(
        seed=SEED,
        ad_sets=len(PLANS),
        first_day=FIRST_DAY,
        drift=0.02,
        jump_rate=0.001,
        ad_set_shock=0.13,
    )


def demo_ad_sets() -> AdSets:
    """Return the ad sets of PLANS, as arrays."""
    audience = np.array([AUDIENCES.index(plan.audience) for plan in PLANS])
    campaign = np.array([plan.campaign for plan in PLANS])
    budget = np.array([plan.budget for plan in PLANS], dtype=np.float64)
    cpm = np.array([9.0, 9.8, 10.2, 13.0])[audience]
    turnover = np.array([0.02, 0.02, 0.02, 0.04])[audience]
    turnover[WORN] = 0.003
    per_day = np.array([plan.exposure_per_day for plan in PLANS])
    order_value = np.full(len(PLANS), 110.0)
    order_value[STAR] = 80.0  # small orders: enough of them to leave learning
    pooled = np.arange(len(CAMPAIGNS)) == POOLED_CAMPAIGN
    exposure = per_day / turnover
    exposure[WORN] = 4.0
    fatigue = np.full(len(PLANS), 0.43)
    fatigue[WORN] = 0.6
    return AdSets(
        campaign=campaign,
        holder=budget_holders(campaign, pooled),
        audience=audience,
        base_spend=budget,
        roas=np.array([plan.roas for plan in PLANS]),
        elasticity=np.array([plan.elasticity for plan in PLANS]),
        capacity=budget * np.array([plan.room for plan in PLANS]),
        cpm=cpm,
        link_ctr=np.array([0.010, 0.010, 0.0105, 0.014])[audience],
        order_value=order_value,
        pool=budget / cpm * 1000.0 / per_day,
        turnover=turnover,
        start_exposure=exposure,
        fatigue_exponent=fatigue,
        over_claim=np.array([plan.over_claim for plan in PLANS]),
        view_share=np.array([0.12, 0.12, 0.15, 0.25])[audience],
        first_day=np.array([plan.first_day for plan in PLANS]),
    )


def demo_ads(settings: WorldSettings, ad_sets: AdSets) -> Ads:
    """Draw about three ads in each ad set; the worn-out one never got a new creative."""
    ads = draw_ads(settings, ad_sets, days=DAYS)
    old = ads.ad_set == WORN
    return replace(
        ads,
        first_day=np.where(old, 0, ads.first_day),
        last_day=np.where(old, FOREVER, ads.last_day),
    )


def demo_account(ad_sets: AdSets, ads: Ads) -> Account:
    """Give names that tell each ad set's story, with the targeting that they promise."""
    targetings = tuple(
        usual_targeting(
            plan.audience,
            countries=plan.countries,
            age=plan.age,
            genders=plan.genders,
            name=plan.name.split(" - ")[-1],
            number=place,
        )
        for place, plan in enumerate(PLANS)
    )
    return make_account(
        ad_sets,
        ads,
        name="Moprobo",
        campaign_names=CAMPAIGNS,
        ad_set_names=tuple(plan.name for plan in PLANS),
        targetings=targetings,
        creative_names=tuple(
            f"{CONCEPTS[place // len(FORMATS) % len(CONCEPTS)]} | {FORMATS[kind]}"
            for place, kind in enumerate(ads.creative_format)
        ),
    )


def buyer_edits(world: World, past: list[DayResult], budgets: Floats) -> Floats:
    """Return this morning's budgets: small weekly moves after last week's reported ROAS."""
    a, day = world.ad_sets, world.number
    budgets = budgets.copy()
    # the ad set's own budgets only; the pooled campaign is edited below
    own = np.array([p for p in range(len(a)) if PLANS[p].campaign != POOLED_CAMPAIGN])
    if world.day.weekday() == 0 and len(past) >= 7:
        week = History.of(past[-7:])
        _, cents = week.reported(world.day, week.purchases.ad_set, len(a))
        spend = week.spend.sum(axis=0)
        roas = cents[:, :, 0].sum(axis=0) / 100.0 / np.maximum(spend, 1.0)
        rng = np.random.default_rng([SEED, 40, day])
        chosen = own[(rng.random(len(own)) < 0.3) & ~np.isin(own, LEFT_ALONE)]
        usual = cents[:, :, 0].sum() / 100.0 / spend.sum()
        step = np.where(roas[chosen] > usual, 1.0, -1.0) * rng.choice([0.1, 0.15, 0.2], len(chosen))
        start = a.base_spend[chosen]
        moved = budgets[a.holder[chosen]] * (1.0 + step)
        budgets[a.holder[chosen]] = np.round(np.clip(moved, 0.6 * start, 1.6 * start))
    pooled = a.holder[[plan.campaign for plan in PLANS].index(POOLED_CAMPAIGN)]
    planned = {
        DAYS - 77: (pooled, 210.0),
        DAYS - 21: (pooled, 240.0),
        DAYS - 56: (a.holder[LOOKALIKE_RAISED], 88.0),  # more than 20 %: learning starts again
        DAYS - 4: (a.holder[IN_LEARNING], 90.0),
        DAYS - 26: (a.holder[STOPPED], 0.0),
    }
    if day in planned:
        holder, amount = planned[day]
        budgets[holder] = amount
    return budgets


def make_demo(days: int = DAYS) -> Customer:
    """Run the demo's account forward; fewer `days` make a small version of it."""
    settings, ad_sets = demo_settings(), demo_ad_sets()
    world = World(settings, ad_sets)
    budgets, past = world.start_budgets, list[DayResult]()
    for _ in range(days):
        budgets = buyer_edits(world, past, budgets)
        past.append(world.step(budgets))
    ads = demo_ads(settings, ad_sets)
    return record_customer(
        SEED,
        ad_sets,
        History.of(past),
        ads=ads,
        account=demo_account(ad_sets, ads),
        shop=ShopSettings(seed=SEED),
    )


def main() -> None:
    """Write the demo's raw files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=DEFAULT_FOLDER)
    folder = parser.parse_args().folder
    as_of = FIRST_DAY + timedelta(days=DAYS)
    write_export(
        folder,
        make_demo(),
        as_of,
        requests=REQUESTS,
        breakdowns=BREAKDOWN_REQUESTS,
        snapshots=SNAPSHOTS,
    )
    files = sorted(path for path in folder.iterdir() if path.is_file())
    size = sum(path.stat().st_size for path in files)
    print(f"{len(files)} files, {size / 1e6:.2f} MB, in {folder}")


if __name__ == "__main__":
    main()

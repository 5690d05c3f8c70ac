"""Small accounts that the tests look at; run as a script it prints a world's fingerprint."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import numpy as np

from python_jobs.simulation.account import make_account
from python_jobs.simulation.ads import draw_ads
from python_jobs.simulation.customer import Customer, record_customer
from python_jobs.simulation.history import History
from python_jobs.simulation.settings import WorldSettings
from python_jobs.simulation.shop import ShopSettings
from python_jobs.simulation.world import World, make_world

SMALL = WorldSettings(seed=5, ad_sets=12, ad_sets_per_campaign=4, campaign_budget_share=0.5)
DAYS = 45  # from 1 February 2026: over the start of daylight saving and a month's end


def run(world: World, days: int) -> History:
    return History.of([world.step(world.start_budgets) for _ in range(days)])


def record(settings: WorldSettings, days: int, *, budget_factor: float = 1.0) -> Customer:
    world = make_world(settings)
    budgets = world.start_budgets * budget_factor
    history = History.of([world.step(budgets) for _ in range(days)])
    ads = draw_ads(settings, world.ad_sets, days=DAYS)
    return record_customer(
        settings.seed,
        world.ad_sets,
        history,
        ads=ads,
        account=make_account(world.ad_sets, ads),
        shop=ShopSettings(earlier_days=20),
    )


def quiet(settings: WorldSettings) -> WorldSettings:
    """The same world without luck, so that a single effect can be seen."""
    return replace(
        settings,
        day_shock=0.0,
        ad_set_shock=0.0,
        drift=0.0,
        jump_rate=0.0,
        season=0.0,
        weekday_spread=0.0,
        spend_noise=0.0,
        demand_pull=0.0,
    )


def rows_of(folder: Path, stem: str) -> list[dict]:
    """The rows of `{stem}.json` or of its pages."""
    pages = [*folder.glob(f"{stem}.json"), *sorted(folder.glob(f"{stem}_page_*.json"))]
    return [row for page in pages for row in json.loads(page.read_text("utf-8"))["data"]]


def fingerprint() -> str:
    history = run(make_world(SMALL), 10)
    parts = [history.spend, history.funnel.impressions, history.purchases.value]
    return hashlib.sha256(b"".join(np.ascontiguousarray(p).tobytes() for p in parts)).hexdigest()


if __name__ == "__main__":
    print(fingerprint())

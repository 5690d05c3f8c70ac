import subprocess
import sys
import time
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
import simulated
from hypothesis import given, settings
from hypothesis import strategies as st
from simulated import SMALL, quiet, run

from python_jobs.simulation.ad_sets import draw_ad_sets
from python_jobs.simulation.purchases import Purchases
from python_jobs.simulation.settings import AUDIENCES, WorldSettings
from python_jobs.simulation.world import (
    LEARNED,
    LEARNING,
    LEARNING_LIMITED,
    World,
    make_world,
)

OWN_BUDGETS = replace(SMALL, campaign_budget_share=0.0)
POOLED = replace(SMALL, campaign_budget_share=1.0)


@settings(max_examples=15, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    ad_sets=st.integers(1, 20),
    share=st.sampled_from([0.0, 0.5, 1.0]),
    family=st.sampled_from(["power", "hill"]),
    factor=st.floats(0.3, 3.0),
    noise=st.sampled_from([0.06, 0.6]),
)
def test_spend_stays_within_budget_bound_week_and_capacity(
    seed, ad_sets, share, family, factor, noise
):
    account = WorldSettings(seed=seed, ad_sets=ad_sets, curve=family, spend_noise=noise)
    world = make_world(replace(account, campaign_budget_share=share))
    budgets = world.start_budgets * factor
    holder = world.ad_sets.holder
    week = np.zeros(len(budgets))
    for _ in range(15):
        day = world.step(budgets)
        assert (day.spend <= day.capacity + 1e-9).all()
        assert (day.spend <= day.ad_set_budgets * world.settings.overspend_bound + 1e-9).all()
        by_holder = np.bincount(holder, day.spend, len(budgets))
        week = by_holder if day.day.weekday() == 6 else week + by_holder
        assert (week <= 7 * budgets + 1e-6).all()
        assert np.bincount(holder, day.ad_set_budgets) == pytest.approx(budgets)
        assert (day.funnel.reach <= day.funnel.impressions).all()
        assert (day.funnel.link_clicks <= day.funnel.clicks).all()
        assert (day.funnel.clicks <= day.funnel.impressions).all()


def test_noise_overspends_on_some_days():
    history = run(make_world(OWN_BUDGETS), 20)
    assert (history.spend > history.ad_set_budgets).any()


def test_same_seed_gives_the_same_world_in_a_new_process():
    script = Path(simulated.__file__)
    other = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True)
    assert other.stdout.strip() == simulated.fingerprint()


def test_another_seed_gives_another_world():
    a, b = draw_ad_sets(SMALL), draw_ad_sets(replace(SMALL, seed=6))
    assert not np.array_equal(a.roas, b.roas)


def test_untouched_ad_sets_live_the_same_life_under_another_policy():
    one, two = make_world(OWN_BUDGETS), make_world(OWN_BUDGETS)
    changed = one.start_budgets.copy()
    changed[0] *= 1.15
    for _ in range(12):
        a, b = one.step(one.start_budgets), two.step(changed)
        assert np.array_equal(a.spend[1:], b.spend[1:])
        assert np.array_equal(a.expected_revenue[1:], b.expected_revenue[1:])
        mine, other = a.purchases.ad_set > 0, b.purchases.ad_set > 0
        for field in fields(Purchases):
            left, right = getattr(a.purchases, field.name), getattr(b.purchases, field.name)
            assert np.array_equal(left[mine], right[other])


def test_more_budget_adds_purchases_and_leaves_the_others_as_they_are():
    # many purchases, so that several blocks of random numbers are needed
    rich = replace(OWN_BUDGETS, median_daily_budget=3000.0, limited_share=0.0)
    few = make_world(rich).step(make_world(rich).start_budgets * 0.5).purchases
    many = make_world(rich).step(make_world(rich).start_budgets).purchases
    assert len(many) > len(few)
    for ad_set in range(rich.ad_sets):
        a = few.value[(few.ad_set == ad_set) & few.caused]
        b = many.value[(many.ad_set == ad_set) & many.caused]
        assert len(b) >= len(a)
        assert np.array_equal(b[: len(a)], a)


@pytest.mark.parametrize("family", ["power", "hill"])
@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10**6), low=st.floats(0.1, 1.0))
def test_revenue_of_spend_rises_at_a_falling_rate_up_to_capacity(family, seed, low):
    world = make_world(replace(SMALL, seed=seed, curve=family))
    grid = low * np.arange(1, 9)[:, None] * world.ad_sets.base_spend
    revenue = world.revenue_of_spend(grid)
    gain = np.diff(revenue, axis=0)
    assert (gain >= -1e-9).all()
    assert (np.diff(gain, axis=0) <= 1e-9).all()
    beyond = world.revenue_of_spend(world.ad_sets.capacity * 3)
    assert beyond == pytest.approx(world.revenue_of_spend(world.ad_sets.capacity))


@pytest.mark.parametrize("family", ["power", "hill"])
def test_a_larger_account_budget_is_expected_to_earn_more_but_less_than_in_proportion(family):
    world = make_world(replace(POOLED, curve=family, limited_share=0.0))
    now = world.expected_revenue(world.start_budgets, typical=True).sum()
    more = world.expected_revenue(world.start_budgets * 1.2, typical=True).sum()
    assert now < more < 1.2 * now


def test_expected_revenue_is_what_the_step_then_expects():
    world = make_world(SMALL)
    world.step(world.start_budgets)
    before = world.expected_revenue(world.start_budgets * 1.1)
    again = world.expected_revenue(world.start_budgets * 1.1)
    assert np.array_equal(before, again)
    assert np.array_equal(world.step(world.start_budgets * 1.1).expected_revenue, before)


def test_purchases_earn_what_is_expected():
    history = run(make_world(replace(SMALL, ad_sets=60)), 60)
    bought = history.purchases
    earned = bought.value[bought.caused].sum()
    assert earned == pytest.approx(history.expected_revenue.sum(), rel=0.04)


def test_saturation_takes_from_doubling_the_spend():
    gains = []
    for saturation in (0.5, 1.0, 1.5):
        world = make_world(replace(quiet(SMALL), saturation=saturation, limited_share=0.0))
        base = world.ad_sets.base_spend
        gains.append((world.revenue_of_spend(2 * base) / world.revenue_of_spend(base)).mean())
    assert gains[0] > gains[1] > gains[2] > 1


def test_fatigue_lowers_response_and_clicks():
    fresh = replace(draw_ad_sets(SMALL), start_exposure=np.zeros(SMALL.ad_sets))
    tired = World(quiet(SMALL), fresh)
    rested = World(
        quiet(SMALL), replace(fresh, fatigue_exponent=np.zeros_like(fresh.fatigue_exponent))
    )
    first = tired.revenue_of_spend(fresh.base_spend).sum()
    with_fatigue, without = run(tired, 60), run(rested, 60)
    assert tired.revenue_of_spend(fresh.base_spend).sum() < 0.8 * first
    assert rested.revenue_of_spend(fresh.base_spend).sum() == pytest.approx(first)
    assert (np.diff(with_fatigue.exposure[:, 0]) > 0).all()
    clicks = with_fatigue.funnel.link_clicks[-7:].sum() / with_fatigue.funnel.impressions[-7:].sum()
    usual = without.funnel.link_clicks[-7:].sum() / without.funnel.impressions[-7:].sum()
    assert clicks < 0.85 * usual


def test_spend_is_followed_by_fatigue_of_its_own_ad_set_only():
    little, much = make_world(quiet(OWN_BUDGETS)), make_world(quiet(OWN_BUDGETS))
    louder = much.start_budgets.copy()
    louder[1] *= 1.2
    for _ in range(30):
        quietly, loudly = little.step(little.start_budgets), much.step(louder)
    assert loudly.exposure[1] >= quietly.exposure[1]
    assert np.array_equal(np.delete(loudly.exposure, 1), np.delete(quietly.exposure, 1))


def test_a_step_above_twenty_per_cent_restarts_learning_and_costs_response():
    world = make_world(quiet(OWN_BUDGETS))
    budgets = world.start_budgets
    world.step(budgets)
    at_limit, above = budgets * 1.2, budgets * 1.21
    kept = world.fork().step(at_limit)
    reset = world.fork().step(above)
    assert (kept.learning != LEARNING).all()
    assert (reset.learning == LEARNING).all()
    assert (reset.days_since_edit == 0).all()
    assert (reset.learning_events == 0).all()
    room = world.ad_sets.capacity > above * 1.1
    assert (reset.expected_revenue[room] < kept.expected_revenue[room]).all()


def test_learning_ends_with_fifty_events_or_stays_limited_after_a_week():
    busy = replace(quiet(OWN_BUDGETS), median_daily_budget=2000.0, budget_spread=0.1)
    slow = replace(quiet(OWN_BUDGETS), median_daily_budget=10.0, budget_spread=0.1)
    for account, end in ((busy, LEARNED), (slow, LEARNING_LIMITED)):
        world = make_world(account)
        seen = [world.step(world.start_budgets * 1.5).learning for _ in range(9)]
        assert (seen[0] == LEARNING).all()
        assert (seen[-1] == end).mean() > 0.8


def test_a_pause_of_a_week_restarts_learning_and_a_day_does_not():
    for days, status in ((1, False), (7, True)):
        world = make_world(quiet(OWN_BUDGETS))
        world.step(world.start_budgets)
        for _ in range(days):
            paused = world.step(world.start_budgets * 0.0)
            assert paused.spend.sum() == 0
            assert paused.funnel.impressions.sum() == 0
            assert len(paused.purchases) == 0
        assert (world.step(world.start_budgets).learning == LEARNING).all() == status


def test_an_ad_set_delivers_nothing_before_its_first_day_and_learns_then():
    drawn = draw_ad_sets(OWN_BUDGETS)
    first_day = drawn.first_day.copy()
    first_day[2] = 4
    world = World(OWN_BUDGETS, replace(drawn, first_day=first_day))
    days = [world.step(world.start_budgets) for _ in range(6)]
    assert [bool(day.spend[2] > 0) for day in days] == [False] * 4 + [True] * 2
    assert days[4].learning[2] == LEARNING
    assert days[4].days_since_edit[2] == 0


def test_some_ad_sets_cannot_spend_their_budget():
    history = run(make_world(replace(SMALL, ad_sets=120, campaign_budget_share=0.0)), 14)
    used = history.spend.sum(axis=0) / history.ad_set_budgets.sum(axis=0)
    assert 0.10 < (used < 0.92).mean() < 0.40
    assert np.median(used) > 0.95


def test_a_fork_leaves_the_world_alone():
    world = make_world(SMALL)
    for _ in range(3):
        world.fork().step(world.start_budgets * 2)
    assert world.number == 0
    fresh = make_world(SMALL).step(world.start_budgets)
    assert np.array_equal(world.step(world.start_budgets).spend, fresh.spend)


@pytest.mark.parametrize(
    "spoil",
    [lambda b: b[:-1], lambda b: -b, lambda b: b * np.nan],
    ids=["too few", "negative", "missing"],
)
def test_bad_budgets_are_refused(spoil):
    world = make_world(SMALL)
    with pytest.raises(ValueError, match="budgets"):
        world.step(spoil(world.start_budgets))
    assert world.number == 0


def test_levels_are_those_of_real_accounts():
    world = make_world(WorldSettings(ad_sets=150, seed=11))
    history = run(world, 60)
    spend, funnel = history.spend.sum(), history.funnel
    assert 8 < 1000 * spend / funnel.impressions.sum() < 12
    assert 0.008 < funnel.link_clicks.sum() / funnel.impressions.sum() < 0.013
    bought = history.purchases
    reported = np.bincount(bought.ad_set[bought.credited], bought.value[bought.credited], 150)
    used = history.spend.sum(axis=0) > 100
    roas = reported[used] / history.spend.sum(axis=0)[used]
    assert 1.5 < np.median(roas) < 2.7
    retargeting = world.ad_sets.audience[used] == AUDIENCES.index("retargeting")
    assert np.median(roas[retargeting]) > 1.3 * np.median(roas[~retargeting])


def test_a_day_of_150_ad_sets_takes_under_5_ms():
    world = make_world(WorldSettings(ad_sets=150))
    seconds = []
    for _ in range(20):
        begin = time.perf_counter()
        world.step(world.start_budgets)
        seconds.append(time.perf_counter() - begin)
    assert np.median(seconds) < 0.005

from datetime import timedelta
from itertools import pairwise

import numpy as np
import pytest
from simulated import SMALL, record, run

from python_jobs.simulation.history import WINDOW_NAMES, History
from python_jobs.simulation.settings import AUDIENCES, USUAL_MATURITY, WorldSettings
from python_jobs.simulation.world import make_world


def seen_on(history: History, days_after_last: int):
    as_of = history.first_day + timedelta(days=history.days + days_after_last)
    bought = history.purchases
    return history.reported(as_of, bought.ad_set, history.spend.shape[1])


def test_visible_purchases_grow_with_age_to_the_final_number(customer):
    history = customer.history
    counts, values = zip(*(seen_on(history, age) for age in range(9)), strict=True)
    for table in (counts, values):
        assert all((older >= younger).all() for younger, older in pairwise(table))
    assert counts[0][-1].sum() < counts[-1][-1].sum()
    credited = history.purchases.credited
    assert counts[-1][:, :, 0].sum() == credited.sum()
    cents = np.rint(history.purchases.value[credited] * 100).sum()
    assert values[-1][:, :, 0].sum() == cents
    assert np.array_equal(counts[7], counts[8])


def test_nothing_of_a_day_is_visible_before_the_next_morning(customer):
    history = customer.history
    on_third_day = history.first_day + timedelta(days=2)
    counts, _ = history.reported(on_third_day, history.purchases.ad_set, SMALL.ad_sets)
    assert counts[2:].sum() == 0
    assert counts[:2].sum() > 0


def test_windows_overlap_as_meta_defines_them(customer):
    counts, values = seen_on(customer.history, 7)
    for table in (counts, values):
        window = dict(zip(WINDOW_NAMES, np.moveaxis(table, 2, 0), strict=True))
        assert (window["1d_click"] <= window["7d_click"]).all()
        assert np.array_equal(window["value"], window["7d_click"] + window["1d_view"])
        assert (window["1d_click"] < window["7d_click"]).any()
        assert window["1d_view"].any()


def test_the_share_visible_at_an_age_follows_the_maturity_curve():
    history = run(make_world(WorldSettings(ad_sets=80, seed=3)), 40)
    delay = history.purchases.delay
    shares = [(delay <= age).mean() for age in range(8)]
    assert shares == pytest.approx(USUAL_MATURITY, abs=0.02)


def test_meta_claims_more_than_the_truth_for_retargeting_only():
    world = make_world(WorldSettings(ad_sets=150, seed=4))
    history = run(world, 60)
    bought = history.purchases
    retargeting = world.ad_sets.audience[bought.ad_set] == AUDIENCES.index("retargeting")
    for audience, low, high in ((retargeting, 1.4, 2.4), (~retargeting, 0.88, 0.98)):
        claimed = bought.value[audience & bought.credited].sum()
        true = bought.value[audience & bought.caused].sum()
        assert low < claimed / true < high
    assert bought.caused[~retargeting].all()


def test_a_part_is_what_running_only_those_days_shows(customer):
    history = customer.history
    part = history.part(10, 20)
    assert part.days == 10
    assert part.dates == history.dates[10:20]
    assert np.array_equal(part.spend, history.spend[10:20])
    assert np.array_equal(part.funnel.reach, history.funnel.reach[10:20])
    late = history.first_day + timedelta(days=60)
    whole, _ = history.reported(late, history.purchases.ad_set, SMALL.ad_sets)
    alone, _ = part.reported(late, part.purchases.ad_set, SMALL.ad_sets)
    assert np.array_equal(alone, whole[10:20])


def test_a_longer_history_keeps_its_past():
    short, long = record(SMALL, 20), record(SMALL, 30)
    assert np.array_equal(long.history.spend[:20], short.history.spend)
    assert np.array_equal(long.delivery.spend_cents[:20], short.delivery.spend_cents)
    morning = short.history.first_day + timedelta(days=20)
    known = short.orders.known(morning)
    assert known == long.orders.known(morning) > 0
    for name in ("created", "total", "customer", "state_day", "refund", "channel", "ad"):
        left, right = getattr(short.orders, name), getattr(long.orders, name)
        assert np.array_equal(left[:known], right[:known])

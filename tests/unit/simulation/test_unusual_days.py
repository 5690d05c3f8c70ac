"""Days out of the ordinary: an outage of what Meta sees, a peak of demand."""

from dataclasses import fields, replace
from datetime import timedelta

import numpy as np
import pytest
from simulated import SMALL, quiet, record, run

from python_jobs.simulation.ad_sets import draw_ad_sets
from python_jobs.simulation.purchases import Purchases
from python_jobs.simulation.settings import AUDIENCES, WorldSettings
from python_jobs.simulation.world import World, make_world

DARK = (10, 11, 12)
ALL_TRACKED = replace(SMALL, tracked_share=1.0, over_claim=(0.0, 0.0, 0.0, 0.0))


@pytest.fixture(scope="module")
def usual():
    return record(ALL_TRACKED, 25)


@pytest.fixture(scope="module")
def dark():
    return record(replace(ALL_TRACKED, outage_days=DARK), 25)


def test_meta_never_reports_what_was_bought_during_an_outage(dark):
    history = dark.history
    missed = np.isin(history.order_day, DARK)
    assert missed.sum() > 20
    # everything else is tracked in this account
    assert np.array_equal(history.purchases.credited, ~missed)
    years_later = history.first_day + timedelta(days=999)
    counts, cents = history.reported(years_later, history.purchases.ad_set, SMALL.ad_sets)
    assert counts[:, :, 0].sum() == (~missed).sum()
    assert cents[:, :, 0].sum() == np.rint(history.purchases.value[~missed] * 100).sum()
    # by day of the purchase: who clicked before the outage and bought in it is missed as well
    clicked_before = missed & (history.purchase_day < DARK[0])
    assert clicked_before.any()


def test_an_outage_changes_nothing_but_what_meta_reports(usual, dark):
    one, other = usual.history, dark.history
    for name in ("spend", "expected_revenue", "learning", "learning_events", "capacity"):
        assert np.array_equal(getattr(one, name), getattr(other, name)), name
    for field in fields(Purchases):
        if field.name != "credited":
            left, right = getattr(one.purchases, field.name), getattr(other.purchases, field.name)
            assert np.array_equal(left, right), field.name
    for field in fields(usual.orders):
        left, right = getattr(usual.orders, field.name), getattr(dark.orders, field.name)
        assert np.array_equal(left, right), field.name


def test_an_outage_does_not_keep_ad_sets_in_learning():
    # a step of 50 % restarts learning; Meta's events would come late if the outage took them
    learning = []
    for days in ((), tuple(range(2, 9))):
        world = make_world(replace(ALL_TRACKED, median_daily_budget=900.0, outage_days=days))
        budgets = world.start_budgets * 1.5
        learning.append(np.stack([world.step(budgets).learning for _ in range(12)]))
    assert np.array_equal(*learning)
    assert len(np.unique(learning[0])) > 1


def two_ad_sets(settings: WorldSettings) -> World:
    drawn = draw_ad_sets(replace(settings, ad_sets=2, campaign_budget_share=0.0))
    return World(
        replace(settings, ad_sets=2),
        replace(
            drawn,
            base_spend=np.array([100.0, 300.0]),
            elasticity=np.array([0.5, 0.75]),
            capacity=np.array([1_000.0, 3_000.0]),
        ),
    )


def test_the_lift_of_a_peak_by_hand():
    # weighted elasticity (100 x 0.5 + 300 x 0.75) / 400 = 0.6875; 4 ** 0.3125 = 2 ** 0.625
    assert two_ad_sets(SMALL).peak_lift == pytest.approx(1.5422108)
    assert two_ad_sets(replace(SMALL, peak_size=1.0)).peak_lift == 1.0


def test_a_peak_lifts_response_and_room_to_spend_on_its_days_alone():
    usual, peak = (
        two_ad_sets(replace(quiet(SMALL), fatigue=0.0, peak_days=days)) for days in ((), (1, 2))
    )
    budgets = np.array([50.0, 400.0])
    for day in range(4):
        one, other = usual.step(budgets), peak.step(budgets)
        is_peak = day in (1, 2)
        assert other.spend == pytest.approx(one.spend)
        assert other.capacity == pytest.approx(one.capacity * (4.0 if is_peak else 1.0))
        lift = 1.5422108 if is_peak else 1.0
        assert other.expected_revenue == pytest.approx(one.expected_revenue * lift)


def test_at_four_budgets_the_next_unit_returns_in_a_peak_what_it_usually_does():
    settings = replace(quiet(SMALL), ad_sets=1, peak_days=(1,))
    drawn = draw_ad_sets(settings)
    world = World(settings, replace(drawn, capacity=drawn.base_spend * 9.0))
    usual = np.diff(world.revenue_of_spend(drawn.base_spend * [[0.999], [1.001]]), axis=0)
    # the day before leaves as many impressions behind as every day
    world.step(world.start_budgets)
    fatigue = world.revenue_of_spend(drawn.base_spend) / world.peak_lift
    peak = np.diff(world.revenue_of_spend(drawn.base_spend * [[3.999], [4.001]]), axis=0)
    before = World(settings, replace(drawn, capacity=drawn.base_spend * 9.0))
    response = fatigue / before.revenue_of_spend(drawn.base_spend)
    assert peak == pytest.approx(usual * response, rel=1e-5)


def test_orders_carry_ids_as_often_as_their_audience_does():
    shares = (0.1, 0.2, 0.3, 0.9)
    world = make_world(WorldSettings(ad_sets=150, utm_share=shares, view_share=(0.0,) * 4))
    bought = run(world, 20).purchases
    for kind, share in enumerate(shares):
        mine = bought.caused & (world.ad_sets.audience[bought.ad_set] == kind)
        assert bought.has_ids[mine].mean() == pytest.approx(share, abs=0.03), AUDIENCES[kind]

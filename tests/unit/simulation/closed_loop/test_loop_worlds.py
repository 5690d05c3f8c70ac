from dataclasses import replace

import numpy as np
import pytest

from python_jobs.simulation.closed_loop.worlds import (
    FAMILIES,
    FIRST_SEED,
    RUN_DAYS,
    SEEDS_PER_SIZE,
    SIZES,
    WARM_UP_DAYS,
    WorldSpec,
    draw_settings,
)
from python_jobs.simulation.world import make_world


def test_nobody_can_tune_on_a_world_that_judges():
    seeds = {
        purpose: {
            WorldSpec(purpose, size, "power", "buyer", number).seed
            for size in SIZES
            for number in (0, SEEDS_PER_SIZE - 1)
        }
        for purpose in FIRST_SEED
    }
    assert max(seeds["tuning"]) < min(seeds["judging"])
    assert len(seeds["judging"]) == 2 * len(SIZES)
    with pytest.raises(ValueError, match="number is 1000"):
        _ = WorldSpec("tuning", "10", "power", "buyer", SEEDS_PER_SIZE).seed


def test_curve_and_start_leave_the_account_as_it_is():
    one = draw_settings(WorldSpec("tuning", "40", "power", "buyer", 3))
    other = draw_settings(WorldSpec("tuning", "40", "hill", "random", 3))
    different = {name for name in vars(one) if getattr(one, name) != getattr(other, name)}
    assert different == {"curve"}


@pytest.mark.parametrize(
    ("family", "differs"),
    [
        ("usual", set()),
        ("outage", {"outage_days"}),
        ("peak", {"peak_days"}),
        ("harm", {"over_claim", "utm_share"}),
    ],
)
def test_a_family_changes_what_it_is_named_for_and_nothing_else(family, differs):
    for number in range(5):
        usual = WorldSpec("judging", "10", "power", "buyer", number)
        unusual = WorldSpec("judging", "10", "power", "buyer", number, family)
        assert unusual.seed == usual.seed
        one, other = draw_settings(usual), draw_settings(unusual)
        assert {n for n in vars(one) if getattr(one, n) != getattr(other, n)} == differs


@pytest.mark.parametrize(
    ("family", "name", "length"), [("outage", "outage_days", 3), ("peak", "peak_days", 4)]
)
def test_unusual_days_follow_one_another_inside_the_run_and_are_drawn_by_world(
    family, name, length
):
    firsts = set()
    for number in range(40):
        settings = draw_settings(WorldSpec("judging", "10", "power", "buyer", number, family))
        days = getattr(settings, name)
        first = days[0] - WARM_UP_DAYS
        assert days == tuple(range(days[0], days[0] + length))
        # between days 14 and 35 of the run: weeks of usual days before and after
        assert 14 <= first <= 35 < RUN_DAYS - 7
        firsts.add(first)
    assert len(firsts) > 10


def test_shopify_is_the_worse_witness_where_it_harms():
    settings = draw_settings(WorldSpec("tuning", "10", "power", "buyer", 0, "harm"))
    assert set(settings.over_claim) == {0.0}
    # of the middle, 20 %: half for prospecting, one and a half for retargeting
    assert settings.utm_share == (0.1, 0.1, 0.1, 0.3)


@pytest.mark.parametrize("family", FAMILIES)
def test_families_are_lived_through_under_the_same_luck(family):
    spec = WorldSpec("tuning", "10", "power", "buyer", 3, family)
    world, usual = (
        make_world(draw_settings(spec)),
        make_world(draw_settings(replace(spec, family="usual"))),
    )
    one, other = (w.step(w.start_budgets) for w in (world, usual))
    assert np.array_equal(one.spend, other.spend)
    assert np.array_equal(one.expected_revenue, other.expected_revenue)


@pytest.mark.parametrize(("size", "ad_sets"), [("10", 10), ("40", 40), ("150", 150), ("small", 20)])
def test_accounts_have_their_size(size, ad_sets):
    world = make_world(draw_settings(WorldSpec("judging", size, "power", "buyer", 0)))
    assert len(world.ad_sets) == ad_sets
    if size == "small":
        assert np.bincount(world.ad_sets.holder).tolist() == [4] * 5


def test_worlds_differ_in_all_that_the_product_claims_to_handle():
    worlds = [draw_settings(WorldSpec("judging", "10", "power", "buyer", n)) for n in range(20)]
    for name in (
        "dispersion saturation fatigue maturity over_claim utm_share jump_rate drift day_shock "
        "ad_set_shock weekday_spread"
    ).split():
        assert len({getattr(world, name) for world in worlds}) > 2, name
    assert len({world.first_day.month for world in worlds}) > 6

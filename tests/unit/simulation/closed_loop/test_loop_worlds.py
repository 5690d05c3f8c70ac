import numpy as np
import pytest

from python_jobs.simulation.closed_loop.worlds import (
    FIRST_SEED,
    SEEDS_PER_SIZE,
    SIZES,
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

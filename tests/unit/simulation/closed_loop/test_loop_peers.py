"""Every peer keeps the limits; and each does what it is known for, on mornings made by hand."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from mornings import morning

from python_jobs.simulation.closed_loop.limits import permitted
from python_jobs.simulation.closed_loop.loop import ManagedAccount
from python_jobs.simulation.closed_loop.peers import PEERS
from python_jobs.simulation.closed_loop.peers.bandits import LEVELS, _knapsack, shared_elasticity
from python_jobs.simulation.closed_loop.peers.sketch import shopify_correction


def idle(account: ManagedAccount) -> ManagedAccount:
    """The account with an ad set that never spent a cent nor sold anything."""
    account = account.fork()
    account.record.delivered[:, :, 0] = 0.0
    account.record.reported[..., 0] = 0.0
    account.record.orders[..., 0] = 0.0
    return account


@pytest.mark.parametrize("fixture", ["start", "small_start"])
@pytest.mark.parametrize("change", [lambda account: account, idle])
@pytest.mark.parametrize("name", PEERS)
def test_peers_keep_step_and_total_by_themselves(name, change, fixture, request):
    seen = change(request.getfixturevalue(fixture)).seen()
    wanted = PEERS[name](seen)
    _, corrected = permitted(wanted, seen.budgets, seen.total + 0.01 * len(seen.budgets))
    assert not corrected
    again = PEERS[name](replace(seen, rng=np.random.default_rng(0)))
    assert again.shape == wanted.shape


def test_flat_steps_raise_what_is_above_the_account_and_cut_the_rest():
    wanted = PEERS["flat steps"](morning([100.0, 100.0], roas=[3.0, 1.0]))
    assert wanted == pytest.approx([120.0, 80.0])


def test_an_equal_split_ends_after_steps():
    # 100 of 400 each is out of reach: 1.2 x 50, and 0.8 x 250 is more than its share
    wanted = PEERS["equal split"](morning([250.0, 100.0, 50.0], roas=[1.0] * 3))
    assert wanted == pytest.approx([220.0, 120.0, 60.0])


def test_the_buyer_goes_in_proportion_up_to_a_fifth_and_never_feeds_what_is_idle():
    # account ROAS 2: 1.1 and 0.9 of today's budgets add up already
    wanted = PEERS["buyer goes on"](morning([100.0, 100.0], roas=[2.2, 1.8]))
    assert wanted == pytest.approx([110.0, 90.0], rel=1e-6)
    wanted = PEERS["buyer goes on"](
        morning([100.0, 100.0, 100.0], roas=[9.0, 2.0, 2.0], spent=[0.5, 1.0, 1.0])
    )
    assert wanted[0] == pytest.approx(80.0)
    assert wanted[1] == pytest.approx(wanted[2])
    assert wanted.sum() == pytest.approx(300.0)


@pytest.mark.parametrize(
    "name", ["proportional", "response curves", "greedy grid", "sketch", "common rules"]
)
def test_the_better_ad_set_gets_more(name):
    seen = morning([100.0, 100.0], roas=[3.0, 1.0], purchases=[15.0, 5.0])
    wanted = PEERS[name](seen)
    assert wanted[0] > 100.0 > wanted[1]


@pytest.mark.parametrize("name", ["Thompson", "hierarchical Thompson", "GP bandit"])
def test_bandits_mostly_prefer_the_better_one_and_sometimes_explore(name):
    seen = morning([100.0, 100.0], roas=[2.7, 2.0], purchases=[0.81, 0.60])
    wanted = [PEERS[name](replace(seen, rng=np.random.default_rng(seed)))[0] for seed in range(60)]
    better = np.mean(np.array(wanted) > 100.0)
    assert 0.5 < better < 1.0


def test_common_rules_take_the_first_that_fits():
    # ROAS against the account's 2.0: 1.65 and steady is 'excellent', 0.35 is frozen by safety
    seen = morning([100.0, 100.0], roas=[3.3, 0.7], purchases=[15.0, 3.5])
    # factors 1.15 and 1, scaled until they add up to 200: 1.15 / 2.15 and 1 / 2.15 of it
    assert PEERS["common rules"](seen) == pytest.approx([106.977, 93.023], abs=1e-3)
    # nothing else fits: as good as the account and better gets 5 % more on a Saturday
    level = {"roas": [2.2, 2.0, 1.8], "purchases": [22.0, 20.0, 18.0], "spent": [0.9] * 3}
    assert PEERS["common rules"](morning([100.0] * 3, **level)) == pytest.approx([100.0] * 3)
    saturday = PEERS["common rules"](morning([100.0] * 3, **level, today=date(2026, 4, 4)))
    assert saturday == pytest.approx([300 * 1.05 / 3.10, 300 * 1.05 / 3.10, 300 / 3.10])


def test_the_rule_pack_stops_what_sells_nothing():
    seen = morning([100.0, 100.0], roas=[2.0, 0.0], purchases=[4.0, 0.0])
    assert PEERS["rule-tool pack"](seen)[1] == pytest.approx(80.0)


def test_the_sketch_believes_the_shop_where_meta_claims_too_much():
    # equal claims, but Shopify confirms a third of the second audience type's
    audience, matched = [0, 3], [0.6, 0.2]
    seen = morning([100.0, 100.0], roas=[2.0, 2.0], matched=matched, audience=audience)
    # claims of 56 days: 280 each, 0.4 confirmed over all: (168 + 8) / 300 and (56 + 8) / 300
    assert shopify_correction(seen) == pytest.approx([176 / 120, 64 / 120])
    assert PEERS["sketch"](seen) == pytest.approx([120.0, 80.0])


def test_the_knapsack_finds_the_best_levels():
    lower = np.array([80.0, 40.0, 8.0])
    grid = np.linspace(lower, 1.5 * lower, LEVELS)
    rng = np.random.default_rng(5)
    gain = np.cumsum(rng.random(grid.shape), axis=0)
    total = 1.25 * lower.sum()
    picked = _knapsack(grid, gain, total)
    assert picked.sum() <= total + 1e-9

    def worth(levels):
        return gain[levels, np.arange(3)].sum()

    every = np.stack(np.meshgrid(*[np.arange(LEVELS)] * 3), axis=-1).reshape(-1, 3)
    # money is cut into thousandths, rounded up for each holder
    affordable = grid[every, np.arange(3)].sum(axis=1) <= total - 0.003 * (total - lower.sum())
    found = np.array([np.abs(grid[:, i] - picked[i]).argmin() for i in range(3)])
    assert worth(found) >= max(worth(levels) for levels in every[affordable]) - 1e-9


def test_elasticity_is_found_where_budgets_moved():
    seen = morning([100.0] * 30, roas=[2.0] * 30)
    factor = np.exp(0.5 * np.random.default_rng(1).standard_normal((12, 30))).repeat(7, axis=0)
    # 200 purchases a day, so that a week's count is nearly exact; 0.55 is neither prior nor bound
    moved = replace(seen, spend=100.0 * factor, purchases=200.0 * factor**0.55)
    assert shared_elasticity(moved) == pytest.approx(0.55, abs=0.02)
    assert shared_elasticity(seen) == pytest.approx(0.75)

import numpy as np
import pytest

from python_jobs.simulation.closed_loop.clairvoyant import best_step, clairvoyant
from python_jobs.simulation.closed_loop.limits import held, step_limits
from python_jobs.simulation.closed_loop.loop import RUN_DAYS, decides, run, warm_up
from python_jobs.simulation.closed_loop.peers import PEERS
from python_jobs.simulation.closed_loop.worlds import WorldSpec

left_alone = PEERS["left alone"]


def test_left_alone_is_the_world_under_unchanged_budgets(start):
    outcome = run(start, left_alone, "every 2nd day")
    world = start.world.fork()
    days = [world.step(start.budgets) for _ in range(RUN_DAYS)]
    assert outcome.revenue == pytest.approx(sum(day.expected_revenue.sum() for day in days))
    assert outcome.spend == pytest.approx(sum(day.spend.sum() for day in days))
    assert outcome.edits == 0
    assert outcome.total == pytest.approx(start.budgets.sum() * RUN_DAYS)
    assert outcome.spend < outcome.deliverable * 1.1
    assert outcome.deliverable <= outcome.total


def test_a_run_leaves_its_start_alone_and_can_be_repeated(start):
    before = start.seen()
    first = run(start, PEERS["Thompson"], "weekly")
    run(start, PEERS["flat steps"], "every 2nd day")
    assert run(start, PEERS["Thompson"], "weekly") == first
    after = start.seen()
    assert after.today == before.today
    assert np.array_equal(after.purchases, before.purchases)


@pytest.mark.parametrize(
    ("rhythm", "days"),
    [
        ("every 2nd day", [0, 2, 4, 6, 8, 10, 12]),
        ("twice a week", [0, 3, 7, 10]),
        ("weekly", [0, 7]),
    ],
)
def test_rhythms(rhythm, days):
    assert [day for day in range(14) if decides(rhythm, day)] == days


def test_what_is_seen_is_what_the_account_would_export(start):
    seen, customer = start.seen(), start.export()
    history = customer.history
    counts, cents = history.reported(seen.today, history.purchases.ad_set, len(customer.ad_sets))
    assert np.array_equal(seen.purchases, counts[:, :, 0])
    assert seen.purchase_value == pytest.approx(cents[:, :, 0] / 100)
    assert np.array_equal(seen.spend, history.spend)
    orders = customer.orders
    known = slice(0, orders.known(seen.today))
    assert seen.orders.sum() == (orders.ad[known] >= 0).sum()


def test_young_days_show_less_than_they_will(start):
    seen = start.seen()
    later = start.fork()
    for _ in range(8):
        later.live()
    grown = later.seen().purchases[: len(seen.purchases)]
    assert (grown[-7:] >= seen.purchases[-7:]).all()
    assert grown[-7:].sum() > seen.purchases[-7:].sum()
    assert np.array_equal(grown[:-7], seen.purchases[:-7])


def test_a_policy_that_wants_too_much_is_held_to_step_and_total(start):
    outcome = run(start, lambda seen: 3.0 * seen.budgets, "weekly")
    assert outcome.corrected == outcome.decisions == 8
    unbounded = run(start, left_alone, "weekly")
    # everything up by one factor is nothing moved but cents
    assert outcome.revenue == pytest.approx(unbounded.revenue, rel=1e-3)


@pytest.mark.parametrize("fixture", ["start", "small_start"])
def test_no_other_step_beats_the_clairvoyants(fixture, request):
    account = request.getfixturevalue(fixture)
    lower, upper = step_limits(account.budgets)

    def worth(budgets):
        return account.world.expected_revenue(budgets, typical=True).sum()

    best = best_step(account)
    assert (best >= lower - 1e-9).all()
    assert (best <= upper + 1e-9).all()
    assert best.sum() == pytest.approx(account.total, abs=0.02)
    rng = np.random.default_rng(1)
    for _ in range(200):
        other = held(account.budgets * rng.lognormal(0, 0.3, len(best)), lower, upper, best.sum())
        assert worth(other) <= worth(best) * (1 + 1e-6)


def test_the_clairvoyant_earns_more_than_left_alone_and_most_peers(start):
    best = clairvoyant(start).revenue
    assert best > run(start, left_alone, "weekly").revenue
    assert best > run(start, PEERS["sketch"], "every 2nd day").revenue


def test_a_buyer_leaves_a_better_start_than_chance():
    gains = []
    for number in range(3):
        revenue = [
            run(
                warm_up(WorldSpec("tuning", "10", "power", s, number)), left_alone, "weekly"
            ).revenue
            for s in ("buyer", "random")
        ]
        gains.append(revenue[0] / revenue[1])
    assert np.mean(gains) > 1.05

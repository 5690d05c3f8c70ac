import numpy as np
import pytest

from python_jobs.simulation.closed_loop.clairvoyant import best_step, clairvoyant
from python_jobs.simulation.closed_loop.limits import held, step_limits
from python_jobs.simulation.closed_loop.loop import decides, run, warm_up
from python_jobs.simulation.closed_loop.peers import PEERS
from python_jobs.simulation.closed_loop.worlds import RUN_DAYS, WARM_UP_DAYS, WorldSpec

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


def test_the_usual_world_stays_what_it_is_whatever_else_worlds_can_do(start):
    # what the code returned when budgets became whole; families of worlds had changed nothing
    assert run(start, left_alone, "twice a week").revenue == pytest.approx(65151.026335322065)
    assert run(start, PEERS["sketch"], "twice a week").revenue == pytest.approx(66122.21642330164)
    assert clairvoyant(start).revenue == pytest.approx(67216.52095091066)


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


@pytest.fixture(scope="module")
def dark():
    """The account of `start` with an outage."""
    return warm_up(WorldSpec("tuning", "10", "power", "buyer", 2, "outage"))


def test_an_outage_costs_nothing_but_by_decisions(start, dark):
    for decide in (left_alone, PEERS["equal split"]):
        usual, blind = (run(account, decide, "twice a week") for account in (start, dark))
        assert blind.revenue == usual.revenue
        assert blind.spend == usual.spend
    assert clairvoyant(dark).revenue == clairvoyant(start).revenue
    fooled, usual = (run(account, PEERS["flat steps"], "twice a week") for account in (dark, start))
    assert fooled.revenue != usual.revenue


def test_during_an_outage_meta_shows_nothing_bought_and_the_shop_all_its_orders(start, dark):
    usual, blind = start.fork(), dark.fork()
    first = blind.world.settings.outage_days[0]
    for _ in range(first + 3 - WARM_UP_DAYS):
        usual.live()
        blind.live()
    one, other = usual.seen(), blind.seen()
    assert np.array_equal(one.orders, other.orders)
    assert np.array_equal(one.spend, other.spend)
    assert one.purchases[first:].sum() > 10
    # who clicks in an outage has bought nothing by its end that Meta could know of
    assert other.purchases[first:].sum() == 0
    assert (other.purchases[first - 7 : first].sum()) < one.purchases[first - 7 : first].sum()
    assert np.array_equal(one.purchases[: first - 7], other.purchases[: first - 7])


def test_cuts_on_the_mornings_after_days_of_an_outage_are_counted(dark):
    first = dark.world.settings.outage_days[0] - WARM_UP_DAYS
    # three mornings; those with an even number have a decision
    mornings = [day for day in range(first + 1, first + 4) if day % 2 == 0]

    def cut_all_but_one(seen):
        return np.append(0.9 * seen.budgets[:-1], seen.budgets[-1:])

    outcome = run(dark, cut_all_but_one, "every 2nd day")
    assert outcome.outage_decisions == len(mornings)
    assert outcome.outage_cuts == len(mornings) * (len(dark.budgets) - 1)
    assert run(dark, left_alone, "every 2nd day").outage_cuts == 0


@pytest.fixture(scope="module")
def peak():
    """The account of `start` with a peak."""
    return warm_up(WorldSpec("tuning", "10", "power", "buyer", 2, "peak"))


def test_left_alone_is_scaled_by_four_on_the_days_of_a_peak_and_back(peak):
    outcome = run(peak, left_alone, "weekly")
    world, expected = peak.world.fork(), 0.0
    for _ in range(RUN_DAYS):
        factor = 4.0 if world.number in world.settings.peak_days else 1.0
        expected += world.step(peak.budgets * factor).expected_revenue.sum()
    assert outcome.revenue == pytest.approx(expected)
    # 52 usual days and 4 of four budgets
    assert outcome.total == pytest.approx(peak.total * 68)
    assert outcome.edits == 0


def test_who_misses_the_peak_spends_what_is_usual_and_earns_less(peak):
    missed = run(peak, left_alone, "weekly", "missed")
    assert missed.total == pytest.approx(peak.total * 56)
    assert missed.revenue < run(peak, left_alone, "weekly").revenue


def test_who_is_told_decides_on_the_first_morning_and_on_the_one_after_the_last(peak):
    first = peak.world.settings.peak_days[0] - WARM_UP_DAYS
    mornings = []

    def wants_what_is_right(seen):
        mornings.append((len(seen.past_budgets) - WARM_UP_DAYS, seen.budgets.sum(), seen.total))
        return seen.budgets * seen.total / seen.budgets.sum()

    outcome = run(peak, wants_what_is_right, "weekly", "decided")
    extra = {first, first + 4}
    weekly = set(range(0, RUN_DAYS, 7))
    assert [day for day, _, _ in mornings] == sorted(extra | weekly)
    totals = {day: (budgets, total) for day, budgets, total in mornings}
    # sees the budgets in force and the total that is right from this morning on
    assert totals[first] == pytest.approx((peak.total, 4 * peak.total))
    assert totals[first + 4] == pytest.approx((4 * peak.total, peak.total))
    # so it does what happens to budgets left alone
    alone = run(peak, left_alone, "weekly")
    assert outcome.revenue == pytest.approx(alone.revenue, rel=1e-4)
    assert outcome.edits == 0
    assert outcome.corrected == 0


def test_steps_into_a_peak_are_limited_around_four_budgets(peak):
    first = peak.world.settings.peak_days[0] - WARM_UP_DAYS

    def one_takes_all(seen):
        wanted = np.full(len(seen.budgets), 0.01)
        wanted[0] = seen.total
        return wanted

    seen_in_peak = []

    def then_look(seen):
        if len(seen.past_budgets) - WARM_UP_DAYS == first:
            return one_takes_all(seen)
        if len(seen.past_budgets) - WARM_UP_DAYS == first + 4:
            seen_in_peak.append(seen.budgets)
        return seen.budgets

    run(peak, then_look, "weekly", "decided")
    [budgets] = seen_in_peak
    before = peak.budgets
    # 1.2 and 0.8 of four budgets, if no decision came in between
    assert budgets[0] == pytest.approx(4.8 * before[0], abs=0.01)
    assert budgets[1:] == pytest.approx(3.2 * before[1:], abs=0.01)

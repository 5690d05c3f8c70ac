"""What chance makes of pairs: counted by hand, and over trials of simulated accounts."""

import numpy as np
import pytest

from python_jobs.simulation.closed_loop.loop import warm_up
from python_jobs.simulation.closed_loop.worlds import WorldSpec
from python_jobs.trial.design import LEVEL, POWER, design
from python_jobs.trial.verdict import verdict

WEEKS, PAST = 4, 12
DRAWS = 150
PRICE = 1.0


def test_a_difference_is_counted_among_all_draws_of_the_coins():
    # 38 in sum: of 32 draws 4 reach it, all tens on one side with the 2 on either
    difference, base = np.array([10.0, 10, 10, 10, -2]), np.full(5, 100.0)
    found = verdict(difference, base)
    assert found.gain == pytest.approx(38 / 500)
    assert found.p_value == 4 / 32
    # less than -2 % or more than 10 % puts all pairs on one side: 2 of 32, less than a tenth
    assert (found.low, found.high) == pytest.approx((-0.02, 0.1))


def test_the_engines_loss_is_the_mirror_of_its_gain():
    random = np.random.default_rng(5)
    difference, base = random.normal(size=14), random.uniform(50, 90, size=14)
    gain, loss = verdict(difference, base), verdict(-difference, base)
    assert (loss.gain, loss.p_value) == pytest.approx((-gain.gain, gain.p_value))
    assert (loss.low, loss.high) == pytest.approx((-gain.high, -gain.low))


@pytest.fixture(scope="module")
def accounts():
    """Weekly spend and revenue (weeks, holders) of accounts that nobody touches for four weeks."""

    def weekly(number):
        account = warm_up(WorldSpec("tuning", "40", "power", "buyer", number)).fork()
        for _ in range(7 * WEEKS):
            account.live()
        seen = account.seen()
        by_week = (-1, 7, len(seen.budgets))
        daily = seen.by_holder(seen.spend), seen.by_holder(seen.purchase_value)
        return [values.reshape(by_week).sum(axis=1) for values in daily]

    return [weekly(number) for number in range(3)]


def trials(accounts, effect):
    """Verdicts of many draws, where the engine earns `effect` of the detectable share more."""
    found = []
    for spend, revenue in accounts:
        for seed in range(DRAWS):
            drawn = design(spend[:PAST], revenue[:PAST], PRICE, WEEKS, seed)
            net = revenue - PRICE * spend
            change = net[PAST:].mean(axis=0) - net[PAST - WEEKS : PAST].mean(axis=0)
            base = revenue[PAST - WEEKS : PAST].mean(axis=0)
            engine, hand = drawn.pairs.T
            gained = effect * drawn.detectable * base[engine]
            found.append(verdict(change[engine] + gained - change[hand], base[engine]))
    return found


def test_trials_without_a_difference_tell_one_as_often_as_stated(accounts):
    told = [each.p_value <= LEVEL for each in trials(accounts, 0)]
    # 450 draws: the standard error of a tenth is 1.4 of a hundred
    assert np.mean(told) == pytest.approx(LEVEL, abs=0.042)


def test_the_stated_difference_is_told_about_as_often_as_stated(accounts):
    found = trials(accounts, 1)
    told = np.mean([each.low > 0 for each in found])
    # the weeks to come vary more or less than those before by as much as accounts differ
    assert told == pytest.approx(POWER, abs=0.15)
    # an effect of a share of revenue is what the interval is of
    size = [drawn_share(accounts[row // DRAWS]) for row in range(len(found))]
    held = np.mean([e.low <= s <= e.high for e, s in zip(found, size, strict=True)])
    assert held == pytest.approx(1 - LEVEL, abs=0.05)


def drawn_share(account):
    spend, revenue = account
    return design(spend[:PAST], revenue[:PAST], PRICE, WEEKS, 0).detectable

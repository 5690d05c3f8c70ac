"""What is adopted, and what is put back, on made-up pasts whose truth is known."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from python_jobs.tuning.adopt import Differences, improvement, smallest_provable
from python_jobs.tuning.settle import settled

HOLDERS, WEEKS = 40, 4
WEEK = np.indices((HOLDERS, WEEKS))[1].ravel()


def past(random, gain, spread):
    """Rows of `HOLDERS` x `WEEKS` that earn 100 each and gain a share of it, by chance."""
    gained = gain + spread * random.standard_normal(len(WEEK))
    earned = np.full(len(WEEK), 100.0)
    return Differences(100 * gained, earned, np.zeros(len(WEEK)), WEEK)


@pytest.mark.parametrize(
    ("pasts", "most"),
    # at 2 %: 4 of 30 would come by chance once in 300, 10 of 200 once in 120
    [(30, 3), pytest.param(200, 9, marks=pytest.mark.long)],
)
def test_where_there_is_nothing_to_win_no_more_is_adopted_than_stated(pasts, most):
    random = np.random.default_rng(2)
    adopted = [improvement(past(random, 0.0, 0.05), seed).is_sure for seed in range(pasts)]
    assert sum(adopted) <= most


def test_a_gain_is_adopted_once_the_past_can_prove_it():
    random = np.random.default_rng(3)
    error = improvement(past(random, 0.0, 0.05), 0).error
    # of a mean of 160 values of .05
    assert error == pytest.approx(0.05 / np.sqrt(160), rel=0.15)
    provable = smallest_provable(error)
    adopted = [improvement(past(random, provable, 0.05), seed).is_sure for seed in range(30)]
    # 24 of 30 expected; fewer than 18 would come by chance once in 200
    assert sum(adopted) >= 18


def test_the_smallest_provable_gain():
    # 2.0537 for one false adoption in fifty, .8416 for four true ones in five
    assert smallest_provable(0.01) == pytest.approx(0.028953, abs=1e-6)


def test_money_that_moves_between_holders_is_not_taken_for_luck():
    random = np.random.default_rng(5)
    spent = 10 * random.standard_normal((HOLDERS, WEEKS))
    spent = (spent - spent.mean(axis=0)).ravel()
    # each unit returns 1.5 wherever it goes, and .02 of revenue is won besides
    gained = 1.5 * spent + 2.0 + 0.5 * random.standard_normal(len(WEEK))
    earned = np.full(len(WEEK), 100.0)
    found = improvement(Differences(gained, earned, spent, WEEK), 0)
    assert found.mean == pytest.approx(gained.sum() / earned.sum())
    # of a mean of 160 values of .005; with the money in it, .15 each
    assert found.error == pytest.approx(0.005 / np.sqrt(160), rel=0.15)


def test_luck_of_the_few_who_got_the_money_is_not_explained_by_their_own_returns():
    random = np.random.default_rng(7)
    spent, earned = np.zeros(len(WEEK)), np.full(len(WEEK), 100.0)
    spent[0], spent[WEEKS] = 10, -10  # two holders in one morning
    squares = []
    for seed in range(25):
        gained = np.zeros(len(WEEK))
        gained[[0, WEEKS]] = 5 * random.standard_normal(2)
        squares.append(improvement(Differences(gained, earned, spent, WEEK), seed).error ** 2)
    # the sum of two lucks of 5; a price of all rows, with each its own witness, would leave half
    assert np.mean(squares) >= (5**2 + 5**2) / earned.sum() ** 2


def test_a_morning_that_spends_more_keeps_what_that_earned():
    spent, earned = np.full(len(WEEK), 10.0), np.full(len(WEEK), 100.0)
    found = improvement(Differences(1.2 * spent, earned, spent, WEEK), 0)
    assert found.mean == pytest.approx(0.12)
    assert found.low == pytest.approx(0.12)


def test_many_holders_and_weeks_are_drawn_in_blocks_of_the_same_error():
    random = np.random.default_rng(6)
    gained = random.standard_normal(5000)
    week = np.arange(5000) % 10
    found = improvement(Differences(gained, np.ones(5000), np.zeros(5000), week), 0)
    assert found.error == pytest.approx(1 / np.sqrt(5000), rel=0.15)


def test_nothing_earned_is_nothing_to_adopt():
    week = np.array([0, 0])
    nothing = Differences(np.zeros(2), np.zeros(2), np.zeros(2), week)
    assert not improvement(nothing, 0).is_sure


def test_what_does_not_matter_goes_back():
    start, best = np.full(6, 0.5), np.array([0.9, 0.5, 0.5, 0.2, 0.5, 0.5])
    matters = np.array([1.0, 0.0, 0.0, 2.0, 1.0, 0.0])

    def worth(point):
        return -float((matters * (point - best) ** 2).sum())

    moved = np.array([0.9, 0.1, 0.8, 0.2, 0.6, 0.5])
    kept, importance = settled(worth, moved, start)
    # the second and third do nothing, the fifth is better where it was
    assert kept == pytest.approx([0.9, 0.5, 0.5, 0.2, 0.5, 0.5])
    # 1 x .4 squared and 2 x .3 squared
    assert importance == pytest.approx([0.16, 0, 0, 0.18, 0, 0])


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.floats(0, 1), min_size=5, max_size=5),
    st.lists(st.floats(-1, 1), min_size=5, max_size=5),
)
def test_putting_back_never_makes_it_worse(point, slopes):
    def worth(at):
        return float((np.array(slopes) * np.round(at, 1)).sum() - 0.5 * at[0] * at[1])

    moved = np.array(point)
    kept, importance = settled(worth, moved, np.full(5, 0.5))
    assert worth(kept) >= worth(moved)
    assert all(k in (0.5, m) for k, m in zip(kept, moved, strict=True))
    assert (importance >= 0).all()

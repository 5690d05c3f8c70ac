"""What is adopted, and what is put back, on made-up pasts whose truth is known."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from python_jobs.tuning.adopt import Differences, improvement, smallest_provable
from python_jobs.tuning.settle import settled

HOLDERS, WEEKS = 40, 4


def past(random, gain, spread, of_holders=0.0):
    """Rows of `HOLDERS` x `WEEKS` that earn 100 each and gain a share of it, by chance."""
    holder, week = (codes.ravel() for codes in np.indices((HOLDERS, WEEKS)))
    gained = gain + spread * random.standard_normal(len(holder))
    gained += of_holders * random.standard_normal(HOLDERS)[holder]
    return Differences(100 * gained[None, :], np.full(len(holder), 100.0), holder, week)


def test_where_there_is_nothing_to_win_no_more_is_adopted_than_stated():
    random = np.random.default_rng(2)
    adopted = [
        improvement(past(random, 0.0, 0.05, of_holders=0.03), seed).is_sure for seed in range(80)
    ]
    # 2 % of 80 are 1.6; the bootstrap errs towards fewer, and 6 would come by chance once in 150
    assert sum(adopted) <= 5


def test_a_gain_is_adopted_once_the_past_can_prove_it():
    random = np.random.default_rng(3)
    error = improvement(past(random, 0.0, 0.05), 0).error
    # a mean of 160 values of .05: .004; the pigeonhole bootstrap counts it up to three times over
    assert 0.004 < error < 0.004 * np.sqrt(3.2)
    provable = smallest_provable(error)
    adopted = [improvement(past(random, provable, 0.05), seed).is_sure for seed in range(30)]
    # 24 of 30 expected; fewer than 18 would come by chance once in 200
    assert sum(adopted) >= 18


def test_the_smallest_provable_gain():
    # 2.0537 for one false adoption in fifty, .8416 for four true ones in five
    assert smallest_provable(0.01) == pytest.approx(0.028953, abs=1e-6)


def test_the_mean_is_of_all_draws_and_what_is_not_known_of_the_response_widens_it():
    random = np.random.default_rng(4)
    sure = past(random, 0.02, 0.001)
    unsure = Differences(
        np.vstack([sure.gained * 0.1, sure.gained * 1.9]), sure.earned, sure.holder, sure.week
    )
    assert improvement(unsure, 1).mean == pytest.approx(improvement(sure, 1).mean)
    assert improvement(unsure, 1).low < 0.1 * improvement(sure, 1).low * 1.5


def test_nothing_earned_is_nothing_to_adopt():
    nothing = Differences(np.zeros((1, 2)), np.zeros(2), np.array([0, 1]), np.array([0, 0]))
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

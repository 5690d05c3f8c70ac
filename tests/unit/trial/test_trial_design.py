"""Pairs, coins and the smallest difference, each worked out by hand."""

import numpy as np
import pytest

from python_jobs.trial.design import LEAST_PAIRS, design, detectable_share, drawn, matched_pairs


def test_of_four_neighbours_in_spend_those_of_like_roas_are_a_pair():
    spend = np.array([10.0, 100, 80, 90, 70, 12, 5])
    roas = np.array([3.0, 1.0, 2.5, 2.0, 1.5, 1.0, 9.0])
    # 100, 90, 80 and 70 have ROAS 1, 2, 2.5 and 1.5; then 12 and 10; the smallest is left out
    assert matched_pairs(spend, spend * roas).tolist() == [[3, 2], [1, 4], [5, 0]]


def test_each_side_of_a_pair_is_the_engines_in_half_of_the_draws():
    pairs = np.arange(12).reshape(-1, 2)
    first = np.array([drawn(pairs, seed)[:, 0] for seed in range(400)])
    assert (first // 2 == np.arange(6)).all()
    assert (first % 2).mean(axis=0) == pytest.approx(0.5, abs=0.1)
    assert (drawn(pairs, 7) == drawn(pairs, 7)).all()
    assert (np.sort(drawn(pairs, 7), axis=1) == pairs).all()


def test_the_smallest_difference_is_that_of_past_weeks():
    # differences of the pairs by week: 0, 1, 3 and 0, 2, 0; from week to week they change by
    # 1 and 2, mean square 2.5, and by 2 and -2, mean square 4
    net = np.array([[0.0, 0, 0, 0], [1, 0, 2, 0], [3, 0, 1, 1]])
    revenue = np.array([[9.0, 9, 9, 9], [9, 9, 9, 9], [10, 20, 30, 40]])
    pairs = np.array([[0, 1], [2, 3]])
    # t of one degree of freedom: 6.3138 at 95 %, 1.3764 at 80 %; half of 100 is the engine's
    expected = (6.3138 + 1.3764) * np.sqrt(6.5) / 50
    assert detectable_share(pairs, net, revenue, 1) == pytest.approx(expected, rel=1e-4)


def test_a_longer_trial_is_held_against_stretches_of_its_own_length():
    net = np.array([[0.0, 0], [4, 0], [2, 0], [8, 0], [0, 0], [0, 0]])
    pairs = np.array([[0, 1], [0, 1]])
    # means of two weeks 2, 3, 5, 4, 0: two weeks later 3, 1 and -5 more; mean square 35 / 3
    expected = (6.3138 + 1.3764) * np.sqrt(2 * 35 / 3) / 10
    found = detectable_share(pairs, net, np.full((6, 2), 5.0), 2)
    assert found == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize(
    ("past", "holders", "said"),
    [
        (8, 2 * LEAST_PAIRS - 1, "takes 10 budgets"),
        (7, 2 * LEAST_PAIRS, "takes 8 weeks of data before it to say what it could show; there"),
    ],
)
def test_what_cannot_be_told_is_not_begun(past, holders, said):
    spend = np.ones((past, holders))
    with pytest.raises(ValueError, match=said):
        design(spend, spend, 1.0, 4, 0)

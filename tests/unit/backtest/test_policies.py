import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from panels import small_panel

from python_jobs.backtest.policies import (
    equal_split,
    held,
    proportional,
    random_moves,
    with_permuted_outcomes,
)


def test_equal_split_gives_each_holder_of_a_morning_the_same():
    panel = small_panel(2, 2, current_budget=[100.0, 50.0, 30.0, 10.0])
    assert equal_split(panel).tolist() == [75, 75, 20, 20]
    assert held(panel).tolist() == [100, 50, 30, 10]


def test_proportional_goes_with_roas_and_no_further_than_a_step():
    """ROAS of 1.1 and 0.9 of equal money: 10 % either way; of 3 and 1 a step, 20 %."""
    panel = small_panel(
        2,
        2,
        current_budget=100.0,
        spend_7d=700.0,
        purchase_value_7d=[770.0, 630.0, 2100.0, 700.0],
    )
    np.testing.assert_allclose(proportional(panel), [110, 90, 120, 80])


def test_what_has_not_spent_keeps_its_budget():
    panel = small_panel(2, 2, current_budget=100.0, spend_7d=[0.0, 700.0, 700.0, 700.0],
                        purchase_value_7d=700.0)  # fmt: skip
    np.testing.assert_allclose(proportional(panel), [100, 100, 100, 100])


@settings(deadline=None)
@given(st.integers(0, 1000))
def test_a_placebo_makes_the_same_moves_within_each_morning(seed):
    panel = small_panel(4, 5)
    budgets = held(panel) * np.linspace(0.8, 1.2, 20)
    moves = random_moves(panel, budgets, seed) / held(panel)
    for morning in range(4):
        rows = panel.morning == morning
        np.testing.assert_allclose(
            np.sort(moves[rows]), np.sort(np.linspace(0.8, 1.2, 20)[rows]), rtol=1e-9
        )


@settings(deadline=None)
@given(st.integers(0, 1000))
def test_permuted_outcomes_keep_spend_and_the_returns_there_were(seed):
    panel = small_panel(4, 5, next_7d_purchase_value=np.arange(20.0))
    outcome, before = with_permuted_outcomes(panel, seed).outcome, panel.outcome
    np.testing.assert_array_equal(outcome.spend, before.spend)
    for morning in range(4):
        rows = panel.morning == morning
        np.testing.assert_allclose(
            np.sort((outcome.revenue / outcome.spend)[rows]),
            np.sort((before.revenue / before.spend)[rows]),
        )


def test_permuted_outcomes_are_not_those_that_were():
    panel = small_panel(4, 5, next_7d_purchase_value=np.arange(20.0))
    outcome = with_permuted_outcomes(panel, 1).outcome
    assert not np.allclose(outcome.revenue, panel.outcome.revenue)

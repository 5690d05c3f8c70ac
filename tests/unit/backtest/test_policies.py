import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from panels import small_panel

from python_jobs.backtest.policies import (
    held,
    random_moves,
    with_permuted_outcomes,
)

PANEL = small_panel(4, 5, next_7d_purchase_value=np.arange(20.0))


@settings(deadline=None)
@given(st.integers(0, 1000))
def test_a_placebo_makes_the_same_moves_within_each_morning(seed):
    budgets = held(PANEL) * np.linspace(0.8, 1.2, 20)
    moves = random_moves(PANEL, budgets, seed) / held(PANEL)
    for morning in range(4):
        rows = PANEL.morning == morning
        np.testing.assert_allclose(
            np.sort(moves[rows]), np.sort(np.linspace(0.8, 1.2, 20)[rows]), rtol=1e-9
        )


@settings(deadline=None)
@given(st.integers(0, 1000))
def test_permuted_outcomes_keep_spend_and_the_returns_there_were(seed):
    outcome, before = with_permuted_outcomes(PANEL, seed).outcome, PANEL.outcome
    np.testing.assert_array_equal(outcome.spend, before.spend)
    for morning in range(4):
        rows = PANEL.morning == morning
        np.testing.assert_allclose(
            np.sort((outcome.revenue / outcome.spend)[rows]),
            np.sort((before.revenue / before.spend)[rows]),
        )


def test_permuted_outcomes_are_not_those_that_were():
    outcome = with_permuted_outcomes(PANEL, 1).outcome
    assert not np.allclose(outcome.revenue, PANEL.outcome.revenue)

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from panels import small_panel

from python_jobs.backtest.value import FURTHEST, drawn_elasticities, drawn_luck, value

HALF = np.full((1, 4), 0.5)


def four_holders():
    """One morning in each fold, two holders of 100 a day each, spent in full at a ROAS of 2."""
    return small_panel(2, 2, current_budget=100.0, next_7d_budget=100.0, next_7d_spend=700.0,
                       next_7d_purchase_value=[1400.0, 700.0, 1400.0, 700.0])  # fmt: skip


def test_the_budgets_that_were_earn_what_was_earned():
    panel = four_holders()
    found = value(panel, panel.outcome.budget, HALF)
    np.testing.assert_allclose(found.revenue[0], [1400, 700, 1400, 700])
    np.testing.assert_allclose(found.spend, 700)


def test_revenue_goes_as_spend_to_the_power_of_the_elasticity():
    """144 of 100 with an elasticity of a half are a fifth more; 56 are sqrt(0.56) of it."""
    found = value(four_holders(), np.array([144.0, 56.0, 100.0, 100.0]), HALF)
    np.testing.assert_allclose(found.spend, [1008, 392, 700, 700])
    np.testing.assert_allclose(found.revenue[0], [1680, 700 * 0.56**0.5, 1400, 700])


def test_only_how_the_money_is_distributed_counts():
    """Twice the money in the same parts is the same."""
    panel = four_holders()
    once = value(panel, np.array([120.0, 80.0, 100.0, 100.0]), HALF)
    twice = value(panel, np.array([240.0, 160.0, 50.0, 50.0]), HALF)
    np.testing.assert_allclose(twice.revenue, once.revenue)
    np.testing.assert_allclose(twice.budget, once.budget)


def test_what_something_else_limits_spends_no_more_and_with_a_smaller_budget_less():
    """The first spent 350 of 700: a budget above what it spends changes nothing, 40 a day do."""
    panel = small_panel(2, 2, current_budget=100.0, next_7d_budget=100.0,
                        next_7d_spend=[350.0, 700.0, 350.0, 700.0],
                        next_7d_purchase_value=700.0)  # fmt: skip
    found = value(panel, np.array([150.0, 50.0, 40.0, 160.0]), HALF)
    np.testing.assert_allclose(found.spend[[0, 2]], [350, 7 * 40])
    np.testing.assert_allclose(found.revenue[0, [0, 2]], [700, 700 * 0.8**0.5])


def test_what_goes_further_than_records_reach_is_not_spent():
    """280 of three budgets of 100 for one: 200 of it count; what is cut to 9 is cut to 9."""
    panel = small_panel(2, 3, current_budget=100.0, next_7d_budget=100.0, next_7d_spend=700.0,
                        next_7d_purchase_value=1400.0)  # fmt: skip
    found = value(panel, np.array([280.0, 11.0, 9.0, 100.0, 100.0, 100.0]), HALF[:, [0] * 6])
    np.testing.assert_allclose(found.spend, [1400, 77, 63, 700, 700, 700])
    np.testing.assert_allclose(found.revenue[0, :3], [1400 * 2**0.5, 1400 * 0.11**0.5, 420])


def test_what_changes_cost_comes_off():
    kept = np.array([0.8, 1, 1, 1])
    found = value(four_holders(), np.full(4, 100.0), HALF, kept)
    np.testing.assert_allclose(found.revenue[0], [1120, 700, 1400, 700])


def test_elasticities_are_drawn_for_a_type_at_once_and_in_pairs():
    change = {"type_deviation": 0.1, "own_deviation": 0.0}
    belief = small_panel(2, 3, change_response=change).belief
    drawn = drawn_elasticities(belief, 8, seed=3)
    assert drawn.shape == (8, 6)
    # all are of one type and have nothing of their own
    np.testing.assert_allclose(drawn, drawn[:, :1].repeat(6, axis=1))
    np.testing.assert_allclose(drawn[:4] + drawn[4:], 1.0)
    assert drawn.std() == pytest.approx(0.1, rel=0.8)
    np.testing.assert_array_equal(drawn_elasticities(belief, 8, seed=3), drawn)


def test_drawn_elasticities_stay_within_what_is_believed():
    change = {"type_deviation": 5.0, "own_deviation": 5.0}
    belief = small_panel(2, 3, change_response=change).belief
    drawn = drawn_elasticities(belief, 50, seed=0)
    assert (drawn.min(), drawn.max()) == (0.0, 1.0)


BUDGETS = arrays(np.float64, 6, elements=st.floats(1.0, 10_000.0))


PANELS = [small_panel(2, 3, seed) for seed in range(6)]


@settings(deadline=None)
@given(BUDGETS, st.floats(0.05, 1.0), st.sampled_from(PANELS))
def test_spend_and_revenue_stay_within_what_records_reach(budgets, elasticity, panel):
    found = value(panel, budgets, np.full((1, 6), elasticity))
    change = found.spend / panel.outcome.spend
    assert (change <= FURTHEST + 1e-9).all()
    np.testing.assert_allclose(
        found.revenue[0] / panel.outcome.revenue, change**elasticity, rtol=1e-9
    )
    wanted = np.bincount(panel.morning, found.budget)
    np.testing.assert_allclose(wanted, np.bincount(panel.morning, panel.outcome.budget))


ALIKE = small_panel(2, 2, current_budget=100.0, next_7d_budget=100.0, next_7d_spend=700.0,
                    next_7d_purchase_value=1400.0)  # fmt: skip


@settings(deadline=None)
@given(st.floats(0.05, 0.95), st.floats(-1, 1))
def test_of_two_alike_even_money_earns_most(elasticity, moved):
    """Concave: whatever is moved between two holders that are alike loses."""
    elasticities = np.full((1, 4), elasticity)
    budgets = 100 * (1 + np.array([moved, -moved, 0, 0]))
    assert value(ALIKE, budgets, elasticities).revenue.sum() <= 4 * 1400 + 1e-6


def test_luck_is_that_of_so_many_purchases():
    panel = small_panel(mornings=2, holders=3, next_7d_purchases=[0.0, 13.0, 130.0] * 2)
    luck = drawn_luck(panel, spread=1.3, draws=20_000, seed=1)
    assert (luck[:, 0] == 1).all()
    assert luck.mean(axis=0) == pytest.approx(1.0, abs=0.01)
    # a variance of 1.3 for each of 13 and of 130 purchases
    assert luck[:, 1:3].var(axis=0) == pytest.approx([0.1, 0.01], rel=0.05)

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from python_jobs.simulation.closed_loop.limits import (
    held,
    largest_changes,
    permitted,
    step_limits,
)

AMOUNTS = st.lists(
    st.integers(100, 100_000).map(lambda cents: cents / 100), min_size=1, max_size=12
)


@given(AMOUNTS, st.data())
def test_scaled_budgets_keep_limits_and_total(budgets, data):
    budgets = np.array(budgets)
    factors = st.lists(st.floats(0.01, 100), min_size=len(budgets), max_size=len(budgets))
    lower, upper = step_limits(budgets)
    total = data.draw(st.floats(0.5, 1.5)) * budgets.sum()
    result = held(budgets * np.array(data.draw(factors)), lower, upper, total)
    assert (result >= lower - 1e-9).all()
    assert (result <= upper + 1e-9).all()
    assert result.sum() == pytest.approx(np.clip(total, lower.sum(), upper.sum()), rel=1e-6)


def test_what_is_wanted_twice_as_much_gets_twice_as_much_within_limits():
    result = held(np.array([1.0, 2.0, 9.0]), np.array([0.0] * 3), np.array([90.0] * 3), 120.0)
    assert result == pytest.approx([10.0, 20.0, 90.0])


@given(AMOUNTS, st.data())
def test_no_policy_exceeds_step_or_total(budgets, data):
    budgets = np.array(budgets)
    wanted = st.lists(st.floats(0, 5_000), min_size=len(budgets), max_size=len(budgets))
    result, _ = permitted(np.array(data.draw(wanted)), budgets, budgets.sum())
    # a world takes a step of more than 20 % and half a cent for a significant edit
    assert (np.abs(result - budgets) <= 0.2 * budgets + 0.005).all()
    assert result.sum() <= budgets.sum() + 0.005 * len(budgets)
    assert result * 100 == pytest.approx(np.rint(result * 100), abs=1e-6)


def test_a_sum_above_the_total_is_scaled_down_and_noted():
    result, corrected = permitted(np.array([110.0, 110.0]), np.array([100.0, 100.0]), 200.0)
    assert result == pytest.approx([100.0, 100.0])
    assert corrected
    result, corrected = permitted(np.array([110.0, 90.0]), np.array([100.0, 100.0]), 200.0)
    assert result == pytest.approx([110.0, 90.0])
    assert not corrected


def test_only_the_largest_changes_in_money_are_carried_out():
    budgets = np.array([100.0, 10.0, 50.0, 80.0])
    wanted = np.array([104.0, 12.0, 40.0, 85.0])
    # changes of 4, 2, -10 and 5: the small budget's 20 % is the least money
    found = largest_changes(wanted, budgets, 2, 235.0)
    assert found == pytest.approx([100.0, 10.0, 40.0, 85.0])
    # to 240 the two take 130 instead of 125 together
    found = largest_changes(wanted, budgets, 2, 240.0)
    assert found == pytest.approx([100.0, 10.0, 41.6, 88.4])
    assert largest_changes(wanted, budgets, 10, 241.0) == pytest.approx(wanted)
    assert budgets.tolist() == [100.0, 10.0, 50.0, 80.0]


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ([1.0], "shape"),
        ([1.0, np.nan], "finite"),
        ([1.0, np.inf], "finite"),
        ([1.0, -0.1], "not negative"),
    ],
)
def test_what_is_no_budget_is_refused(wanted, message):
    with pytest.raises(ValueError, match=message):
        permitted(np.array(wanted), np.array([1.0, 1.0]), 2.0)

"""Distribution of totals, against budgets found on paper."""

import numpy as np
import pytest

from python_jobs.decisions.allocate import (
    Changes,
    Holders,
    Plan,
    allocate,
    clearing,
    whole_units,
)


def of(
    marginal: list[float],
    today: list[float],
    *,
    curvature: list[float] | float = 0.5,
    account: list[int] | None = None,
    step: float = 10.0,
) -> Holders:
    """Make holders that may go from a `step`-th of today's budget to `step` times as much."""
    budgets = np.array(today, dtype=float)
    slope = 1 / np.broadcast_to(curvature, budgets.shape).astype(float)
    return Holders(
        account=np.array(account or [0] * len(today)),
        level=np.log(budgets) + slope * np.log(marginal),
        slope=slope,
        lower=budgets / step,
        upper=budgets * step,
    )


def plan(holders: Holders, total: list[float], today: list[float], least: float = 0) -> Plan:
    """Allocate by changes of at least a share of today's budget."""
    budgets = np.array(today, dtype=float)
    changes = Changes(
        budgets, np.full(len(today), 1e-9), budgets * (1 + least), budgets * (1 - least)
    )
    return allocate(holders, np.array(total), changes, None)


def rounded(budgets: list[float], holders: Holders, total: float) -> list[float]:
    """Round to whole units of 1."""
    units = np.ones(len(budgets))
    return whole_units(np.array(budgets), holders, np.array([total]), units).tolist()


def test_two_holders_end_at_equal_marginal_returns():
    # marginal returns 1.2 and 1.0 fall with the square root of the budget:
    # 1.2 * (100/x)^.5 = (100/y)^.5 and x + y = 200 give x = 200 * 1.44/2.44
    found = plan(of([1.2, 1.0], [100, 100]), [200], [100, 100])
    assert found.budgets == pytest.approx([200 * 1.44 / 2.44, 200 / 2.44], rel=1e-5)
    # the next unit returns (100/y)^.5 = 1.22^.5 everywhere
    assert np.exp(found.log_price) == pytest.approx([1.22**0.5], rel=1e-5)


def test_three_holders_of_different_curvature():
    # at a marginal return of 1: 100 * 1.1^2, 100 * .9^2 and 100 * .98, which is 300
    found = plan(of([1.1, 0.9, 0.98], [100] * 3, curvature=[0.5, 0.5, 1]), [300], [100] * 3)
    assert found.budgets == pytest.approx([121, 81, 98], rel=1e-5)
    assert np.exp(found.log_price) == pytest.approx([1], rel=1e-5)


def test_who_is_at_a_limit_leaves_the_rest_to_the_others():
    # the first would get more than 150; the others share 150 as 1.21 to 1
    holders = of([3, 1.1, 1.0], [100] * 3, step=1.5)
    found = plan(holders, [300], [100] * 3)
    assert found.budgets == pytest.approx([150, 150 * 1.21 / 2.21, 150 / 2.21], rel=1e-5)


def test_who_cannot_move_comes_off_the_total_first():
    holders = of([1.2, 1.0, 5.0], [100] * 3)
    holders.lower[2] = holders.upper[2] = 50
    found = plan(holders, [250], [100, 100, 50])
    assert found.budgets == pytest.approx([200 * 1.44 / 2.44, 200 / 2.44, 50], rel=1e-5)


def test_accounts_do_not_touch_each_other():
    holders = of([1.2, 1.0, 9.0, 9.0], [100] * 4, account=[0, 0, 1, 1])
    found = plan(holders, [200, 300], [100] * 4)
    assert found.budgets == pytest.approx([200 * 1.44 / 2.44, 200 / 2.44, 150, 150], rel=1e-5)


@pytest.mark.parametrize(("total", "budget"), [(500.0, 120.0), (10.0, 80.0)])
def test_totals_outside_the_limits_leave_all_at_them(total: float, budget: float):
    holders = of([1.5, 1.0], [100, 100])
    holders.lower[:], holders.upper[:] = 80, 120
    found = plan(holders, [total], [100, 100])
    assert found.budgets == pytest.approx([budget, budget])
    assert rounded(found.budgets.tolist(), holders, total) == [budget, budget]


def test_an_account_in_which_nothing_can_move_has_no_clearing_return():
    holders = of([1.5, 1.0], [100, 100], step=1)
    found = plan(holders, [200], [100, 100])
    assert np.isnan(found.log_price).all()
    assert found.budgets.tolist() == [100, 100]


def test_a_lower_limit_of_nothing():
    holders = of([1e-6, 1.0], [100, 100])
    holders.lower[:] = 0
    found = plan(holders, [150], [100, 100])
    assert found.budgets == pytest.approx([0, 150], abs=1e-2)


def test_a_change_is_large_enough_or_left_out_and_the_others_meet_the_total():
    # by returns alone the second would fall by 5 to 95, beside the limits of 125 and 80
    today = [100, 100, 100]
    holders = of([1.2, 1.0, 0.8], today, step=1.25)
    assert plan(holders, [300], today).budgets == pytest.approx([125, 95, 80], abs=1e-3)
    # by 6 or not at all: 1 comes from the third, whose return is lowest
    found = plan(holders, [300], today, least=0.06)
    assert found.budgets == pytest.approx([125, 94, 81], abs=1e-3)
    # by 12: nearer to what is right is that the second stays and 5 come off the first
    found = plan(holders, [300], today, least=0.12)
    assert found.budgets == pytest.approx([120, 100, 80], abs=1e-3)
    assert found.too_small.tolist() == [False, True, False]


def test_small_changes_grow_until_the_total_is_met():
    # all in line: one of them takes what a higher total brings, as far as it can
    today = [100, 100]
    holders = of([1.0, 1.0], today)
    assert plan(holders, [220], today, least=0.15).budgets.sum() == pytest.approx(220, abs=1e-3)
    # the first can take 20, the other one the rest
    holders = of([1.5, 1.0], today, step=1.2)
    assert plan(holders, [230], today, least=0.1).budgets == pytest.approx([120, 110], rel=1e-5)


def test_rounding_gives_what_is_left_to_the_largest_remainders():
    holders = of([1] * 4, [10] * 4)
    assert rounded([10.6, 9.7, 10.2, 9.5], holders, 40) == [11, 10, 10, 9]


def test_rounding_breaks_ties_by_order_and_stays_within_limits():
    holders = of([1] * 3, [10] * 3)
    assert rounded([100 / 3] * 3, holders, 100) == [34, 33, 33]
    holders.upper[0] = 33
    assert rounded([33.0, 33.5, 33.5], holders, 100) == [33, 34, 33]


def test_rounding_to_units_of_several_sizes_never_exceeds_the_total():
    # down to whole units 7 are missing: the ten of the first is too much, the others share it
    holders = of([1] * 3, [100, 100, 100])
    units = np.array([10.0, 1.0, 1.0])
    found = whole_units(np.array([106.0, 94.6, 99.4]), holders, np.array([300.0]), units)
    assert found.tolist() == [100, 100, 100]
    # with units of ten alone 7 stay over
    found = whole_units(np.array([106.0, 94.6, 99.4]), holders, np.array([287.0]), np.full(3, 10.0))
    assert found.tolist() == [100, 90, 90]


def test_many_accounts_at_once_and_one_at_a_time_agree():
    random = np.random.default_rng(7)
    count, accounts = 3000, 200
    account = np.sort(random.integers(0, accounts, count))
    account[:accounts] = np.arange(accounts)
    account.sort()
    today = np.exp(random.normal(8, 1, count))
    holders = of(
        np.exp(random.normal(0, 0.5, count)).tolist(),
        today.tolist(),
        curvature=random.uniform(0.1, 2, count).tolist(),
        account=account.tolist(),
        step=1.2,
    )
    total = np.bincount(account, today) * random.uniform(0.85, 1.15, accounts)
    together = clearing(holders, total)
    for number in range(0, accounts, 17):
        rows = account == number
        alone = holders.only(rows, np.arange(accounts) == number)
        price = clearing(alone, total[[number]])
        assert alone.budgets(price).sum() == pytest.approx(total[number], abs=2e-3)
        assert holders.budgets(together)[rows] == pytest.approx(alone.budgets(price), abs=1e-2)

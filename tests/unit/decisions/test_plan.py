"""The plan of an account: what rules may not do, what is left over, what each step multiplies."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from inputs import ANY_CHANGE, holders, settings

from python_jobs.decisions.holders import on_ordinary_budgets
from python_jobs.decisions.limits import NAMES, bounded, limits
from python_jobs.decisions.plan import desired_budgets, plan_budgets
from python_jobs.decisions.rules.rule import BOUND, Bound
from python_jobs.decisions.table import Table
from python_jobs.decisions.targets import budgets_at_target
from python_jobs.decisions.targets import targets as least_returns
from python_jobs.decisions.value import response


def plan(
    *changes: dict[str, Any],
    factor: list[float],
    total: float,
    bound: list[Bound] | None = None,
    effort: dict[str, Any] | None = None,
    targets: dict[str, Any] | None = None,
    **safety: Any,
) -> SimpleNamespace:
    """Plan one account in which every holder has a budget and a spend of 100."""
    parameters = settings(
        safety_rules=safety, targets=targets or {}, effort=ANY_CHANGE | (effort or {})
    )
    bounds = np.array([BOUND[name] for name in bound or ["none"] * len(changes)])
    frame = on_ordinary_budgets(Table(holders(*changes, current_spend=100.0)))
    account = np.zeros(len(frame), dtype=int)
    totals, answer = np.array([total]), response(frame)
    at_target = budgets_at_target(least_returns(frame, parameters), answer)
    open_to_all = limits(frame, totals[account], at_target, parameters)
    known = {
        "adjustment": np.array(factor),
        "answer": answer,
        "limit": bounded(open_to_all, bounds),
    }
    stands = np.zeros(len(frame), dtype=bool)
    budgets = plan_budgets(account, totals, stands=stands, parameters=parameters, **known)
    return SimpleNamespace(
        **vars(budgets),
        **vars(desired_budgets(account, budgets, **known)),
        clearing_roas=np.exp(budgets.log_price),
        unplaced=totals[account] - budgets.recommended.sum(),
    )


def names(found: SimpleNamespace) -> list[str | None]:
    return [NAMES[code] if code >= 0 else None for code in found.binding]


def test_factors_tilt_what_marginal_returns_ask_for():
    # equal marginal returns alone: (1.6/1.5)^2 to 1; with the factor budgets go as 1.2516 to 1
    found = plan({"marginal_roas": 1.6}, {"marginal_roas": 1.5}, factor=[1.1, 1.0], total=200)
    assert found.recommended.tolist() == [111.17, 88.83]
    assert names(found) == [None, None]
    # 1.5 * (100 / 88.83)^.5
    assert found.clearing_roas == pytest.approx([1.5915] * 2, abs=1e-4)
    assert found.desired == pytest.approx(found.recommended, abs=0.005)
    assert found.marginal_factor == pytest.approx([1.1117 / 1.1, 0.8883], abs=1e-4)


def test_rules_do_not_tilt_what_already_earns_the_most():
    found = plan({}, {}, factor=[1.1, 1.0], total=200)
    assert found.recommended.tolist() == [100, 100]
    assert names(found) == ["plan_not_better"] * 2


def test_a_plan_that_earns_less_than_todays_budgets_is_not_made():
    # the rule raises who returns 1.0 with money of who returns 1.5
    found = plan({"marginal_roas": 1.0}, {"marginal_roas": 1.5}, factor=[1.5, 0.5], total=200)
    assert found.recommended.tolist() == [100, 100]
    assert names(found) == ["plan_not_better"] * 2
    # the other way round it earns more
    found = plan({"marginal_roas": 1.0}, {"marginal_roas": 1.5}, factor=[0.5, 1.5], total=200)
    assert found.recommended.tolist() == [80, 120]


def test_with_another_total_todays_budgets_in_proportion_stand_for_them():
    found = plan({"marginal_roas": 1.0}, {"marginal_roas": 1.5}, factor=[1.5, 0.5], total=220)
    assert found.recommended.tolist() == [110, 110]
    assert names(found) == ["plan_not_better"] * 2


def test_a_pause_counts_what_its_money_earns_elsewhere_or_saves():
    # the paused one earns 20 a day; the other one takes 20 of its 100, 80 find no place
    found = plan(
        {"projected_roas": 0.2, "marginal_roas": 0.1},
        {"marginal_roas": 1.5},
        factor=[1, 1],
        total=200,
        bound=["pause", "none"],
    )
    assert found.recommended.tolist() == [0, 120]
    assert found.unplaced == pytest.approx([80, 80])
    assert names(found) == ["rule", "largest_step"]


def test_a_total_below_what_limits_keep_is_exceeded_and_said():
    found = plan({}, {}, factor=[1, 1], total=100)
    assert found.recommended.tolist() == [80, 80]
    assert found.unplaced == pytest.approx([-60, -60])


def test_what_is_not_worth_an_edit_stays_and_the_others_make_up_for_it():
    # by returns alone 113.56, 99.81 and 86.64 (as 1.6^2, 1.5^2 and 1.4^2 to 300)
    three = [{"marginal_roas": 1.6}, {"marginal_roas": 1.5}, {"marginal_roas": 1.4}]
    found = plan(*three, factor=[1, 1, 1], total=300, effort={"min_change_pct": 5})
    assert names(found) == [None, "min_change", None]
    # the second keeps 100; 200 as 2.56 to 1.96
    assert found.recommended.tolist() == [113.27, 100, 86.73]
    found = plan(*three, factor=[1] * 3, total=300, effort={"min_change_pct": 5, "round_to": 1})
    assert found.recommended.tolist() == [113, 100, 87]
    # 14 % is more than any of them asks for
    found = plan(*three, factor=[1] * 3, total=300, effort={"min_change_pct": 14})
    assert names(found) == ["min_change"] * 3


def test_round_budgets_leave_less_than_a_unit_over():
    found = plan(
        {"marginal_roas": 1.6},
        {"marginal_roas": 1.4, "current_budget": 100.3},
        factor=[1, 1],
        total=200.3,
        effort={"round_to": 5},
    )
    assert found.recommended.tolist() == [115, 85]
    assert found.unplaced == pytest.approx([0.3, 0.3])


def test_a_small_budget_is_rounded_to_a_tenth_so_that_its_steps_are_not_cut_short():
    # a quarter of 20 % is 0.65 of 13 and 1 of 20
    found = plan(
        {"marginal_roas": 2.5, "current_budget": 13.0, "current_spend": 13.0},
        {"marginal_roas": 1.0, "current_budget": 20.3, "current_spend": 20.3},
        factor=[1, 1],
        total=33.3,
        effort={"round_to": 1},
    )
    assert found.recommended.tolist() == [15.6, 17.0]
    assert found.unplaced == pytest.approx([0.7, 0.7])


def test_of_a_large_budget_a_small_part_is_worth_an_edit():
    # 5 % of 900 is 45, of the mean of 500 it is 25; 30 from the one is half of the other's
    found = plan(
        {"marginal_roas": 1.4, "current_budget": 900.0, "current_spend": 900.0},
        {"marginal_roas": 2.0, "current_budget": 100.0, "current_spend": 100.0},
        factor=[1, 1],
        total=1000,
        effort={"min_change_pct": 2},
    )
    # 2 % of 500 is 10, of 900 it would be 18; the largest step of the other one is 20
    assert found.recommended.tolist() == [880, 120]
    assert names(found)[1] == "largest_step"


def test_what_others_leave_is_taken_up_by_a_smaller_change():
    # 18 spends 13 at most and frees 3.6 of it; 10 % of the mean of 59 would be 5.90
    found = plan(
        {"current_budget": 18.0, "current_spend": 13.0, "delivery_ceiling": 13.0},
        {"marginal_roas": 1.5},
        factor=[1, 1],
        total=118,
        effort={"min_change_pct": 10},
    )
    assert found.recommended.tolist() == [14.4, 103.6]


def test_only_so_many_changes_are_made_and_those_are_worth_most():
    # money times the difference in returns: the first and the last
    four = [{"marginal_roas": roas} for roas in (2.0, 1.7, 1.3, 1.0)]
    found = plan(*four, factor=[1] * 4, total=400, effort={"max_changes_per_run": 2})
    assert names(found) == ["largest_step", "max_changes", "max_changes", "largest_step"]
    assert found.recommended.tolist() == [120, 100, 100, 80]


def test_of_few_changes_some_take_what_others_are_given():
    """The two raises are worth most, but without a cut there would be nothing to raise by."""
    four = [{"marginal_roas": roas} for roas in (3.0, 2.9, 1.2, 1.1)]
    found = plan(*four, factor=[1] * 4, total=400, effort={"max_changes_per_run": 2})
    assert found.recommended.tolist() == [120, 100, 100, 80]


@pytest.mark.parametrize(("most", "budgets"), [(2, [120, 100, 100, 80]), (1, [100] * 4)])
def test_whoever_waits_for_the_changes_of_others_says_so(most, budgets):
    """With all changes the third keeps its budget; with fewer it would be raised, were it free.

    One change alone would miss the total, so that the last one waits as well.
    """
    four = [{"marginal_roas": roas} for roas in (1.6, 1.6, 1.5, 0.9)]
    effort = {"max_changes_per_run": most, "min_change_pct": 5}
    found = plan(*four, factor=[1] * 4, total=400, effort=effort)
    kept = [name for name, budget in zip(names(found), budgets, strict=True) if budget == 100]
    assert set(kept) == {"max_changes"}
    assert found.recommended.tolist() == budgets


def test_another_total_is_reached_by_those_who_gain_most():
    # 206 of 200: 3 for each is less than 5 %, so one takes all and the other one stays
    found = plan(
        {"marginal_roas": 1.52},
        {"marginal_roas": 1.5},
        factor=[1, 1],
        total=206,
        effort={"min_change_pct": 5},
    )
    assert found.recommended.tolist() == [106, 100]
    # alone it takes up what is less than a change worth an edit
    found = plan({}, factor=[1], total=102, effort={"min_change_pct": 5})
    assert found.recommended.tolist() == [102]


def test_yen_are_whole_and_add_up():
    found = plan(
        {"currency": "JPY"}, {"currency": "JPY"}, {"currency": "JPY"}, factor=[1] * 3, total=301
    )
    assert found.recommended.tolist() == [101, 100, 100]


def test_dinars_have_two_decimals_as_in_the_api():
    found = plan({"currency": "KWD"}, {"currency": "KWD"}, factor=[1, 1], total=200.01)
    assert found.recommended.tolist() == [100.01, 100.0]


def test_who_spends_less_than_its_budget_starts_from_what_it_spends():
    # half is spent: at the clearing return it asks for 50, and no step goes that far
    found = plan({"current_spend": 50.0}, {}, factor=[1, 1], total=200)
    assert found.marginal_factor[0] / found.marginal_factor[1] == pytest.approx(0.5)
    assert found.recommended.tolist() == [80, 120]


def test_money_goes_as_far_as_the_target_and_the_rest_stays_unspent():
    # 100 * (1.8 / 1.7)^2 and 100 * (1.6 / 1.7)^2 return just 1.7; 1.5 is brought down by steps
    found = plan(
        {"marginal_roas": 1.8},
        {"marginal_roas": 1.6},
        {"marginal_roas": 1.5},
        factor=[1.0, 1.0, 1.0],
        total=300,
        targets={"target_roas": 1.7},
    )
    assert found.recommended.tolist() == [112.11, 88.58, 80]
    assert names(found) == ["target"] * 3
    assert found.unplaced == pytest.approx([19.31] * 3)


def test_a_cap_holds_although_todays_budgets_would_earn_more():
    found = plan(
        {"marginal_roas": 1.9},
        {"marginal_roas": 0.5},
        factor=[1, 1],
        total=200,
        max_daily_budget=80,
    )
    assert found.recommended.tolist() == [80, 80]
    assert found.unplaced == pytest.approx([40, 40])
    assert names(found) == ["max_daily_budget"] * 2


def test_an_account_in_which_nothing_can_move_is_kept():
    found = plan({"status": "paused"}, {"budget_type": "lifetime"}, factor=[1, 1], total=200)
    assert found.recommended.tolist() == [100, 100]
    assert names(found) == ["not_active", "lifetime_budget"]
    assert np.isnan(found.clearing_roas).all()
    assert found.marginal_factor.tolist() == [1, 1]

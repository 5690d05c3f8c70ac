"""What sets each limit, against amounts calculated by hand."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from inputs import holders, settings

from python_jobs.config.schema import Parameters
from python_jobs.decisions.holders import on_ordinary_budgets
from python_jobs.decisions.limits import NAMES, WITHOUT_CENTS, bounded, held_to_own_return, limits
from python_jobs.decisions.rules.rule import BOUND, Bound
from python_jobs.decisions.table import Table

SAFETY: dict[str, Any] = {
    "max_increase": 0.2,
    "max_decrease": 0.2,
    "cooldown_days": 3,
    "learning_protect_days": 7,
    "learning_min_conversions": 50,
    "ceiling_headroom": 0.0,
}


def of_one(
    change: dict[str, Any] | None = None,
    bound: Bound = "none",
    total: float = 1000.0,
    by_returns: float | None = None,
    at_target: float = np.nan,
    **safety: Any,
) -> tuple[float, str, float, str]:
    """Return one holder's limits with their names."""
    parameters: Parameters = settings(safety_rules=SAFETY | safety)
    frame = on_ordinary_budgets(Table(holders(change or {})))
    open_to_all = limits(frame, np.array([total]), np.array([at_target]), parameters)
    found = bounded(open_to_all, np.array([BOUND[bound]]))
    if by_returns is not None:
        found = held_to_own_return(found, np.array([by_returns]))
    return (
        found.lower[0],
        NAMES[found.lower_name[0]],
        found.upper[0],
        NAMES[found.upper_name[0]],
    )


def kept_by(name: str, budget: float = 100.0) -> tuple[float, str, float, str]:
    return (budget, name, budget, name)


def test_a_budget_moves_by_the_largest_step_at_most():
    assert of_one() == (80, "largest_step", 120, "largest_step")


@pytest.mark.parametrize(
    ("change", "safety", "upper", "name"),
    [
        ({"delivery_ceiling": 110.0}, {}, 110, "delivery"),
        ({"delivery_ceiling": 100.0}, {"ceiling_headroom": 0.1}, 110, "delivery"),
        # far below: down to the largest step, not at once
        ({"delivery_ceiling": 30.0}, {}, 80, "delivery"),
        ({"delivery_ceiling": 500.0}, {}, 120, "largest_step"),
        ({}, {"max_daily_budget": 105.0}, 105, "max_daily_budget"),
        ({}, {"max_daily_budget": 50.0}, 80, "max_daily_budget"),
        # a share of 1,000
        ({}, {"max_share_of_account": 0.11}, 110, "max_share_of_account"),
    ],
)
def test_caps(change: dict[str, Any], safety: dict[str, Any], upper: float, name: str):
    assert of_one(change, **safety) == (80, "largest_step", upper, name)


@pytest.mark.parametrize(
    ("by_returns", "bound", "expected"),
    [
        # twice as far as returns ask for, and not the other way
        (103.0, "none", (100, "own_return", 106, "own_return")),
        (96.0, "none", (92, "own_return", 100, "own_return")),
        (100.0, "none", kept_by("own_return")),
        (115.0, "none", (100, "own_return", 120, "largest_step")),
        (100.0, "no_cut", (100, "rule", 100, "own_return")),
        # what a rule takes to the floor or stops goes there
        (80.0, "cut_to_floor", (80, "largest_step", 80, "rule")),
        (0.0, "pause", (0, "rule", 0, "rule")),
    ],
)
def test_rules_do_not_go_against_what_returns_ask_for(
    by_returns: float, bound: str, expected: tuple[float, str, float, str]
):
    assert of_one(bound=bound, by_returns=by_returns) == expected


def test_a_budget_goes_as_far_as_its_target():
    assert of_one(at_target=110.0) == (80, "largest_step", 110, "target")
    # far above what it may cost: down by a step
    assert of_one(at_target=50.0) == (80, "largest_step", 80, "target")
    assert of_one(at_target=500.0)[2:] == (120, "largest_step")


def test_the_smallest_budget_stops_a_cut_but_forces_no_raise():
    assert of_one({"minimum_budget": 90.0})[:2] == (90, "minimum_budget")
    assert of_one({"minimum_budget": 300.0}) == (100, "minimum_budget", 120, "largest_step")
    assert of_one({"minimum_budget": np.nan})[:2] == (80, "largest_step")


@pytest.mark.parametrize(
    ("bound", "expected"),
    [
        ("hold", kept_by("rule")),
        ("no_raise", (80, "largest_step", 100, "rule")),
        ("no_cut", (100, "rule", 120, "largest_step")),
        ("cut_to_floor", (80, "largest_step", 80, "rule")),
        ("pause", (0, "rule", 0, "rule")),
    ],
)
def test_bounds_of_rules(bound: str, expected: tuple[float, str, float, str]):
    assert of_one(bound=bound) == expected


def test_cut_to_floor_stops_at_the_smallest_budget():
    assert of_one({"minimum_budget": 85.0}, "cut_to_floor") == (85, "minimum_budget", 85, "rule")


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"days_since_budget_change": 2.0}, "cooldown"),
        ({"learning_status": "learning", "days_since_significant_edit": 6.0}, "learning"),
        ({"learning_status": "learning", "age_days": 6.0}, "learning"),
        (
            {
                "learning_status": "learning",
                "age_days": np.nan,
                "days_since_significant_edit": np.nan,
                "conversions_7d": np.nan,
            },
            "learning",
        ),
        ({"projected_roas": np.nan}, "no_evidence"),
        ({"marginal_roas": 0.0}, "no_evidence"),
        ({"goal": "profile_visits", "has_value": False}, "goal_without_value"),
        ({"bid_strategy": "COST_CAP", "delivery_ceiling": 60.0}, "bid"),
        ({"budget_type": "lifetime"}, "lifetime_budget"),
        ({"is_budget_scheduled": True}, "budget_schedule"),
        ({"buying_type": "RESERVED"}, "reserved"),
        ({"status": "paused"}, "not_active"),
    ],
)
def test_what_pins_a_budget(change: dict[str, Any], name: str):
    assert of_one(change) == kept_by(name)


@pytest.mark.parametrize(
    "change",
    [
        {"days_since_budget_change": 3.0},
        {"days_since_budget_change": np.nan},
        {"learning_status": "learning", "days_since_significant_edit": 7.0},
        {
            "learning_status": "learning",
            "days_since_significant_edit": 1.0,
            "conversions_7d": 50.0,
        },
        {"learning_status": "learning limited", "days_since_significant_edit": 1.0},
        {"status": None},
        {"goal": None},
        {"goal": "leads", "has_value": True, "value_per_result": 25.0},
        {"bid_strategy": "COST_CAP"},
        {"status": "with_issues"},
        {"budget_type": None},
        {"buying_type": None},
    ],
)
def test_what_does_not_pin_a_budget(change: dict[str, Any]):
    assert of_one(change) == (80, "largest_step", 120, "largest_step")


def test_a_pause_goes_before_learning_but_not_into_what_cannot_be_paused():
    learning = {"learning_status": "learning", "age_days": 2.0}
    assert of_one(learning, "pause")[0] == 0
    assert of_one({"budget_type": "lifetime"}, "pause") == kept_by("lifetime_budget")
    assert of_one({"buying_type": "RESERVED"}, "pause") == kept_by("reserved")
    assert of_one({"status": "paused"}, "pause") == kept_by("not_active")


@pytest.mark.parametrize("budget", [np.nan, 0.0, -5.0])
def test_an_unknown_budget_is_kept_at_nothing(budget: float):
    assert of_one({"current_budget": budget}) == kept_by("no_budget", 0)


@pytest.mark.parametrize(
    ("currency", "budget", "lower", "upper"),
    [
        # 80 % and 120 % of it lie at 26.664 and 39.996, of 333 at 266.4 and 399.6
        ("USD", 33.33, 26.67, 39.99),
        ("KWD", 33.33, 26.67, 39.99),
        ("JPY", 333.0, 267, 399),
        # nothing lies between 1.04 and 1.56: the nearest one
        ("JPY", 1.3, 1, 1),
    ],
)
def test_limits_are_amounts_that_can_be_set(
    currency: str, budget: float, lower: float, upper: float
):
    found = of_one({"currency": currency, "current_budget": budget})
    assert (found[0], found[2]) == pytest.approx((lower, upper))


def test_currencies_without_cents_are_those_of_the_seed():
    seed = pd.read_csv("seeds/currencies.csv")
    assert tuple(seed.currency[seed.minor_unit_offset == 1]) == WITHOUT_CENTS

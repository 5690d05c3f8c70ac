"""What budgets are worth, against integrals and probabilities worked out otherwise."""

import math
from typing import Any

import numpy as np
import pytest
from inputs import holders

from python_jobs.decisions.arrays import normal_cdf
from python_jobs.decisions.table import Table
from python_jobs.decisions.value import Response, prob_beats_hold, response


def of(**change: Any) -> Response:
    usual = {
        "current_budget": 100.0,
        "current_spend": 100.0,
        "projected_roas": 2.0,
        "marginal_roas": 1.5,
        "curvature": 0.5,
        "roas_sd": 0.2,
    }
    return response(Table(holders(usual | change)))


def revenue(answer: Response, spend: float) -> float:
    return float(answer.revenue_at(np.array([spend]))[0])


def test_revenue_goes_through_todays_point_with_the_marginal_return_as_slope():
    answer = of()
    assert revenue(answer, 100) == pytest.approx(200)
    assert (revenue(answer, 100.01) - revenue(answer, 99.99)) / 0.02 == pytest.approx(1.5)


def test_revenue_is_the_integral_of_a_falling_marginal_return():
    # 200 + integral from 100 to 144 of 1.5 * (s/100)^-.5 = 200 + 300 * (1.2 - 1)
    assert revenue(of(), 144) == pytest.approx(260)
    # curvature 1: 200 + 150 * ln(1.2)
    assert revenue(of(curvature=1.0), 120) == pytest.approx(200 + 150 * math.log(1.2))


@pytest.mark.parametrize("curvature", [0.1, 0.5, 1.0, 1.5])
def test_revenue_is_never_negative_and_rises_with_spend(curvature: float):
    answer = of(curvature=curvature)
    earned = [revenue(answer, spend) for spend in (0, 1, 10, 50, 100, 150)]
    assert earned[0] >= 0
    assert earned == sorted(earned)


def test_no_spend_earns_nothing_and_unknown_roas_is_unknown():
    assert revenue(of(current_spend=0.0), 0) == 0
    assert math.isnan(revenue(of(projected_roas=np.nan), 100))


@pytest.mark.parametrize(
    ("change", "budget", "spend"),
    [
        # the same share of the budget as today
        ({"current_spend": 90.0}, 120.0, 108.0),
        # never more than the budget
        ({"current_spend": 110.0}, 120.0, 120.0),
        # up to the ceiling, however large the budget
        ({"current_spend": 60.0, "delivery_ceiling": 60.0}, 120.0, 60.0),
        ({"current_spend": 60.0, "delivery_ceiling": 60.0}, 80.0, 60.0),
        ({"current_spend": 60.0, "delivery_ceiling": 60.0}, 50.0, 50.0),
        # what it spends is not known: as budgeted
        ({"current_spend": np.nan}, 120.0, 120.0),
        ({"current_spend": 0.0}, 120.0, 0.0),
    ],
)
def test_spend_at_a_budget(change: dict[str, float], budget: float, spend: float):
    assert of(**change).spend_at(np.array([budget])) == pytest.approx([spend])


def chance(answer: Response, budget: float, elsewhere: float, error: float = 0.0) -> float:
    found = prob_beats_hold(
        answer, np.array([budget]), np.array([elsewhere]), np.array([True]), error
    )
    return float(found[0])


def stated(estimated: float) -> float:
    """A share of .24 of moves is decided by what no estimate tells, half of them well."""
    return 0.12 + 0.76 * estimated


def test_a_raise_is_right_if_its_money_returns_more_than_elsewhere():
    # 44 more return 60, so 1.3636 each; ln(1.3636 / 1.2) / .2 = .6392 standard deviations
    expected = 0.5 * (1 + math.erf(math.log(60 / 44 / 1.2) / 0.2 / math.sqrt(2)))
    assert chance(of(), 144, 1.2) == pytest.approx(stated(expected), abs=1e-6)
    assert chance(of(), 144, 60 / 44) == pytest.approx(0.5, abs=1e-6)


def test_what_is_not_known_of_the_elasticity_makes_a_move_less_sure():
    # an elasticity of 1.5 / 2 with an error of .15 is 20 % wrong, beside the 20 % of ROAS
    expected = 0.5 * (1 + math.erf(math.log(60 / 44 / 1.2) / math.hypot(0.2, 0.2) / math.sqrt(2)))
    assert chance(of(), 144, 1.2, error=0.15) == pytest.approx(stated(expected), abs=1e-6)


def test_a_cut_is_right_if_its_money_returned_less_than_elsewhere():
    # 36 less cost 200 - (200 - 300 * .2) = 60, so 1.6667 each
    expected = 0.5 * (1 + math.erf(math.log(2 / (60 / 36)) / 0.2 / math.sqrt(2)))
    assert chance(of(), 64, 2.0) == pytest.approx(stated(expected), abs=1e-6)


def test_taking_what_is_not_spent_is_as_surely_right_as_anything():
    idle = of(current_spend=60.0, delivery_ceiling=60.0)
    assert chance(idle, 80, 1.0) == pytest.approx(0.88)
    assert chance(idle, 120, 1.0) == pytest.approx(0.12)


def test_without_a_move_there_is_no_probability():
    found = prob_beats_hold(of(), np.array([100.0]), np.array([1.0]), np.array([False]), 0.15)
    assert math.isnan(found[0])


def test_normal_distribution():
    values = np.linspace(-6, 6, 241)
    expected = [0.5 * math.erfc(-value / math.sqrt(2)) for value in values]
    assert normal_cdf(values) == pytest.approx(expected, abs=1e-7)

import numpy as np
import pandas as pd

from python_jobs.backtest.path import at_budgets
from python_jobs.decisions.bench_data import random_holders


def test_the_budgets_that_are_change_nothing():
    inputs = random_holders(20, 2)
    same = at_budgets(inputs, inputs["current_budget"].to_numpy(), np.full(20, 0.7))
    numbers = inputs.select_dtypes("float64").columns
    # the account's ROAS and shares are worked out anew
    pd.testing.assert_frame_equal(same[numbers], inputs[numbers], check_exact=False, rtol=1e-9)


def test_windows_shift_as_spend_and_revenue_do():
    """Four times the budget at an elasticity of a half: spend times 4, revenue 2, ROAS a half."""
    inputs = random_holders(2, 2).assign(delivery_ceiling=np.nan)
    then = at_budgets(inputs, 4 * inputs["current_budget"].to_numpy(), np.full(2, 0.5))
    for name, factor in {
        "current_budget": 4,
        "current_spend": 4,
        "spend_7d": 4,
        "spend_recent": 4,
        "impressions_28d": 4,
        "expected_purchases": 4,
        "purchases_28d": 2,
        "purchase_value_7d": 2,
        "conversions_7d": 2,
        "projected_roas": 0.5,
        "marginal_roas": 0.5,
        "roas_base": 0.5,
        "roas_matured_28d": 0.5,
        "cpa_7d": 2,
        "account_projected_roas": 0.5,
        # alone in its account, it is as good as that
        "roas_index": 1,
        "budget_share": 1,
        "ctr_7d": 1,
        "roas_trend": 1,
        "budget_utilization_7d": 1,
    }.items():
        np.testing.assert_allclose(then[name], factor * inputs[name], rtol=1e-9, err_msg=name)
    assert then["days_since_budget_change"].tolist() == [7, 7]


def test_beyond_what_can_be_delivered_nothing_is_spent():
    inputs = random_holders(2, 2).assign(
        current_budget=100.0, current_spend=90.0, delivery_ceiling=120.0, budget_utilization_7d=0.9
    )
    then = at_budgets(inputs, np.array([200.0, 50.0]), np.full(2, 0.5))
    np.testing.assert_allclose(then["current_spend"], [108, 45])
    np.testing.assert_allclose(then["delivery_room"], [0.6, 2.4])
    np.testing.assert_allclose(then["budget_utilization_7d"], [0.54, 0.9])


def test_indexes_compare_with_the_account_as_it_then_is():
    """Of 100 each at ROAS 3 and 1 the account's is 2; at 144 and 56 and an elasticity of a half it
    is 3 * 120 + 1 * 74.83 of 200."""
    inputs = random_holders(2, 1).assign(
        current_budget=100.0,
        current_spend=100.0,
        delivery_ceiling=np.nan,
        projected_roas=[3.0, 1.0],
        account_projected_roas=2.0,
        roas_index=[1.5, 0.5],
    )
    then = at_budgets(inputs, np.array([144.0, 56.0]), np.full(2, 0.5))
    account = (3 * 120 + 100 * 0.56**0.5) / 200
    np.testing.assert_allclose(then["account_projected_roas"], account)
    np.testing.assert_allclose(then["roas_index"], [2.5 / account, 0.56**-0.5 / account])
    np.testing.assert_allclose(then["budget_share"], [0.72, 0.28])

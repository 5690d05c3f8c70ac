"""Other totals, by hand: returns fall as the square root of spend (curvature .5)."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from inputs import holders, random_holders, settings

from python_jobs.decisions.scenarios import SHARES, scenarios

EVEN = {"projected_roas": 2.0, "marginal_roas": 1.5, "curvature": 0.5, "current_spend": 100.0}


def at(found: pd.DataFrame, share: float) -> pd.DataFrame:
    return found[found["total_share"] == share].set_index("budget_entity_id")


def test_twice_as_good_gets_four_times_as_much_wherever_steps_lead():
    found = scenarios(holders(EVEN, EVEN | {"marginal_roas": 0.75}), settings())
    assert at(found, 1.0)["scenario_budget"].tolist() == [160, 40]
    assert at(found, 0.6)["scenario_budget"].tolist() == [96, 24]
    assert at(found, 1.6)["scenario_budget"].tolist() == [256, 64]
    # 1.5 / 1.6^.5
    assert at(found, 1.0)["account_marginal_roas"].tolist() == pytest.approx([1.18585] * 2, 1e-5)


def test_what_a_total_earns():
    row = at(scenarios(holders(EVEN), settings()), 1.6).iloc[0]
    # 7 * 100 * (2 + 1.5 * (1.6^.5 - 1) / .5)
    assert row["scenario_7d_revenue"] == pytest.approx(1956.31, abs=0.01)
    assert row["scenario_7d_spend"] == pytest.approx(7 * 160)
    assert row["account_7d_revenue"] == row["scenario_7d_revenue"]
    assert row["scenario_7d_revenue_low"] < row["scenario_7d_revenue"]


def test_what_cannot_be_spent_is_left_over_and_said():
    limited = EVEN | {"delivery_ceiling": 110.0}
    found = at(scenarios(holders(limited, limited), settings()), 1.6)
    assert found["scenario_budget"].tolist() == [110, 110]
    assert found["unplaced_budget"].tolist() == pytest.approx([100, 100])


def test_learning_passes_but_what_cannot_be_judged_stays():
    learning = EVEN | {"learning_status": "learning", "age_days": 2.0}
    cooling = EVEN | {"days_since_budget_change": 0.0}
    stays = EVEN | {"goal": "leads", "has_value": False}
    found = at(scenarios(holders(learning, cooling, stays), settings()), 1.6)
    assert found["scenario_budget"].tolist() == [190, 190, 100]


def test_an_exclusion_that_ends_passes_too():
    left_out = EVEN | {"budget_group": "hand"}
    for until, budget in ((None, 100), ("2026-03-30", 160)):
        groups = {"hand": {"excluded": True, "excluded_until": until}}
        found = at(scenarios(holders(left_out, EVEN), settings(groups=groups)), 1.6)
        assert found["scenario_budget"].iloc[0] == budget


@given(st.builds(random_holders, count=st.integers(1, 30), accounts=st.integers(1, 4)))
@hypothesis_settings(max_examples=5, deadline=None)
def test_more_money_never_earns_less_and_every_total_adds_up(frame):
    found = scenarios(frame, settings())
    assert len(found) == len(SHARES) * len(frame)
    for _, account in found.groupby("account_id"):
        by_total = account.groupby("total_share")
        revenue = by_total["account_7d_revenue"].first().to_numpy()
        assert (np.diff(revenue) >= -0.02).all()
        placed = by_total["scenario_budget"].sum() + by_total["unplaced_budget"].first()
        np.testing.assert_allclose(placed, by_total["account_budget"].first(), atol=1e-6)

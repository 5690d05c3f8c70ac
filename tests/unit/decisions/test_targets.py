"""Targets by hand, and that no budget passes its own."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from inputs import holders, random_holders, settings

from python_jobs.decisions.decide import decide
from python_jobs.decisions.table import Table
from python_jobs.decisions.targets import budgets_at_target, targets
from python_jobs.decisions.value import response


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ({}, np.nan),
        ({"target_roas": 1.8}, 1.8),
        # of an order of 100, 40 are left: 2.5 must come back
        ({"gross_margin": 0.4}, 2.5),
        # orders of 60 for at most 25 each
        ({"target_cpa": 25.0}, 2.4),
        # the strictest
        ({"target_roas": 1.8, "gross_margin": 0.4, "target_cpa": 25.0}, 2.5),
        # a campaign's own goes before
        ({"gross_margin": 0.4, "target_roas_by_campaign": {"77": 1.2}}, 1.2),
        ({"gross_margin": 0.4, "target_roas_by_campaign": {"78": 1.2}}, 2.5),
    ],
)
def test_what_the_next_unit_must_return(setting: dict[str, Any], expected: float):
    table = Table(holders({}, campaign_id="77", account_aov_28d=60.0))
    assert targets(table, settings(targets=setting)) == pytest.approx([expected], nan_ok=True)


def test_the_budget_at_which_the_next_unit_returns_the_target():
    # returns fall as the square root of spend: 1.5 becomes 1.2 at 100 * (1.5 / 1.2)^2
    frame = holders({"marginal_roas": 1.5, "curvature": 0.5, "current_spend": 100.0})
    assert budgets_at_target(np.array([1.2]), response(Table(frame))) == pytest.approx([156.25])
    assert np.isnan(budgets_at_target(np.array([np.nan]), response(Table(frame)))).all()


@given(
    st.builds(random_holders, count=st.integers(1, 40), accounts=st.integers(1, 4)),
    st.floats(0.3, 4),
)
@hypothesis_settings(max_examples=10, deadline=None)
def test_no_budget_rises_past_its_target_and_what_is_left_over_is_said(frame, target):
    decided = decide(frame, settings(targets={"target_roas": target}))
    raised = decided[decided["action"] == "increase"]
    assert (raised["marginal_roas"] >= target).all()
    # so none whose upper end lies below is raised either
    assert not (raised["projected_roas_high"] < target).any()
    for _, account in decided.groupby("account_id"):
        left_over = account["account_budget_target"].iloc[0] - account["recommended_budget"].sum()
        assert left_over == pytest.approx(account["unplaced_budget"].iloc[0], abs=1e-6)

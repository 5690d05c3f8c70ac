"""Past mornings described again by the project's own SQL, from the tables that a build left."""

import json

import duckdb
import numpy as np
import pandas as pd
import pytest

from python_jobs.backtest.panel import read_panel
from python_jobs.backtest.rebuild import EvidenceRebuilder, differing


@pytest.fixture(scope="module")
def panel(demo_warehouse):
    with duckdb.connect(str(demo_warehouse), read_only=True) as built:
        return read_panel(built)


@pytest.fixture(scope="module")
def in_force(demo_warehouse):
    with duckdb.connect(str(demo_warehouse), read_only=True) as built:
        rows = built.sql(
            """
            select parameter, value from landing.landing_parameters
            where starts_with(parameter, 'evidence.') or starts_with(parameter, 'rolling_windows.')
            """
        ).fetchall()
    return {parameter: json.loads(value) for parameter, value in rows}


@pytest.fixture(scope="module")
def rebuilder(demo_warehouse, project):
    return EvidenceRebuilder(demo_warehouse, project.compiled())


def test_with_the_parameters_in_force_every_row_is_what_was_published(panel, in_force, rebuilder):
    again = rebuilder.rebuilt(panel, in_force).inputs
    numbers = [name for name in again if pd.api.types.is_numeric_dtype(panel.inputs[name])]
    assert len(again) > 100
    assert len(numbers) > 80
    np.testing.assert_allclose(
        again[numbers].astype(float), panel.inputs[numbers].astype(float), rtol=1e-9
    )
    others = panel.inputs.columns.difference(numbers)
    pd.testing.assert_frame_equal(again[others], panel.inputs[others])


def test_another_window_changes_its_features_and_no_outcome(panel, in_force, rebuilder):
    changed = rebuilder.rebuilt(panel, in_force | {"rolling_windows.base_days": 14})
    # two weeks' sums instead of one week's, which stand beside them under their own names
    assert differing(panel, changed) == ["spend_base", "purchases_base", "roas_base"]
    np.testing.assert_allclose(changed.inputs["spend_base"], panel.inputs["spend_14d"])
    assert changed.outcome is panel.outcome
    assert changed.belief is panel.belief


@pytest.mark.parametrize(
    ("parameter", "value", "features"),
    [
        ("evidence.half_life_days", 20.0, {"projected_roas", "evidence_purchases"}),
        ("evidence.elasticity.broad", 0.9, {"elasticity", "marginal_roas"}),
        ("evidence.limited_below", 0.97, {"delivery_ceiling", "delivery_room"}),
    ],
)
def test_other_evidence_changes_what_rests_on_it(
    panel, in_force, rebuilder, parameter, value, features
):
    found = differing(panel, rebuilder.rebuilt(panel, in_force | {parameter: value}))
    assert features <= set(found)
    as_they_are = {"current_budget", "spend_28d", "ctr_7d", "audience_type", "age_days"}
    assert not as_they_are & set(found)
    # nothing of it stays for the next
    assert differing(panel, rebuilder.rebuilt(panel, in_force)) == []

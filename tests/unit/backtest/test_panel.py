import duckdb
import numpy as np
import pandas as pd
import pytest
from panels import FIRST, frames, small_panel

from python_jobs.backtest.panel import make_panel, read_panel


def test_mornings_are_accounts_of_their_own():
    panel = small_panel(mornings=4, holders=3)
    assert len(panel) == 12
    assert panel.morning.tolist() == [0] * 3 + [1] * 3 + [2] * 3 + [3] * 3
    assert panel.inputs["account_id"].nunique() == 4
    assert panel.holders["account_id"].unique().tolist() == ["1"]
    # the money of the morning itself is what is distributed
    assert panel.inputs["account_budget_target"].isna().all()
    assert panel.folds["role"].tolist() == ["choice", "kept_out"]
    assert panel.fold.tolist() == [0, 0, 1, 1]
    assert panel.step.tolist() == [0, 1, 0, 1]


def test_nothing_of_the_days_after_is_among_the_inputs():
    columns = set(small_panel().inputs.columns)
    assert not {name for name in columns if name.startswith(("next_7d", "is_mature", "then_"))}


def test_a_row_is_led_back_to_the_same_holder_a_week_before_in_its_fold():
    assert small_panel(4, 3).before.tolist() == [-1, -1, -1, 0, 1, 2, -1, -1, -1, 6, 7, 8]


def test_what_was_kept_out_is_not_in_the_choice():
    panel = small_panel(4, 3)
    choice = panel.of("choice")
    assert choice.folds["role"].tolist() == ["choice"]
    assert choice.holders["decision_date"].max() == FIRST + pd.Timedelta(days=7)
    assert len(choice) == len(panel.of("kept_out")) == 6
    assert choice.before.tolist() == [-1, -1, -1, 0, 1, 2]
    assert choice.outcome.spend.tolist() == panel.outcome.spend[:6].tolist()
    # restricted once more it is the same
    again = choice.of("choice")
    pd.testing.assert_frame_equal(again.inputs, choice.inputs)


def test_returns_are_corrected_as_was_known_when_the_training_part_ended():
    change = {"shopify_correction": [0.5] * 3 + [0.8] * 3, "incrementality": 0.9}
    panel = small_panel(2, 3, change_response=change)
    expected = panel.outcome.budget * 14 * np.array([0.45] * 3 + [0.72] * 3)
    np.testing.assert_allclose(panel.outcome.revenue, expected)


def test_days_that_are_not_over_or_no_evidence_are_left_out():
    day = np.repeat(np.arange(6), 2)
    panel = small_panel(
        6,
        2,
        is_mature=day < 5,
        next_7d_incident_days=(np.arange(12) == 2).astype(float),
        next_7d_event_days=(day == 3).astype(float),
    )
    # the whole morning goes, or its money would go to those that are left
    days = (panel.holders["decision_date"] - FIRST).dt.days // 7
    assert sorted(set(days)) == [0, 2, 4]


def test_too_few_days_are_told():
    panel, folds, response = frames()
    limits = {"lowest": 0.4, "highest": 1.0, "limited_below": 0.92}
    with pytest.raises(ValueError, match="too few days"):
        make_panel(panel.assign(is_mature=False), folds, response, **limits)
    with pytest.raises(ValueError, match="no morning whose next days"):
        make_panel(panel.assign(next_7d_event_days=1.0), folds, response, **limits)


def test_it_is_read_from_a_warehouse():
    panel, folds, response = frames()
    with duckdb.connect() as connection:
        connection.execute("create schema backtest; create schema results")
        for name, rows in (
            ("backtest_panel", panel),
            ("backtest_folds", folds),
            ("backtest_response", response),
        ):
            connection.register("rows", rows)
            days = [
                day
                for day in ("decision_date", "data_through", "test_from", "test_to")
                if day in rows
            ]
            as_dates = ", ".join(f"cast({day} as date) as {day}" for day in days)
            replaced = f"replace ({as_dates})" if days else ""
            connection.execute(f"create table backtest.{name} as select * {replaced} from rows")
        connection.execute(
            "create table results.parameters as from (values "
            "('backtest.elasticity.lowest', '0.0'), ('backtest.elasticity.highest', '1.0'), "
            "('backtest.limited_below', '0.92')"
            ") as p (parameter, value)"
        )
        found = read_panel(connection)
    made = small_panel()
    np.testing.assert_array_equal(found.outcome.revenue, made.outcome.revenue)
    np.testing.assert_array_equal(found.before, made.before)
    assert found.belief.highest == 1


def test_a_file_published_before_a_parameter_was_is_told():
    with duckdb.connect() as connection:
        connection.execute("create schema results")
        connection.execute(
            "create table results.parameters as from (values "
            "('backtest.elasticity.lowest', '0.0'), ('backtest.elasticity.highest', '1.0'), "
            "('targets.target_roas', 'none')"
            ") as p (parameter, value)"
        )
        with pytest.raises(ValueError, match=r"lacks backtest\.limited_below: .* build .* anew"):
            read_panel(connection)

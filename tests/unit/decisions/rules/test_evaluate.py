"""All rules on all rows: the order of rules, of rows and of blocks, and that both views agree."""

import numpy as np
import pandas as pd
import pytest
from cases import CASES, frame, row
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up import mixed_rows, typical_holders
from views import decided, evaluated

from python_jobs.decisions.rules import evaluate
from python_jobs.decisions.rules.catalogue import RULES

RULE_IDS = [rule.rule_id for rule in RULES]


def test_the_first_in_order_of_priority_decides_and_the_others_are_kept(parameters):
    # clicks rise at high ROAS with high marginal ROAS, and the weekend is near
    changes = CASES["high_rising"].decides | {
        "marginal_index": 1.15,
        "weekday": 5.0,
        "weekend_index": 1.1,
    }
    found = decided(frame(row(**changes)), parameters).iloc[0]
    assert found["rule_id"] == "high_rising"
    assert found["matched_rules"] == "high_rising,high_marginal_too,high_steady,good_weekend_ahead"
    found = decided(frame(row(**changes, status="paused")), parameters).iloc[0]
    assert (found["rule_id"], found["rule_factor"]) == ("not_active", 1.0)
    assert found["matched_rules"].startswith("not_active,high_rising,")


def test_a_row_of_which_nothing_is_known_is_held(parameters):
    known = {"decision_date", "account_id", "budget_level", "budget_entity_id"}
    rows = frame(row()).assign(
        **{
            name: pd.Series([None], dtype=values.dtype if values.dtype == object else float)
            for name, values in frame(row()).items()
            if name not in known
        }
    )
    found = decided(rows, parameters).iloc[0]
    assert found["matched_rules"] == "budget_unknown,too_little_to_judge"
    assert found["bound"] == "hold"


def test_no_rows_are_no_error(parameters):
    rows = frame(row(), row(status="paused"), row(spend_3d=0.0))
    found = decided(rows, parameters)
    assert found["rule_id"].tolist() == ["in_line_with_account", "not_active", "no_delivery"]
    none = decided(rows.iloc[:0], parameters)
    assert none.columns.tolist() == decided(rows, parameters).columns.tolist()
    assert len(none) == len(evaluated(rows.iloc[:0], parameters)) == 0


def test_texts_are_plain_objects_and_the_factor_a_float(parameters):
    found = decided(typical_holders(100), parameters)
    assert found.pop("rule_factor").dtype == float
    assert set(found.dtypes) == {np.dtype(object)}
    assert all(type(text) is str for text in found.to_numpy().ravel())


@given(rows=mixed_rows, seed=st.integers(0, 1000))
@settings(max_examples=25, deadline=None)
def test_the_order_of_rows_is_irrelevant(rows, seed, parameters):
    shuffled = rows.sample(frac=1, random_state=seed)
    pd.testing.assert_frame_equal(
        decided(shuffled, parameters).sort_index(), decided(rows, parameters)
    )


@given(rows=mixed_rows)
@settings(max_examples=25, deadline=None)
def test_both_views_agree(rows, parameters):
    found = evaluated(rows, parameters)
    decisions = decided(rows, parameters)
    assert found["rule_id"].tolist() == RULE_IDS * len(rows)
    of_row = found.groupby(found["budget_entity_id"].astype(int))
    fired = found[found["fired"]].groupby(found["budget_entity_id"].astype(int))
    assert fired["rule_id"].agg(",".join).tolist() == decisions["matched_rules"].tolist()
    assert found.loc[found["decided"], "rule_id"].tolist() == decisions["rule_id"].tolist()
    assert (of_row["decided"].sum() == 1).all()
    # what fired lacks nothing, what did not lacks something
    assert (found["failed_condition"].isna() == found["fired"]).all()
    numbers = found[["value", "threshold", "short_by"]]
    assert numbers[found["fired"]].isna().all(axis=None)
    assert (numbers["short_by"].dropna() >= 0).all()


def test_why_a_rule_did_not_fire_in_numbers(parameters):
    rows = frame(row(budget_entity_id="1"), row(budget_entity_id="2", spend_28d=100.0))
    rows["purchases_28d"] = [56.0, 0.0]
    found = evaluated(rows, parameters).set_index(["budget_entity_id", "rule_id"])
    # three purchases at 50 each cost 150
    assert found.loc[("2", "nothing_sold"), "failed_condition":].tolist() == [
        "spend_28d >= decision_rules.safety.nothing_sold_expected_purchases * account_cpa_28d",
        100.0,
        150.0,
        50.0,
    ]
    assert found.loc[("1", "nothing_sold"), "failed_condition":].tolist() == [
        "purchases_28d <= 0",
        56.0,
        0.0,
        56.0,
    ]
    fallback = found.loc[("1", "in_line_with_account")]
    assert (fallback["fired"], fallback["decided"]) == (True, True)
    held = evaluated(rows.assign(spend_3d=0.0), parameters)
    assert held.loc[held["rule_id"] == "in_line_with_account", "failed_condition"].tolist() == [
        "no other rule",
        "no other rule",
    ]


def test_blocks_do_not_show(parameters, monkeypatch):
    rows = typical_holders(1000)
    whole = decided(rows, parameters)
    monkeypatch.setattr(evaluate, "BLOCK_ROWS", 64)
    pd.testing.assert_frame_equal(decided(rows, parameters), whole)


@pytest.mark.parametrize("count", [1, 8, 54, 64, 65, 200])
def test_any_number_of_rules_fits(count):
    fired = np.random.default_rng(1).random((count, 300)) < 0.02
    number, distinct = evaluate._number_patterns(evaluate._patterns(fired))
    unpacked = np.unpackbits(distinct, axis=1, count=count).astype(bool)
    assert (unpacked[number] == fired.T).all()
    assert len(distinct) == len(np.unique(fired.T, axis=0))


def test_every_rule_decides_somewhere_and_none_makes_a_third_of_the_moves(parameters):
    counts = decided(typical_holders(200_000), parameters)["rule_id"].value_counts()
    assert set(counts.index) == set(RULE_IDS)
    moves = counts[[rule.rule_id for rule in RULES if rule.direction != "hold"]]
    assert moves.max() < moves.sum() / 5
    raises = counts[[rule.rule_id for rule in RULES if rule.direction == "raise"]].sum()
    assert 0.3 < raises / moves.sum() < 0.7
    # what no rule describes is a small part
    assert counts["in_line_with_account"] < 0.15 * counts.sum()

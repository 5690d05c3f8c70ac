"""Patterns that were planted are found, those that were not are not."""

import numpy as np
import pandas as pd
import pytest

from python_jobs.discovery.discover import discover, feature_importance
from python_jobs.discovery.patterns import Bound, holds, lift, q_values, split_weeks
from python_jobs.discovery.targets import TRANSFORMS, Target, make_target, rounded

COLUMNS = [f"feature_{number}" for number in range(8)]
HOLDERS, WEEKS = 30, 50


def panel(seed, planted):
    """Return past mornings of one account; with 'feature_3' above .7 revenue is `planted` times."""
    random = np.random.default_rng(seed)
    rows = HOLDERS * WEEKS
    holder, week = (codes.ravel() for codes in np.indices((HOLDERS, WEEKS)))
    frame = pd.DataFrame(random.uniform(size=(rows, len(COLUMNS))), columns=COLUMNS)
    # a copy of the sixth but for noise, and a trait of the holder
    frame["feature_6"] = frame["feature_5"] + 0.05 * random.standard_normal(rows)
    frame["feature_7"] = random.uniform(size=HOLDERS)[holder]
    own = np.exp(0.2 * random.standard_normal(HOLDERS))[holder]
    season = np.exp(0.2 * random.standard_normal(WEEKS))[week]
    spend = random.uniform(200, 800, rows)
    due = spend / 40 * own * season * np.where(frame["feature_3"] > 0.7, planted, 1.0)
    return frame.assign(
        account_id="1",
        decision_date=np.datetime64("2026-01-05") + 7 * week,
        budget_entity_id=holder.astype(str),
        next_7d_spend=spend,
        next_7d_purchase_value=random.poisson(due) * 80.0,
        next_7d_incident_days=0,
        is_mature=True,
        shopify_correction=1.0,
        account_aov_28d=80.0,
        roas_matured_28d=2.0 * own,
        projected_roas=2.0 * own,
    )


def found_in(frame, matched=None):
    return discover(frame, feature_importance(frame, COLUMNS), matched or {})


@pytest.mark.parametrize("accounts", [2, pytest.param(6, marks=pytest.mark.long)])
def test_a_planted_pattern_is_found(accounts):
    found = 0
    for seed in range(accounts):
        patterns = found_in(panel(seed, 1.35))
        is_found = patterns[patterns["is_found"]]
        speaks = is_found["condition"].str.contains("feature_3 >", regex=False)
        near = is_found["condition"].str.extract(r"feature_3 > ([0-9.]+)")[0].astype(float)
        found += bool((speaks & near.between(0.6, 0.8)).any())
        # one pattern a target, not each of its parts again
        assert len(is_found) <= 2 * 3
    assert found >= accounts - 1


@pytest.mark.long
def test_false_patterns_are_few():
    false = [found_in(panel(100 + seed, 1.0))["is_found"].any() for seed in range(6)]
    # at a rate of 10 % 3 of 6 accounts would come by chance once in 60
    assert sum(false) <= 2


def test_the_feature_that_matters_is_the_most_important_and_twins_stand_together():
    told = feature_importance(panel(1, 1.6), COLUMNS)
    of_roas = told[told["target"] == "beyond_projection"].set_index("feature")
    assert of_roas["importance"].idxmax() == "feature_3"
    assert of_roas.loc["feature_5", "feature_group"] == of_roas.loc["feature_6", "feature_group"]
    assert of_roas["feature_group"].nunique() == len(COLUMNS) - 1


def test_targets_add_up_to_what_the_account_observed_each_week():
    frame = panel(2, 1.0)
    frame.loc[frame.index % 7 == 0, "next_7d_spend"] = 0.0
    target = make_target(frame, "beyond_projection")
    assert (frame["next_7d_spend"].to_numpy()[target.rows] > 0).all()
    week = frame["decision_date"].to_numpy()[target.rows]
    sums = pd.DataFrame({"observed": target.observed, "expected": target.expected})
    by_week = sums.groupby(week).sum()
    assert by_week["observed"].to_numpy() == pytest.approx(by_week["expected"].to_numpy())


def test_lift_by_hand():
    # four holders, two weeks each; expected 100 each, purchases of 10
    observed = np.array([150.0, 170, 140, 180, 100, 90, 110, 100])
    target = Target("roas", np.arange(8), observed, np.full(8, 100.0), np.full(8, 10.0))
    inside = np.array([True] * 4 + [False] * 4)
    holder = np.array([0, 0, 1, 1, 2, 2, 3, 3])
    assert lift(target, inside, np.ones(8, bool), holder) is None  # two holders prove nothing
    holder = np.array([0, 1, 2, 2, 3, 3, 4, 4])
    outcome = lift(target, inside, np.ones(8, bool), holder)
    assert outcome is not None
    # 640 of 400 expected against 400 of 400
    assert outcome.ratio == pytest.approx(1.6)
    # leaving out one holder after the other: ln of (490/300, 470/300, 320/200) / 1 and of
    # 1.6 / (210/200, 190/200); sqrt(4/5 of the squared distances from their mean)
    logs = np.log([490 / 300, 470 / 300, 320 / 200, 1.6 / 1.05, 1.6 / 0.95])
    error = np.sqrt(0.8 * ((logs - logs.mean()) ** 2).sum())
    # 80 % of Student's t with 2 degrees lie within 1.8856
    assert outcome.low == pytest.approx(1.6 * np.exp(-1.8856 * error), rel=1e-4)
    assert outcome.holders == 3


def test_false_discovery_rates_by_hand():
    # Benjamini and Hochberg: smallest of p * n / rank from there upwards
    assert q_values(np.array([0.01, 0.5, 0.02, 0.03])) == pytest.approx([0.04, 0.5, 0.04, 0.04])


def test_weeks_that_test_come_after_those_that_teach_and_a_gap():
    weeks = split_weeks(np.repeat(np.arange(10), 3))
    assert weeks.number[weeks.learned].max() == 5
    assert weeks.number[weeks.tested].min() == 7


def test_what_is_not_known_is_in_no_pattern():
    features = pd.DataFrame({"a": [1.0, np.nan, 3.0]})
    assert holds([Bound("a", ">", 2.0)], features).tolist() == [False, False, True]
    assert holds([Bound("a", "<=", 2.0)], features).tolist() == [True, False, False]


def test_the_nearest_rule_is_named_where_it_matches_alike():
    frame = panel(1, 1.6)
    matched = {
        "far": (frame["feature_0"] > 0.95).to_numpy(),
        "near": (frame["feature_3"] > 0.75).to_numpy(),
    }
    patterns = found_in(frame, matched)
    surest = patterns.iloc[0]
    assert surest["condition"].startswith("feature_3 > 0.")
    assert surest["nearest_rule"] == "near"
    # rows above .75 of those above about .7
    assert surest["nearest_rule_overlap"] == pytest.approx(0.25 / 0.3, abs=0.1)
    assert 'bound="no_cut"' in surest["declaration"]
    compile(surest["declaration"], "pasted", "eval")


@pytest.mark.parametrize("weeks", [1, 2, 3, 4, 5, 6])
def test_too_few_weeks_find_nothing_however_many_ad_sets_there_are(weeks):
    frame = panel(1, 1.6)
    short = frame[frame["decision_date"] < np.datetime64("2026-01-05") + 7 * weeks]
    # the same ad sets under twenty names each
    many = pd.concat(
        [short.assign(budget_entity_id=short["budget_entity_id"] + f"_{n}") for n in range(20)]
    )
    importance = feature_importance(many, COLUMNS)
    assert importance["importance"].notna().all()
    if weeks < 5:
        assert importance.empty
        assert found_in(many).empty


def test_logarithms_have_nine_digits_as_processors_differ_in_the_last_ones():
    target = make_target(panel(0, 1.35), "roas")
    values = TRANSFORMS["log"](target, np.ones(len(target.rows), bool))
    differing = values * (1 + np.finfo("float64").eps)
    np.testing.assert_array_equal(values, rounded(differing))

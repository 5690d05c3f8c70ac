"""The decision as a whole: what holds for every input, and what each part adds to the trace."""

import hashlib
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from inputs import ANY_CHANGE, ONE_HOLDER, holders, no_modifiers, random_holders, settings

from python_jobs.decisions.bench import many_holders
from python_jobs.decisions.decide import Known, decide, recommended_budgets

DEFAULTS = settings()
MONEY = [
    "current_budget",
    "ordinary_budget",
    "account_budget_target",
    "minimum_budget",
    "current_spend",
    "reference_spend",
    "delivery_ceiling",
    *(name for name in ONE_HOLDER if name.startswith(("spend_", "purchase_value_"))),
    *(name for name in ONE_HOLDER if "cpa" in name or "cpm" in name or "aov" in name),
]
"""Columns in account currency; spend_trend and spend_volatility_14d are none."""
MONEY = [name for name in MONEY if name not in ("spend_trend", "spend_volatility_14d")]

SUCCESS = [
    "projected_roas",
    "projected_roas_low",
    "projected_roas_high",
    "marginal_roas",
    "roas_recent",
    "roas_base",
    "roas_long",
    "roas_index",
    "roas_index_low",
    "roas_index_high",
    *(name for name in ONE_HOLDER if name.startswith(("purchases_", "purchase_value_"))),
]
"""What grows if a holder sells more at equal spend."""

NUMBERS = [name for name, example in ONE_HOLDER.items() if isinstance(example, float)]
TEXTS = ["status", "budget_type", "currency", "learning_status", "audience_type", "account_name"]

accounts = st.builds(
    random_holders,
    count=st.integers(1, 40),
    accounts=st.integers(1, 5),
    seed=st.integers(0, 10_000),
)
totals = st.sampled_from([1.0, 1.0, 0.97, 1.08, 0.5, 3.0])
SETTINGS = {
    "any change": settings(effort=ANY_CHANGE),
    "caps": settings(
        safety_rules={"max_share_of_account": 0.2, "max_daily_budget": 150.0}, effort=ANY_CHANGE
    ),
    "caps doubled": settings(
        safety_rules={"max_share_of_account": 0.2, "max_daily_budget": 300.0}, effort=ANY_CHANGE
    ),
    "down to nothing": settings(
        safety_rules={"max_decrease": 1.0, "cooldown_days": 0}, effort=ANY_CHANGE
    ),
}
kinds = st.sampled_from([name for name in SETTINGS if name != "caps doubled"])


def with_total(frame: pd.DataFrame, share: float) -> pd.DataFrame:
    return frame.assign(account_budget_target=frame["account_budget_target"] * share)


def spoiled(frame: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Put nulls, zeros, negatives, infinities and unknown words into any column."""
    random = np.random.default_rng(seed)
    frame = frame.copy()
    for name in NUMBERS:
        values = frame[name].to_numpy(copy=True)
        where = random.random(len(frame)) < 0.15
        values[where] = random.choice([np.nan, 0.0, -3.0, np.inf, 1e-300, 1e12], where.sum())
        frame[name] = values
    for name in TEXTS:
        where = random.random(len(frame)) < 0.1
        frame.loc[where, name] = random.choice([None, "lifetime", "paused", "learning", "JPY"])
    return frame


@given(accounts, totals, kinds)
@hypothesis_settings(max_examples=12, deadline=None)
def test_budgets_add_up_and_stay_within_their_limits(frame, share, kind):
    decided = decide(with_total(frame, share), SETTINGS[kind])
    for _, account in decided.groupby("account_id"):
        total = round(account["account_budget_target"].iloc[0] * 100)
        planned = round(account["recommended_budget"].sum() * 100)
        unplaced = round(account["unplaced_budget"].iloc[0] * 100)
        assert planned + unplaced == total
        if (account["binding_limit"] == "plan_not_better").any():
            continue
        lowest, highest = account["lower_limit"].sum(), account["upper_limit"].sum()
        assert (unplaced != 0) == not_within(total / 100, lowest, highest)
        assert (account["recommended_budget"] >= account["lower_limit"] - 1e-9).all()
        assert (account["recommended_budget"] <= account["upper_limit"] + 1e-9).all()
    cents = decided["recommended_budget"] * 100
    assert np.abs(cents - cents.round()).max() < 1e-6


def test_budgets_alone_are_those_of_decisions_whatever_was_tried_before():
    """Settings of groups change who shares money, and so the order of rows."""
    frame = random_holders(300, 4).sample(frac=1, random_state=0, ignore_index=True)
    frame["budget_group"] = np.resize(np.array(["a", "b", None], dtype=object), len(frame))
    known = Known.of(frame)
    for changes in (
        {},
        {"groups": {"a": {"daily_total": 900.0}, "b": {"largest_share": 0.2}}},
        {"groups": {"b": {"test": True}}, "effort": {"max_changes_per_run": 3}},
        {"safety_rules": {"max_increase": 0.1, "cooldown_days": 30}},
        {},
    ):
        parameters = settings(**changes)
        decided = decide(frame, parameters).set_index("budget_entity_id")["recommended_budget"]
        budgets = recommended_budgets(known, parameters)
        np.testing.assert_array_equal(budgets, decided[frame["budget_entity_id"]])


def not_within(total: float, lowest: float, highest: float) -> bool:
    return total < lowest - 0.001 or total > highest + 0.001


@given(accounts, totals, kinds, st.integers(0, 100))
@hypothesis_settings(max_examples=10, deadline=None)
def test_order_of_rows_is_irrelevant(frame, share, kind, seed):
    frame = with_total(frame, share)
    pd.testing.assert_frame_equal(
        decide(frame, SETTINGS[kind]),
        decide(frame.sample(frac=1, random_state=seed), SETTINGS[kind]),
    )


@given(accounts, totals, kinds)
@hypothesis_settings(max_examples=10, deadline=None)
def test_doubling_the_currency_unit_doubles_the_budgets_and_changes_nothing_else(
    frame, share, kind
):
    frame = with_total(frame, share)
    doubled = frame.copy()
    doubled[MONEY] *= 2
    before = decide(frame, SETTINGS[kind])
    after = decide(doubled, SETTINGS["caps doubled" if kind == "caps" else kind])
    # a cent each for the limits, which are whole cents, and what they leave to others
    off = np.abs(after["recommended_budget"] - 2 * before["recommended_budget"])
    assert off.max() <= 0.01 * (len(frame) + 1)
    same = ["rule_id", "rule_factor", "adjustment_factor", "prob_beats_hold", "expected_7d_roas"]
    # such a cent may be all that moves a budget
    moved_once = before["prob_beats_hold"].isna() ^ after["prob_beats_hold"].isna()
    for decided in (before, after):
        moved = np.abs(decided["recommended_budget"] - decided["current_budget"])
        assert (moved[moved_once] <= 0.01 * (len(frame) + 1)).all()
        decided["prob_beats_hold"] = decided["prob_beats_hold"].mask(moved_once)
    pd.testing.assert_frame_equal(after[same], before[same], rtol=0.02, atol=0.02)


@given(accounts, st.integers(0, 10_000), kinds)
@hypothesis_settings(max_examples=12, deadline=None)
def test_no_input_gives_a_negative_infinite_or_missing_budget(frame, seed, kind):
    decided = decide(spoiled(frame, seed), SETTINGS[kind])
    worked_out = decided.select_dtypes("number").drop(columns=NUMBERS, errors="ignore")
    assert not np.isinf(worked_out).any().any()
    always = [
        "rule_factor",
        "adjustment_factor",
        "marginal_factor",
        "desired_budget",
        "lower_limit",
        "upper_limit",
        "budget_after_limits",
        "recommended_budget",
        "budget_change_pct",
        "unplaced_budget",
        "expected_7d_spend",
    ]
    assert np.isfinite(decided[always]).all().all()
    assert (decided["recommended_budget"] >= 0).all()
    money = ["expected_7d_spend", "expected_7d_revenue", "hold_7d_revenue", "expected_7d_roas"]
    assert not (decided[money] < 0).any().any()
    assert decided["reason"].str.len().min() > 30


@given(st.integers(0, 10_000), totals, kinds, st.floats(1.001, 3))
@hypothesis_settings(max_examples=12, deadline=None)
def test_more_sold_at_equal_spend_never_lowers_a_budget(seed, share, kind, more):
    """Of one holder in each of twelve accounts, which have nothing to do with each other."""
    frame = with_total(random_holders(120, 12, seed), share)
    one_each = frame.groupby("account_id").sample(1, random_state=seed)
    better = frame.copy()
    better.loc[one_each.index, SUCCESS] = one_each[SUCCESS].astype(float) * more
    before, after = (
        decide(rows, SETTINGS[kind])
        .set_index("budget_entity_id")
        .loc[one_each["budget_entity_id"], ["rule_id", "recommended_budget"]]
        for rows in (frame, better)
    )
    gained = after["recommended_budget"] - before["recommended_budget"]
    assert (gained[before["rule_id"] == after["rule_id"]] >= -0.0101).all()


@given(accounts, totals, st.sampled_from([None, 3]))
@hypothesis_settings(max_examples=15, deadline=None)
def test_every_change_is_worth_an_edit_and_a_budget_that_a_person_would_type(frame, share, most):
    effort = {"round_to": 1.0, "min_change_pct": 5.0, "max_changes_per_run": most}
    decided = decide(with_total(frame, share), settings(effort=effort))
    today, budget = decided["current_budget"].round(2), decided["recommended_budget"]
    free = (decided["lower_limit"] <= today) & (today <= decided["upper_limit"])
    changed = (budget - today).abs() > 0.005
    mean = today.groupby(decided["account_id"]).transform("mean")
    small = changed & free & ((budget - today).abs() < 0.05 * np.minimum(today, mean) - 0.01)
    # from 20 on a whole unit is no more than a quarter of the largest rise
    large = budget[changed & free & (today >= 20)]
    assert ((large - large.round()).abs() < 1e-9).all()
    for _, account in decided.groupby("account_id"):
        rows = account.index
        if not free[rows].all():
            continue
        # one may take up what would be left over
        assert small[rows].sum() <= 1
        if most:
            assert changed[rows].sum() <= most
        rest = account["account_budget_target"].iloc[0] - today[rows].sum()
        assert abs(account["unplaced_budget"].iloc[0]) <= max(1, abs(rest)) + 0.01


WITHOUT_RULES = settings(
    **no_modifiers()
    | {
        "budget_relative_config": {"enabled": True, "small_strength": 0.0, "large_strength": 0.0},
        "safety_rules": {"max_decrease": 0.2},
        "effort": ANY_CHANGE,
    }
)


@given(accounts)
@hypothesis_settings(max_examples=10, deadline=None)
def test_without_a_rules_factor_every_move_is_more_likely_right_than_wrong(frame):
    decided = decide(frame, WITHOUT_RULES)
    assert (decided["adjustment_factor"] - 1).abs().max() < 1e-9
    forced = decided["binding_limit"].isin(["rule", "delivery"])
    cents = (decided["recommended_budget"] - decided["current_budget"]).abs() * 100
    chosen = decided[~forced & (cents > 2) & (decided["action"] != "pause")]
    assert (chosen["prob_beats_hold"] >= 0.49).all()


@given(accounts, totals, kinds)
@hypothesis_settings(max_examples=10, deadline=None)
def test_the_trace_multiplies_to_the_recommendation(frame, share, kind):
    decided = decide(with_total(frame, share), SETTINGS[kind])
    of = {name: decided[name].to_numpy() for name in decided.select_dtypes("number")}
    steps = [
        "rule_factor",
        "factor_after_gradient",
        "factor_after_trend",
        "factor_after_health_score",
        "factor_after_budget_relative",
        "factor_after_sample_size",
        "factor_after_smoothing",
    ]
    product = of["current_budget"] * of["rule_factor"]
    for before, after in pairwise(steps):
        product = product * of[after] / of[before]
    product = product * of["marginal_factor"]
    assert product == pytest.approx(of["desired_budget"])
    product = product * of["budget_after_limits"] / of["desired_budget"]
    assert product == pytest.approx(of["budget_after_limits"])
    # the last step is less than a minor unit, whichever way the account's total rounds
    assert np.abs(of["recommended_budget"] - of["budget_after_limits"]).max() < 0.01


@given(accounts, kinds.filter(lambda kind: kind != "caps"))
@hypothesis_settings(max_examples=10, deadline=None)
def test_no_plan_is_valued_below_todays_budgets(frame, kind):
    decided = decide(frame, SETTINGS[kind])
    for _, account in decided.groupby("account_id"):
        if abs(account["unplaced_budget"].iloc[0]) < 0.005:
            assert account["expected_7d_revenue"].sum() >= account["hold_7d_revenue"].sum() - 0.01


def fingerprint() -> str:
    decided = decide(random_holders(200, 5, seed=3), DEFAULTS)
    return hashlib.sha256(decided.to_csv(index=False).encode()).hexdigest()


def test_a_new_process_decides_the_same():
    here = Path(__file__).parent
    code = "import test_decide; print(test_decide.fingerprint())"
    found = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=here,
        env={"PYTHONPATH": f"{here}:{Path.cwd()}", "PYTHONHASHSEED": "12345"},
    )
    assert found.stdout.strip() == fingerprint()


def test_no_holders_give_no_decisions():
    none = decide(random_holders(1, 1).iloc[:0], DEFAULTS)
    assert len(none) == 0
    assert list(none.columns) == list(decide(random_holders(3, 1), DEFAULTS).columns)


def test_actions_follow_what_changes():
    decided = decide(
        holders(
            {"marginal_roas": 2.5, "projected_roas": 3.3},
            {"marginal_roas": 1.0, "projected_roas": 1.3},
            {"status": "paused"},
            {"bid_strategy": "COST_CAP", "current_spend": 60.0, "delivery_ceiling": 60.0},
        ),
        DEFAULTS,
    )
    assert decided["action"].tolist() == ["increase", "decrease", "hold", "review_bid"]
    assert decided["budget_change_pct"].tolist() == pytest.approx([20, -20, 0, 0])


def test_a_fraction_of_a_cent_is_no_change():
    decided = decide(holders({"current_budget": 100 / 3}), DEFAULTS)
    assert decided["recommended_budget"].tolist() == [33.33]
    assert decided["action"].tolist() == ["hold"]
    assert decided["budget_change_pct"].tolist() == [0]


def test_the_benchmark_has_every_column_that_is_read():
    assert len(decide(many_holders(300, 5), settings())) == 300

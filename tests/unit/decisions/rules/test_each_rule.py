"""Every rule decides a row made by hand, with the factor written there, and not its neighbours."""

import pytest
from cases import CASES, LIKE_ITS_ACCOUNT, NOT_KNOWN, frame, row
from views import decided, evaluated

from python_jobs.decisions.rules.catalogue import FALLBACK, RULES
from python_jobs.decisions.rules.condition import All, leaves, text


def failed(case, rule_id, parameters):
    """Per miss: the comparison that fails; null where the rule still matches."""
    rows = frame(*(row(**case.decides | miss) for miss in case.misses))
    found = evaluated(rows, parameters)
    return found.loc[found["rule_id"] == rule_id, "failed_condition"].tolist()


def test_there_is_a_case_for_every_rule():
    assert list(CASES) == [rule.rule_id for rule in RULES]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.rule_id)
def test_it_decides_with_the_factor_calculated_by_hand(rule, parameters):
    case = CASES[rule.rule_id]
    found = decided(frame(row(**case.decides)), parameters).iloc[0]
    assert found["rule_id"] == rule.rule_id
    assert found["rule_factor"] == case.factor
    assert found["bound"] == rule.bound
    assert found["decision_path"] == rule.decision_path
    assert found["rule_class"] == rule.rule_class


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.rule_id)
def test_it_does_not_match_just_across_any_of_its_thresholds(rule, parameters):
    found = failed(CASES[rule.rule_id], rule.rule_id, parameters)
    assert None not in found
    if rule is not FALLBACK:
        for miss, condition in zip(CASES[rule.rule_id].misses, found, strict=True):
            assert next(iter(miss)) in condition
        for part in conjuncts(rule.condition):
            assert set(found) & {text(leaf) for leaf in leaves(part)}, f"no miss of: {text(part)}"


def conjuncts(condition):
    if isinstance(condition, All):
        return [nested for part in condition.parts for nested in conjuncts(part)]
    return [condition]


# the other ways to match, of rules that have alternatives
@pytest.mark.parametrize(
    ("rule_id", "changes"),
    [
        ("not_active", {"status": "archived"}),
        ("budget_unknown", {"current_budget": NOT_KNOWN}),
        ("learning_protected", {"learning_status": "learning"}),
        ("too_little_to_judge", {"projected_roas": NOT_KNOWN}),
        ("too_little_to_judge", {"spending_days_28d": 2.0}),
        ("audience_worn", {"marginal_index": 0.9, "ctr_7d": 0.0091, "frequency_7d_high": 10.0}),
        ("good_weekend_ahead", {"weekday": 6.0, "weekend_index": 1.03}),
        ("season_prices", {"month": 11.0, "cpm_7d": 10.51}),
        ("excellent_steady", CASES["excellent_steady"].decides | {"click_index": NOT_KNOWN}),
        ("low_in_every_window", CASES["low_in_every_window"].decides | {"click_index": NOT_KNOWN}),
    ],
)
def test_alternatives(rule_id, changes, parameters):
    assert decided(frame(row(**changes)), parameters)["rule_id"].tolist() == [rule_id]


def test_delivering_states_are_no_reason_to_hold(parameters):
    rows = frame(*(row(status=status) for status in ("active", "in_process", "with_issues", None)))
    assert set(decided(rows, parameters)["rule_id"]) == {"in_line_with_account"}


def test_a_holder_like_its_account_is_left_to_the_allocation(parameters):
    found = decided(frame(LIKE_ITS_ACCOUNT), parameters).iloc[0].to_dict()
    assert found == {
        "rule_id": "in_line_with_account",
        "rule_class": "fallback",
        "decision_path": "in_line_with_account",
        "rule_factor": 1.0,
        "bound": "none",
        "matched_rules": "in_line_with_account",
    }


@pytest.mark.parametrize("rule_id", CASES)
def test_after_any_rule_moved_a_budget_the_cooldown_holds_it(rule_id, parameters):
    rows = frame(row(**CASES[rule_id].decides | {"days_since_budget_change": 1.0}))
    assert decided(rows, parameters)["bound"].tolist() == ["hold"]


# what a test has to sell is said by its target, not by what the account expects of it
@pytest.mark.parametrize(
    "rule_id",
    [
        rule.rule_id
        for rule in RULES
        if rule.direction in ("raise", "cut", "pause") and rule.rule_id != "test_without_purchase"
    ],
)
def test_no_rule_moves_a_learning_holder_or_one_without_evidence(rule_id, parameters):
    decides = CASES[rule_id].decides
    rows = frame(
        row(**decides | {"learning_status": "learning"}),
        row(**decides | {"expected_purchases": 0.9}),
        row(**decides | {"projected_roas": NOT_KNOWN}),
    )
    assert decided(rows, parameters)["bound"].tolist() == ["hold"] * 3

"""The catalogue: complete, in order, and the same in the table and on the page."""

import re
from functools import reduce

import pytest
import yaml

from python_jobs.config.paths import field_schema, key_paths
from python_jobs.decisions import groups, marginal
from python_jobs.decisions.rules.catalogue import NOT_IN_WORLDS, RULES, catalogue_rows
from python_jobs.decisions.rules.condition import Parameter
from python_jobs.decisions.rules.reference import CLASSES, PAGE, page
from python_jobs.decisions.rules.rule import allowed_range

CLASSES_IN_ORDER = "safety excellent high efficiency volume lifecycle time_based declining".split()


def test_at_least_42_rules_in_the_order_of_the_eight_classes():
    assert len(RULES) >= 42
    priorities = [rule.priority for rule in RULES]
    assert priorities == sorted(set(priorities))
    classes = list(dict.fromkeys(rule.rule_class for rule in RULES))
    assert classes == [*CLASSES_IN_ORDER, "fallback"] == list(CLASSES)


@pytest.mark.parametrize("name", ["rule_id", "decision_path", "rationale"])
def test_each_rule_has_its_own(name):
    texts = [getattr(rule, name) for rule in RULES]
    assert len(set(texts)) == len(RULES)
    assert all(texts)


def test_a_factor_cannot_be_set_to_turn_a_rule_around():
    for rule in RULES:
        if isinstance(rule.factor, Parameter):
            low, high = allowed_range(rule.factor)
            assert low >= 1 if rule.direction == "raise" else high <= 1, rule.rule_id


def test_moving_rules_are_moderate_tilts(parameters):
    factors = {
        rule.rule_id: rule.factor_under(parameters)
        for rule in RULES
        if rule.bound not in ("cut_to_floor", "pause")
    }
    assert min(factors.values()) >= 0.85
    assert max(factors.values()) <= 1.15


def test_every_parameter_of_the_rules_is_read_by_one():
    read = {path for rule in RULES for path in rule.parameters}
    declared = {".".join(path) for path in key_paths() if path[0] == "decision_rules"}
    assert read & declared == declared
    for path in read:
        assert field_schema(tuple(path.split(".")))["type"] in ("number", "integer")


def test_every_column_is_known_when_rules_are_tried():
    file = PAGE.parents[1] / "models" / "allocation" / "decision_inputs.yml"
    [model] = yaml.safe_load(file.read_text())["models"]
    columns = {column["name"] for column in model["columns"]} | {*marginal.COLUMNS, *groups.COLUMNS}
    assert {name for rule in RULES for name in rule.columns} - columns == set()


def test_the_table_says_what_a_rule_is():
    rows = {row["rule_id"]: row for row in catalogue_rows()}
    assert len(rows) == len(RULES)
    assert rows["cooldown"] == {
        "rule_id": "cooldown",
        "rule_class": "safety",
        "priority": 112,
        "decision_path": "safety_cooldown",
        "direction": "hold",
        "condition": "days_since_budget_change < safety_rules.cooldown_days",
        "factor_parameter": None,
        "factor_default": 1,
        "bound": "hold",
        "parameters_read": "safety_rules.cooldown_days",
        "columns_read": "days_since_budget_change",
        "rationale": rows["cooldown"]["rationale"],
    }
    idle = rows["idle_budget"]
    assert (idle["direction"], idle["bound"], idle["factor_default"]) == ("cut", "no_raise", 0.9)
    assert idle["factor_parameter"] == "decision_rules.safety.idle_budget_factor"
    assert idle["parameters_read"] == (
        "decision_rules.safety.max_delivery_room, decision_rules.safety.idle_budget_factor"
    )
    assert rows["nothing_sold_for_long"]["direction"] == "pause"
    assert rows["high_steady"]["direction"] == "raise"


def test_rationales_are_one_sentence():
    for rule in RULES:
        assert re.fullmatch(r"[A-Z0-9].*\.", rule.rationale), rule.rule_id
        assert not re.search(r"[.!?] [A-Z]", rule.rationale), rule.rule_id


def test_the_page_is_up_to_date():
    assert PAGE.read_text() == page(), "run: python -m python_jobs.decisions.rules.reference"


def test_the_page_has_every_rule_and_links_that_lead_somewhere():
    text = page()
    headings = re.findall(r"^#+ (.*)$", text, flags=re.MULTILINE)
    assert {rule.rule_id for rule in RULES} <= set(headings)
    anchors = {heading.lower().replace(" ", "-") for heading in headings}
    assert {link[1:] for link in re.findall(r"\((#[^)]*)\)", text)} <= anchors


def test_rules_that_the_benchmark_has_no_use_for_are_guards():
    of_id = {rule.rule_id: rule for rule in RULES}
    directions = {of_id[rule_id].direction for rule_id in NOT_IN_WORLDS}
    assert "raise" not in directions


def test_an_unknown_parameter_is_an_error(parameters):
    with pytest.raises(AttributeError):
        Parameter("decision_rules.high.nowhere").value(parameters)
    assert reduce(getattr, ["decision_rules", "high"], parameters)

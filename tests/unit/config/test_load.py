import json
import shutil
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from python_jobs.config.load import load_parameters
from python_jobs.config.rows import parameter_rows, parameters_from_rows

DEFAULT = Path(__file__).parents[3] / "config" / "default"


@pytest.fixture
def config(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shutil.copytree(DEFAULT, "config/default")
    Path("config/x/meta").mkdir(parents=True)
    return Path("config")


def customer_file(text):
    Path("config/x/meta/inputs.yaml").write_text(text)


def test_the_committed_defaults_are_valid_and_complete(config):
    parameters, problems = load_parameters(config, "x", "meta")
    assert problems == []
    values = {p.parameter: json.loads(p.value) for p in parameters}
    assert values["shopify.revenue_basis"] == "total_less_refunds"
    assert values["maturity.share_visible_by_age"][-1] == 1
    assert values["account.currency"] is None
    assert {p.tier for p in parameters} == {"default"}


def test_customer_wins_key_by_key_and_replaces_whole_lists(config):
    customer_file("shopify:\n  accepted_statuses: [paid]\naccount:\n  currency: EUR\n")
    parameters, problems = load_parameters(config, "x", "meta")
    assert problems == []
    by_name = {p.parameter: p for p in parameters}
    assert by_name["shopify.accepted_statuses"].value == '["paid"]'
    assert by_name["shopify.accepted_statuses"].tier == "customer"
    assert by_name["shopify.accepted_statuses"].file == "config/x/meta/inputs.yaml"
    assert by_name["shopify.revenue_basis"].tier == "default"
    assert by_name["account.currency"].value == '"EUR"'


def test_a_person_goes_before_the_tuner_and_the_tuner_before_what_is_set_by_itself(config):
    values = {"rules.auto.yaml": 21, "rules.tuned.yaml": 35, "rules.yaml": 56}
    in_force = []
    for name, days in values.items():
        Path("config/x/meta", name).write_text(f"evidence: {{half_life_days: {days}}}")
        parameters, problems = load_parameters(config, "x", "meta")
        assert problems == []
        [found] = [p for p in parameters if p.parameter == "evidence.half_life_days"]
        in_force.append((found.value, found.tier, found.file))
    assert in_force == [
        ("21.0", "auto", "config/x/meta/rules.auto.yaml"),
        ("35.0", "tuned", "config/x/meta/rules.tuned.yaml"),
        ("56.0", "customer", "config/x/meta/rules.yaml"),
    ]


def test_a_file_that_is_tried_goes_before_all_others_key_by_key(config):
    customer_file("safety_rules: {max_increase: 0.1, max_decrease: 0.15}")
    tried = Path("elsewhere.yaml")
    tried.write_text("safety_rules: {max_increase: 0.3}\nevidence: {half_life_days: 20}")
    parameters, problems = load_parameters(config, "x", "meta", tried)
    assert problems == []
    by_name = {p.parameter: (p.value, p.tier, p.file) for p in parameters}
    assert by_name["safety_rules.max_increase"] == ("0.3", "tried", "elsewhere.yaml")
    assert by_name["evidence.half_life_days"] == ("20.0", "tried", "elsewhere.yaml")
    own = ("0.15", "customer", "config/x/meta/inputs.yaml")
    assert by_name["safety_rules.max_decrease"] == own
    assert sum(tier == "tried" for _, tier, _ in by_name.values()) == 2


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "safety_rules: {max_increse: 0.3}",
            "line 1: unknown key 'safety_rules.max_increse'; "
            "nearest is 'safety_rules.max_increase'.",
        ),
        (
            "safety_rules:\n  max_increase: 30",
            "line 2: safety_rules.max_increase is 30; allowed: a number from 0.01 to 1.",
        ),
        (
            "safety_rules:\n  max_increase: 0.3\n  max_increase: 0.4",
            "line 3: safety_rules.max_increase is set a second time, "
            "first in elsewhere.yaml, line 2; keep one.",
        ),
    ],
)
def test_mistakes_in_a_file_that_is_tried_are_told_as_all_others(config, text, sentence):
    tried = Path("elsewhere.yaml")
    tried.write_text(text)
    parameters, problems = load_parameters(config, "x", "meta", tried)
    assert (parameters, problems) == ([], [f"elsewhere.yaml, {sentence}"])


def test_a_table_by_currency_is_replaced_as_a_whole(config):
    customer_file("safety_rules: {min_daily_budget: {EUR: 5}}")
    parameters, problems = load_parameters(config, "x", "meta")
    assert problems == []
    by_name = {p.parameter: p.value for p in parameters}
    assert by_name["safety_rules.min_daily_budget"] == '{"EUR": 5.0}'


def test_parameters_survive_the_way_through_a_table(config):
    customer_file("monthly_budget: {amount_by_account: {act_1: 900, 2: 1200.5}}")
    rows = parameter_rows(duckdb.connect(), config, "x", "meta").df()
    parameters = parameters_from_rows(rows[["parameter", "value"]].sample(frac=1, random_state=0))
    assert parameters.monthly_budget.amount_by_account == {"1": 900, "2": 1200.5}
    assert parameters.safety_rules.max_daily_budget is None
    assert parameters.safety_rules.min_daily_budget["USD"] == 1
    assert parameters.rolling_windows.long_days == 28
    assert parameters.gradient_config.enabled is True


def test_every_row_says_what_it_means_and_may_be(config):
    rows = parameter_rows(duckdb.connect(), config, "x", "meta").df().set_index("parameter")
    assert rows["description"].str.len().min() > 5
    step = rows.loc["safety_rules.max_increase"]
    assert step["allowed"] == "a number from 0.01 to 1"
    assert step["tunable_low"] < float(step["value"]) <= step["tunable_high"]
    assert pd.isna(rows.loc["monthly_budget.amount", "tunable_low"])


@pytest.mark.parametrize("text", ["", "account:\n", "# nothing\n", "account:\n  # currency: EUR\n"])
def test_a_file_of_comments_changes_nothing(config, text):
    customer_file(text)
    parameters, problems = load_parameters(config, "x", "meta")
    assert problems == []
    assert {p.tier for p in parameters} == {"default"}


@pytest.mark.parametrize("written", ["123", "'123'", "act_123"])
def test_account_ids_are_text_without_act(config, written):
    customer_file(f"account: {{account_id: {written}}}")
    parameters, problems = load_parameters(config, "x", "meta")
    assert problems == []
    assert {p.parameter: p.value for p in parameters}["account.account_id"] == '"123"'


def test_tags_are_compared_in_lower_case(config):
    customer_file("shopify: {recurring_order_tags: [Subscription Renewal]}")
    parameters, _ = load_parameters(config, "x", "meta")
    assert '["subscription renewal"]' in {p.value for p in parameters}


def test_all_unknown_keys_are_told_at_once(config):
    customer_file("shopify:\n  a1: 1\n  b2: 2\n")
    assert len(load_parameters(config, "x", "meta")[1]) == 2


def test_a_file_that_is_not_text_is_told(config):
    Path("config/x/meta/inputs.yaml").write_bytes(b"account: {currency: \xff}")
    assert load_parameters(config, "x", "meta")[1] == [
        "config/x/meta/inputs.yaml: not UTF-8 text; save it as UTF-8."
    ]


def test_nesting_without_end_is_told(config):
    customer_file("account: " + "[" * 1500)
    assert load_parameters(config, "x", "meta")[1] == ["config/x/meta/inputs.yaml: not valid YAML."]


def test_the_same_key_in_two_files_of_a_customer_is_a_mistake(config):
    customer_file("account: {currency: EUR}")
    Path("config/x/meta/more.yml").write_text("account: {currency: USD}")
    [problem] = load_parameters(config, "x", "meta")[1]
    assert problem.startswith("config/x/meta/more.yml, line 1: account.currency is set a second")


def test_a_missing_default_is_told(config):
    Path("config/default/inputs.yaml").write_text("account: {currency: null}")
    problems = load_parameters(config, "x", "meta")[1]
    assert "shopify is set in no file of config/default." in problems


def test_a_missing_folder_of_defaults_is_told(tmp_path):
    [problem] = load_parameters(tmp_path / "nowhere", "x", "meta")[1]
    assert problem.endswith("has no settings: run from the folder of the project.")

import json
import shutil
from pathlib import Path

import pytest

from python_jobs.config.load import load_parameters

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


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("shopfy:\n  revenue_basis: total", "line 1: unknown key 'shopfy'; nearest is 'shopify'."),
        ("currency: EUR", "line 1: unknown key 'currency'; nearest is 'account.currency'."),
        (
            "shopify:\n  revenu_basis: total",
            "line 2: unknown key 'shopify.revenu_basis'; nearest is 'shopify.revenue_basis'.",
        ),
        ("qqq: 1", "line 1: unknown key 'qqq'."),
        (
            "shopify:\n  revenue_basis: Total",
            'line 2: shopify.revenue_basis is "Total"; allowed: one of total_less_refunds, total, '
            "subtotal_less_refunds, subtotal; nearest is total.",
        ),
        (
            "shopify:\n  accepted_statuses:\n    - paid\n    - voided\n",
            'line 4: shopify.accepted_statuses, item 2, is "voided"; allowed: one of authorized, '
            "paid, partially_paid, partially_refunded, pending, refunded, unpaid.",
        ),
        (
            "shopify: {accepted_statuses: []}",
            "line 1: shopify.accepted_statuses is []; allowed: a list, each item one of "
            "authorized, paid, partially_paid, partially_refunded, pending, refunded, unpaid.",
        ),
        (
            "shopify: 5",
            "line 1: shopify must hold keys, of these: revenue_basis, accepted_statuses, "
            "account_id, new_buyer_lookback_months, recurring_order_tags.",
        ),
        (
            "[1, 2]",
            "line 1: the file must hold keys, of these: account, shopify, maturity, last_day, "
            "rolling_windows, evidence, incrementality, safety_rules, decision_rules, "
            "gradient_config, trend_config, health_score_config, budget_relative_config, "
            "sample_size_config, time_weighted_smoothing, monthly_budget.",
        ),
        (
            "account:\n  currency: eur",
            'line 2: account.currency is "eur"; allowed: text such as USD or null.',
        ),
        (
            "account:\n\n  time_zone: Europe/Berln",
            'line 3: account.time_zone is "Europe/Berln"; allowed: an IANA name such as '
            "America/New_York; nearest is Europe/Berlin.",
        ),
        (
            "account:\n  currency: EUR\n  currency: USD",
            "line 3: account.currency is set a second time, first in config/x/meta/inputs.yaml, "
            "line 2; keep one.",
        ),
        (
            "shopify: {new_buyer_lookback_months: 0}",
            "line 1: shopify.new_buyer_lookback_months is 0; allowed: a whole number from 1 to 60.",
        ),
        (
            "maturity: {min_purchases: '50'}",
            'line 1: maturity.min_purchases is "50"; allowed: a whole number from 1 to 1000000.',
        ),
        (
            "maturity: {min_purchases: null}",
            "line 1: maturity.min_purchases is null; allowed: a whole number from 1 to 1000000.",
        ),
        (
            "maturity: {share_visible_by_age: [0.5, 0.4, 1.0]}",
            "line 1: maturity.share_visible_by_age is [0.5, 0.4, 1.0]; allowed: shares that never "
            "fall with age and end at 1.0.",
        ),
        (
            "maturity:\n  share_visible_by_age:\n  - 0.5\n  - 1.4\n",
            "line 4: maturity.share_visible_by_age, item 2, is 1.4; allowed: a number above 0 and "
            "up to 1.",
        ),
        (
            "last_day: {min_share_of_usual_spend: yes}",
            "line 1: last_day.min_share_of_usual_spend is true; allowed: a number from 0 to 1.",
        ),
        ("a: b: c", "line 1: not valid YAML: mapping values are not allowed here."),
        (
            "account:\n\tcurrency: EUR",
            "line 2: not valid YAML: found character '\\t' that cannot start any token.",
        ),
        (
            "account: &a {currency: *a}",
            "line 1: not valid YAML: found unconstructable recursive node.",
        ),
    ],
)
def test_each_mistake_names_file_line_key_and_remedy(config, text, sentence):
    customer_file(text)
    parameters, problems = load_parameters(config, "x", "meta")
    assert parameters == []
    assert problems == [f"config/x/meta/inputs.yaml, {sentence}"]


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

"""Each mistake in a settings file is one sentence: file, line, key, value, what is allowed."""

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


def customer_file(text, name="inputs.yaml"):
    Path("config/x/meta", name).write_text(text)


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
            "targets: {value_per_result: {lead: 25}}",
            'line 1: targets.value_per_result, key is "lead"; allowed: one of adds_to_cart, calls, '
            "checkouts, content_views, engagement, installs, landing_page_views, leads, "
            "link_clicks, messages, page_likes, profile_visits, reach, registrations, searches, "
            "store_visits, subscriptions, video_views, wishlists; nearest is leads.",
        ),
        (
            "targets:\n  value_per_result:\n    leads: 0",
            "line 3: targets.value_per_result.leads is 0; allowed: a number above 0 and up to "
            "1000000000.",
        ),
        (
            "shopify: 5",
            "line 1: shopify must hold keys, of these: revenue_basis, accepted_statuses, "
            "account_id, new_buyer_lookback_months, recurring_order_tags.",
        ),
        (
            "[1, 2]",
            "line 1: the file must hold keys, of these: on_bad_input, account, shopify, "
            "maturity, last_day, "
            "rolling_windows, evidence, incrementality, safety_rules, decision_rules, "
            "gradient_config, trend_config, health_score_config, budget_relative_config, "
            "sample_size_config, time_weighted_smoothing, monthly_budget, targets, effort, "
            "incidents, audience, opportunity, advantages, creative, ad_verdicts, detectors, "
            "backtest, recommendations, export, events, "
            "groups, objectives, locations.",
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
            "line 1: not valid YAML: *a stands for another value; write that value here.",
        ),
    ],
)
def test_each_mistake_of_inputs_names_file_line_key_and_remedy(config, text, sentence):
    customer_file(text)
    parameters, problems = load_parameters(config, "x", "meta")
    assert parameters == []
    assert problems == [f"config/x/meta/inputs.yaml, {sentence}"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "events:\n  sale: {from: 2026-05-01, to: 2026-05-04}",
            "line 2: events.sale lacks the key 'kind'; allowed: one of promo, peak, launch, "
            "stockout, outage.",
        ),
        (
            "events:\n  sale:\n    from: 2026-05-01\n    to: 2026-05-04\n    kind: promos\n",
            'line 5: events.sale.kind is "promos"; allowed: one of promo, peak, launch, stockout, '
            "outage; nearest is promo.",
        ),
        (
            "events:\n  sale:\n    from: 2026-05-04\n    to: 2026-05-01\n    kind: promo\n",
            'line 4: events.sale.to is "2026-05-01"; allowed: text such as 2026-11-27, not before '
            "2026-05-04.",
        ),
        (
            "events:\n  sale: {from: 4 May, to: 2026-05-01, kind: promo}\n",
            'line 2: events.sale.from is "4 May"; allowed: text such as 2026-11-27.',
        ),
        (
            "events: [1]",
            "line 1: events is [1]; allowed: keys such as a name, each with keys of "
            "these: from, to, kind, scope, expected_lift, largest_step, daily_budget.",
        ),
        (
            "groups:\n  de:\n    macth: ['*de*']\n",
            "line 3: unknown key 'groups.de.macth'; nearest is 'match'.",
        ),
        (
            "groups:\n  de:\n    match: ['*de*', 7]\n",
            'line 3: groups.de.match, item 2, is 7; allowed: text such as "*retargeting*".',
        ),
        (
            "groups:\n  de: {least_share: 0.5, largest_share: 0.4}\n",
            "line 2: groups.de.largest_share is 0.4; allowed: a number above 0 and up to 1 or "
            "null, not below 0.5.",
        ),
    ],
)
def test_mistakes_in_tables_name_the_very_line_and_key(config, text, sentence):
    customer_file(text, "events.yaml")
    parameters, problems = load_parameters(config, "x", "meta")
    assert parameters == []
    assert problems == [f"config/x/meta/events.yaml, {sentence}"]


MONEY = "a number above 0 and up to 1000000000"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "safety_rules:\n  max_incraese: 0.2",
            "line 2: unknown key 'safety_rules.max_incraese'; nearest is "
            "'safety_rules.max_increase'.",
        ),
        (
            "max_increase: 0.2",
            "line 1: unknown key 'max_increase'; nearest is 'safety_rules.max_increase'.",
        ),
        (
            "trend_config:\n  enabeld: true",
            "line 2: unknown key 'trend_config.enabeld'; nearest is 'trend_config.enabled'.",
        ),
        (
            "evidence:\n  elasticity:\n    lookalikes: 0.7",
            "line 3: unknown key 'evidence.elasticity.lookalikes'; nearest is "
            "'evidence.elasticity.lookalike'.",
        ),
        (
            "evidence: {elasticity: 0.7}",
            "line 1: evidence.elasticity must hold keys, of these: broad, interest, lookalike, "
            "retargeting, unknown.",
        ),
        (
            "safety_rules:\n  max_increase: 20%",
            'line 2: safety_rules.max_increase is "20%"; allowed: a number from 0.01 to 1.',
        ),
        (
            "safety_rules:\n  max_increase: 20",
            "line 2: safety_rules.max_increase is 20; allowed: a number from 0.01 to 1.",
        ),
        (
            "safety_rules: {cooldown_days: 2.5}",
            "line 1: safety_rules.cooldown_days is 2.5; allowed: a whole number from 0 to 30.",
        ),
        (
            "safety_rules: {max_share_of_account: 0}",
            "line 1: safety_rules.max_share_of_account is 0; allowed: a number above 0 and up to 1 "
            "or null.",
        ),
        (
            "evidence: {half_life_days: true}",
            "line 1: evidence.half_life_days is true; allowed: a number from 3 to 365.",
        ),
        (
            "evidence: {click_weight: .nan}",
            "line 1: evidence.click_weight is NaN; allowed: a number from 0 to 2.",
        ),
        (
            "evidence: {history_days: .inf}",
            "line 1: evidence.history_days is Infinity; allowed: a whole number from 28 to 180.",
        ),
        (
            "gradient_config: {enabled: 1}",
            "line 1: gradient_config.enabled is 1; allowed: true or false.",
        ),
        (
            "rolling_windows: {recent_days: 5}",
            "line 1: rolling_windows.recent_days is 5; allowed: one of 1, 3, 7, 14, 28.",
        ),
        (
            "rolling_windows:\n  recent_days: 7\n  base_days: 7",
            "line 3: rolling_windows.base_days is 7; allowed: one of 1, 3, 7, 14, 28, above "
            "recent_days (7 in config/x/meta/rules.yaml, line 2).",
        ),
        (
            "rolling_windows:\n  base_days: 14\n  long_days: 7",
            "line 3: rolling_windows.long_days is 7; allowed: one of 1, 3, 7, 14, 28, above "
            "base_days (14 in config/x/meta/rules.yaml, line 2).",
        ),
        (
            "budget_relative_config:\n  small_share: 0.3\n  large_share: 0.2",
            "line 2: budget_relative_config.small_share is 0.3; allowed: a number from 0 to 1, "
            "below large_share (0.2 in config/x/meta/rules.yaml, line 3).",
        ),
        (
            "safety_rules: {min_daily_budget: 5}",
            "line 1: safety_rules.min_daily_budget is 5; allowed: keys such as USD, each with "
            f"{MONEY}.",
        ),
        (
            "safety_rules:\n  min_daily_budget:\n    USD: 5\n    EUR: 0",
            f"line 4: safety_rules.min_daily_budget.EUR is 0; allowed: {MONEY}.",
        ),
        (
            "safety_rules:\n  min_daily_budget:\n    USD: 5\n    Euro: 5",
            'line 4: safety_rules.min_daily_budget, key is "Euro"; allowed: text such as USD.',
        ),
        (
            "safety_rules:\n  min_daily_budget:\n    USD: 5\n    USD: 6",
            "line 4: safety_rules.min_daily_budget.USD is set a second time; keep one.",
        ),
        (
            "targets: {gross_margin: 45}",
            "line 1: targets.gross_margin is 45; allowed: a number above 0 and up to 1 or null.",
        ),
        (
            "monthly_budget: {amount: '30,000'}",
            f'line 1: monthly_budget.amount is "30,000"; allowed: {MONEY} or null.',
        ),
        (
            "monthly_budget:\n  amount_by_account:\n    123: lots",
            f'line 3: monthly_budget.amount_by_account.123 is "lots"; allowed: {MONEY}.',
        ),
        (
            "monthly_budget: {amount_by_account: null}",
            "line 1: monthly_budget.amount_by_account is null; allowed: keys such as 1234567890, "
            f"each with {MONEY}.",
        ),
    ],
)
def test_each_mistake_of_decisions_names_file_line_key_and_remedy(config, text, sentence):
    customer_file(text, "rules.yaml")
    parameters, problems = load_parameters(config, "x", "meta")
    assert parameters == []
    assert problems == [f"config/x/meta/rules.yaml, {sentence}"]


def test_an_order_that_a_default_completes_names_both_files(config):
    customer_file("rolling_windows: {recent_days: 14}", "rules.yaml")
    [problem] = load_parameters(config, "x", "meta")[1]
    assert problem.startswith("config/default/rules.yaml, line ")
    assert problem.endswith(
        "rolling_windows.base_days is 7; allowed: one of 1, 3, 7, 14, 28, above recent_days "
        "(14 in config/x/meta/rules.yaml, line 1)."
    )

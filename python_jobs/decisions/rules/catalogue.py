"""All rules in the order in which they are asked."""

from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from python_jobs.config.load import load_parameters
from python_jobs.config.rows import parameters_from_rows
from python_jobs.config.schema import Parameters
from python_jobs.decisions.rules.condition import Parameter, all_of, text
from python_jobs.decisions.rules.declining import DECLINING
from python_jobs.decisions.rules.efficiency import EFFICIENCY
from python_jobs.decisions.rules.excellent import EXCELLENT
from python_jobs.decisions.rules.high import HIGH
from python_jobs.decisions.rules.lifecycle import LIFECYCLE
from python_jobs.decisions.rules.rule import Rule
from python_jobs.decisions.rules.safety import SAFETY
from python_jobs.decisions.rules.time_based import TIME_BASED
from python_jobs.decisions.rules.volume import VOLUME

FALLBACK = Rule(
    rule_id="in_line_with_account",
    rule_class="fallback",
    priority=901,
    condition=all_of(),
    decision_path="in_line_with_account",
    rationale="No rule applies: the budget moves only as far as marginal returns differ.",
)
NO_OTHER_RULE = "no other rule"
"""when the fallback applies, in words"""

RULES = (
    *SAFETY,
    *EXCELLENT,
    *HIGH,
    *EFFICIENCY,
    *VOLUME,
    *LIFECYCLE,
    *TIME_BASED,
    *DECLINING,
    FALLBACK,
)

NOT_IN_WORLDS = {
    "tracking_in_doubt": "Meta sees their purchases all the time; worlds with an outage are apart.",
    "in_outage": "Nothing is broken in them that the customer knows of.",
    "test_without_purchase": "None of their ad sets is a test.",
    "test_on_target": "None of their ad sets is a test.",
    "test_running": "None of their ad sets is a test.",
    "out_of_stock": "They never run out of anything.",
    "not_active": "No ad set of theirs is ever paused; exports of real accounts are full of them.",
    "goal_without_value": "All their ad sets are bought on purchases.",
    "bid_holds_back": "None of their ad sets has a bid cap.",
    "lifetime_budget": "All their budgets are daily.",
    "budget_scheduled": "Nobody schedules budgets in them.",
    "reserved_buying": "All their campaigns bid in the auction.",
    "budget_unknown": "Their exports always hold the budgets.",
    "no_delivery": "All their ad sets deliver every day.",
    "learning_protected": "All their ad sets are months old and nobody edits them.",
    "cooldown": "Nothing but the decisions changes their budgets, and these keep its rhythm.",
    "too_little_to_judge": "Even their smallest ad sets buy a dozen purchases' worth of clicks.",
    "nothing_sold_for_long": "Their ad sets differ as sound ones do, and none has broken down: a "
    "pause is for a page that is gone or a product out of stock.",
    "cold_start": "Nobody starts an ad set in them.",
    "month_money_short": "They have no budget for the month.",
}
"""Why these rules, which the accounts of `make benchmark-decisions` give no or hardly any occasion
to match, are kept: other accounts do, and what they guard against costs more than it looks."""


@cache
def default_parameters() -> Parameters:
    """Read the parameters of `config/default`, without those of any customer."""
    config = Path(__file__).parents[3] / "config"
    rows, problems = load_parameters(config, "no customer's own", "meta")
    if problems:
        raise ValueError(problems[0])
    return parameters_from_rows(pd.DataFrame(map(asdict, rows)))


def catalogue_rows() -> list[dict[str, Any]]:
    """One row per rule, in order of priority: what it asks, does and reads, and why it exists.

    `direction` is 'raise', 'cut', 'hold' or 'pause'; `factor_parameter` is null for rules whose
    factor is 1; `factor_default` is that of `config/default`.
    """
    defaults = default_parameters()
    return [
        {
            "rule_id": rule.rule_id,
            "rule_class": rule.rule_class,
            "priority": rule.priority,
            "decision_path": rule.decision_path,
            "direction": rule.direction,
            "condition": NO_OTHER_RULE if rule is FALLBACK else text(rule.condition),
            "factor_parameter": (rule.factor.path if isinstance(rule.factor, Parameter) else None),
            "factor_default": rule.factor_under(defaults),
            "bound": rule.bound,
            "parameters_read": ", ".join(rule.parameters),
            "columns_read": ", ".join(rule.columns),
            "rationale": rule.rationale,
        }
        for rule in RULES
    ]

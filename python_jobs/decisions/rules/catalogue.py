"""All rules in the order in which they are asked."""

from dataclasses import dataclass
from typing import Any

from python_jobs.config.decision_rules import DecisionRules, default_decision_rules
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


@dataclass(frozen=True)
class _Defaults:
    decision_rules: DecisionRules


def catalogue_rows() -> list[dict[str, Any]]:
    """One row per rule, in order of priority: what it asks, does and reads, and why it exists.

    `direction` is 'raise', 'cut', 'hold' or 'pause'; `factor_parameter` is null for rules whose
    factor is 1; `factor_default` is that of `config/default`.
    """
    defaults = _Defaults(default_decision_rules())
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

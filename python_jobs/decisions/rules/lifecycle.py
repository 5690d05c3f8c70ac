"""Lifecycle: new, learning, established and ageing holders."""

from python_jobs.decisions.rules.condition import Column, all_of
from python_jobs.decisions.rules.rule import Rule
from python_jobs.decisions.rules.shared import (
    MAY_CUT,
    MAY_RAISE,
    SURELY_WORSE,
    expected_purchases,
    marginal_index,
    setting,
)

_age = Column("age_days")
_conversions = Column("conversions_7d")
_LEARNING_LIMITED = Column("learning_status").equals("learning limited")
_ESTABLISHED = all_of(
    _age >= setting("lifecycle.established_days"),
    expected_purchases >= setting("lifecycle.established_expected_purchases"),
)

LIFECYCLE = (
    Rule(
        rule_id="cold_start",
        rule_class="lifecycle",
        priority=601,
        condition=all_of(
            _age < setting("lifecycle.cold_start_days"),
            expected_purchases < setting("lifecycle.cold_start_expected_purchases"),
        ),
        bound="hold",
        decision_path="lifecycle_cold_start",
        rationale="A new holder gets its start budget until that has bought enough to judge it.",
    ),
    Rule(
        rule_id="learning_limited_promising",
        rule_class="lifecycle",
        priority=602,
        condition=all_of(
            _LEARNING_LIMITED,
            MAY_RAISE,
            marginal_index >= setting("lifecycle.min_marginal_index_of_limited"),
            _conversions >= setting("lifecycle.limited_promising_conversions"),
        ),
        factor=setting("lifecycle.limited_promising_factor"),
        decision_path="lifecycle_learning_limited_promising",
        rationale="It sells at a good return, too little to finish learning: what is missing is "
        "budget.",
    ),
    Rule(
        rule_id="established_efficient",
        rule_class="lifecycle",
        priority=603,
        condition=all_of(
            MAY_RAISE,
            _ESTABLISHED,
            marginal_index >= setting("lifecycle.min_marginal_index_of_established"),
        ),
        factor=setting("lifecycle.established_factor"),
        decision_path="lifecycle_established_efficient",
        rationale="Two months of history make its marginal return the best known of all.",
    ),
    Rule(
        rule_id="learning_limited_unpromising",
        rule_class="lifecycle",
        priority=604,
        condition=all_of(
            _LEARNING_LIMITED,
            MAY_CUT,
            SURELY_WORSE,
            _conversions < setting("lifecycle.limited_hopeless_conversions"),
        ),
        factor=setting("lifecycle.limited_factor"),
        decision_path="lifecycle_learning_limited_unpromising",
        rationale="It has less than a tenth of the conversions that learning needs, and is worse "
        "than the account as it is.",
    ),
    Rule(
        rule_id="creative_ageing",
        rule_class="lifecycle",
        priority=605,
        condition=all_of(
            MAY_CUT, Column("ctr_against_first_weeks") < setting("lifecycle.max_ctr_change")
        ),
        factor=setting("lifecycle.ageing_factor"),
        decision_path="lifecycle_creative_ageing",
        rationale="Its click rate has lost a quarter since its first weeks: new ads would help, "
        "more budget would not.",
    ),
    Rule(
        rule_id="long_stable",
        rule_class="lifecycle",
        priority=606,
        condition=all_of(
            _ESTABLISHED,
            Column("spend_volatility_14d") <= setting("lifecycle.max_spend_volatility"),
            marginal_index <= setting("lifecycle.max_marginal_distance"),
            marginal_index * setting("lifecycle.max_marginal_distance") >= 1,
        ),
        decision_path="lifecycle_long_stable",
        rationale="Long known, evenly spent and in balance with the account: nothing to correct.",
    ),
)

"""Declining performers: ROAS or marginal ROAS below the account's."""

from python_jobs.decisions.rules.condition import Column, all_of, any_of
from python_jobs.decisions.rules.rule import Rule
from python_jobs.decisions.rules.shared import (
    CLICKS_FALLING,
    CLICKS_NOT_RISING,
    CLICKS_RISING,
    MAY_CUT,
    SURELY_WORSE,
    roas_index,
    roas_index_high,
    setting,
)

_low = setting("declining.max_window_ratio") * Column("account_projected_roas")

NOT_AFTER_PROMO = any_of(
    Column("days_since_promo").is_missing(),
    Column("days_since_promo") > setting("declining.days_after_event"),
)
"""after a sale everything sells less for a while than it does"""

DECLINING = (
    Rule(
        rule_id="far_below_account",
        rule_class="declining",
        priority=801,
        condition=all_of(
            NOT_AFTER_PROMO,
            MAY_CUT,
            roas_index_high < setting("declining.far_below_roas_index_high"),
        ),
        factor=setting("declining.far_below_factor"),
        decision_path="declining_roas_far_below_account",
        rationale="Even the upper end of its ROAS is clearly below the account.",
    ),
    Rule(
        rule_id="low_and_falling",
        rule_class="declining",
        priority=802,
        condition=all_of(NOT_AFTER_PROMO, MAY_CUT, SURELY_WORSE, CLICKS_FALLING),
        factor=setting("declining.falling_factor"),
        decision_path="declining_roas_falling_trend",
        rationale="Below the account, and clicks say that it is getting worse.",
    ),
    Rule(
        rule_id="low_in_every_window",
        rule_class="declining",
        priority=803,
        condition=all_of(
            NOT_AFTER_PROMO,
            MAY_CUT,
            CLICKS_NOT_RISING,
            Column("roas_recent") <= _low,
            Column("roas_base") <= _low,
            Column("roas_long") <= _low,
        ),
        factor=setting("declining.every_window_factor"),
        decision_path="declining_roas_low_in_every_window",
        rationale="Days, week and month agree, so it is neither a bad day nor an old story.",
    ),
    Rule(
        rule_id="marginal_surely_low",
        rule_class="declining",
        priority=804,
        condition=all_of(
            NOT_AFTER_PROMO,
            MAY_CUT,
            CLICKS_NOT_RISING,
            Column("marginal_index_high") < setting("common.max_marginal_index_to_cut"),
        ),
        factor=setting("declining.marginal_factor"),
        decision_path="declining_marginal_below_account",
        rationale="Whatever its average, its last money surely earns less than elsewhere.",
    ),
    Rule(
        rule_id="low_but_recovering",
        rule_class="declining",
        priority=805,
        condition=all_of(roas_index < setting("declining.max_roas_index_uncertain"), CLICKS_RISING),
        decision_path="declining_roas_recovering_trend",
        rationale="ROAS is low, but clicks turn up first when things get better.",
    ),
    Rule(
        rule_id="low_but_uncertain",
        rule_class="declining",
        priority=806,
        condition=roas_index < setting("declining.max_roas_index_uncertain"),
        decision_path="declining_roas_uncertain",
        rationale="It looks worse than the account, but its interval reaches the account's ROAS: "
        "chasing such noise is how flat ROAS rules lose money.",
    ),
)

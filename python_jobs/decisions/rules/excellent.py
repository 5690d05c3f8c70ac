"""Excellent performers: ROAS surely above the account's."""

from python_jobs.decisions.rules.condition import Column, all_of
from python_jobs.decisions.rules.rule import Rule
from python_jobs.decisions.rules.shared import (
    CLICKS_NOT_FALLING,
    CLICKS_RISING,
    MARGINAL_BELOW_ACCOUNT,
    MAY_RAISE,
    NO_ROOM,
    roas_index,
    roas_index_low,
    setting,
)

_EXCELLENT = all_of(
    roas_index >= setting("excellent.min_roas_index"),
    roas_index_low >= setting("excellent.min_roas_index_low"),
)

EXCELLENT = (
    Rule(
        rule_id="excellent_no_room",
        rule_class="excellent",
        priority=201,
        condition=all_of(_EXCELLENT, NO_ROOM),
        bound="no_raise",
        decision_path="excellent_roas_no_room",
        rationale="It is as good as it looks, but could not spend more than it does: raising it "
        "takes money from those who can (a quarter of ad sets are like this).",
    ),
    Rule(
        rule_id="excellent_rising",
        rule_class="excellent",
        priority=202,
        condition=all_of(
            _EXCELLENT,
            MAY_RAISE,
            CLICKS_RISING,
            Column("roas_long") >= Column("account_projected_roas"),
        ),
        factor=setting("excellent.rising_factor"),
        decision_path="excellent_roas_rising_trend",
        rationale="Clicks come more easily than this spend leads to expect and the last weeks sell "
        "as well as the longer past: the time to raise.",
    ),
    Rule(
        rule_id="excellent_below_usual_spend",
        rule_class="excellent",
        priority=203,
        condition=all_of(
            _EXCELLENT,
            MAY_RAISE,
            Column("current_spend")
            <= setting("excellent.max_share_of_usual_spend") * Column("reference_spend"),
            CLICKS_NOT_FALLING,
        ),
        factor=setting("excellent.below_usual_factor"),
        decision_path="excellent_roas_below_usual_spend",
        rationale="It has carried more spend than it gets now, so a raise leads back to known "
        "ground.",
    ),
    Rule(
        rule_id="excellent_proven",
        rule_class="excellent",
        priority=204,
        condition=all_of(
            _EXCELLENT,
            MAY_RAISE,
            roas_index_low >= setting("excellent.proven_roas_index_low"),
            CLICKS_NOT_FALLING,
        ),
        factor=setting("excellent.proven_factor"),
        decision_path="excellent_roas_strong_evidence",
        rationale="Even the lower end of its ROAS is clearly above the account: little of its "
        "lead is luck.",
    ),
    Rule(
        rule_id="excellent_steady",
        rule_class="excellent",
        priority=205,
        condition=all_of(_EXCELLENT, MAY_RAISE, CLICKS_NOT_FALLING),
        factor=setting("excellent.steady_factor"),
        decision_path="excellent_roas_steady_trend",
        rationale="Surely better than the account and no sign that it will end.",
    ),
    Rule(
        rule_id="excellent_saturated",
        rule_class="excellent",
        priority=206,
        condition=all_of(_EXCELLENT, MARGINAL_BELOW_ACCOUNT),
        decision_path="excellent_roas_saturated",
        rationale="Its average is excellent, its last money earns less than elsewhere: raising by "
        "the average is the commonest way to lose with ROAS rules.",
    ),
)

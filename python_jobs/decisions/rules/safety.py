"""Safety: what must not move, what earns nothing, what cannot be spent."""

from python_jobs.decisions.limits import BID_CAPS
from python_jobs.decisions.rules.condition import Column, Parameter, all_of, any_of, not_
from python_jobs.decisions.rules.rule import Rule
from python_jobs.decisions.rules.shared import (
    MARGINAL_BELOW_ACCOUNT,
    delivery_room,
    expected_purchases,
    roas_index_high,
    setting,
)

_NONE_SOLD = Column("purchases_28d") <= 0
_spend = Column("spend_28d")
_account_cpa = Column("account_cpa_28d")
_target_cpa = Column("target_cpa")
_IS_TEST = Column("is_test") >= 1

SAFETY = (
    Rule(
        rule_id="tracking_in_doubt",
        rule_class="safety",
        priority=101,
        condition=Column("incident_days") >= 1,
        bound="hold",
        decision_path="safety_tracking_in_doubt",
        rationale="Where Meta no longer sees the account's purchases, or sees them twice, every "
        "ROAS is wrong at once, and what is cut for it was not worse.",
    ),
    Rule(
        rule_id="in_outage",
        rule_class="safety",
        priority=102,
        condition=Column("own_event_kind").equals("outage"),
        bound="hold",
        decision_path="safety_in_outage",
        rationale="While something is broken that has nothing to do with the ads, their results "
        "say nothing of them.",
    ),
    Rule(
        rule_id="not_active",
        rule_class="safety",
        priority=103,
        condition=not_(Column("status").is_in("active", "in_process", "with_issues")),
        bound="hold",
        decision_path="safety_not_active",
        rationale="Money given to what is paused, archived or in review cannot be spent.",
    ),
    Rule(
        rule_id="goal_without_value",
        rule_class="safety",
        priority=104,
        condition=Column("has_value").equals(False),
        bound="hold",
        decision_path="safety_goal_without_value",
        rationale="What is bought for leads, clicks or reach has no revenue to be judged by, "
        "unless a result is given a value: its ROAS would have it cut for doing what it is for.",
    ),
    Rule(
        rule_id="bid_holds_back",
        rule_class="safety",
        priority=105,
        condition=all_of(
            Column("bid_strategy").is_in(*BID_CAPS), not_(Column("delivery_ceiling").is_missing())
        ),
        bound="hold",
        decision_path="safety_bid_holds_back",
        rationale="Where a bid cap, cost cap or least ROAS holds delivery back, a budget changes "
        "nothing: the bid does.",
    ),
    Rule(
        rule_id="lifetime_budget",
        rule_class="safety",
        priority=106,
        condition=Column("budget_type").equals("lifetime"),
        bound="hold",
        decision_path="safety_lifetime_budget",
        rationale="Meta spreads a lifetime budget over its days itself; no daily step fits it.",
    ),
    Rule(
        rule_id="budget_scheduled",
        rule_class="safety",
        priority=107,
        condition=Column("is_budget_scheduled").equals(True),
        bound="hold",
        decision_path="safety_budget_scheduled",
        rationale="Where Meta raises a budget at times set in advance, a day's spend is no answer "
        "to the budget that stands there, and a step would change the raises as well.",
    ),
    Rule(
        rule_id="reserved_buying",
        rule_class="safety",
        priority=108,
        condition=Column("buying_type").equals("RESERVED"),
        bound="hold",
        decision_path="safety_reserved_buying",
        rationale="Reach bought in advance has its price, people and days agreed: its money is "
        "spoken for.",
    ),
    Rule(
        rule_id="budget_unknown",
        rule_class="safety",
        priority=109,
        condition=any_of(Column("current_budget").is_missing(), Column("current_budget") <= 0),
        bound="hold",
        decision_path="safety_budget_unknown",
        rationale="A step is a share of today's budget, so nothing is decided without knowing it.",
    ),
    Rule(
        rule_id="no_delivery",
        rule_class="safety",
        priority=110,
        condition=Column("spend_3d") <= 0,
        bound="hold",
        decision_path="safety_no_delivery",
        rationale="Three days without spend are a matter of review, bid or schedule, not budget.",
    ),
    Rule(
        rule_id="learning_protected",
        rule_class="safety",
        priority=111,
        condition=any_of(
            Column("learning_status").equals("learning"),
            all_of(
                Column("days_since_significant_edit")
                < Parameter("safety_rules.learning_protect_days"),
                Column("conversions_7d") < Parameter("safety_rules.learning_min_conversions"),
            ),
        ),
        bound="hold",
        decision_path="safety_learning_protected",
        rationale="Results while learning say little and a large step restarts it (Meta's help: "
        "about 50 conversions within 7 days end it).",
    ),
    Rule(
        rule_id="cooldown",
        rule_class="safety",
        priority=112,
        condition=Column("days_since_budget_change") < Parameter("safety_rules.cooldown_days"),
        bound="hold",
        decision_path="safety_cooldown",
        rationale="A changed budget needs days to show its effect; rules without a pause between "
        "changes flip, the most frequent complaint about rule tools.",
    ),
    Rule(
        rule_id="test_without_purchase",
        rule_class="safety",
        priority=113,
        condition=all_of(
            _IS_TEST,
            _NONE_SOLD,
            _spend >= setting("safety.test_target_costs") * _target_cpa,
        ),
        factor=setting("safety.nothing_sold_factor"),
        bound="pause",
        decision_path="safety_test_without_purchase",
        rationale="A test whose cost per purchase is on target sells nothing for three times that "
        "cost once in 20 times (Poisson): enough to stop it and try the next one.",
    ),
    Rule(
        rule_id="test_on_target",
        rule_class="safety",
        priority=114,
        condition=all_of(
            _IS_TEST,
            _spend >= setting("safety.test_target_costs") * _target_cpa,
            Column("cpa_28d") <= _target_cpa,
        ),
        bound="hold",
        decision_path="safety_test_on_target",
        rationale="It has spent enough to be judged and a purchase costs no more than its target: "
        "time to take it out of the test.",
    ),
    Rule(
        rule_id="test_running",
        rule_class="safety",
        priority=115,
        condition=_IS_TEST,
        bound="hold",
        decision_path="safety_test_running",
        rationale="A test has the money set aside for it until it has spent enough to tell; ROAS "
        "of its first purchases is chance.",
    ),
    Rule(
        rule_id="out_of_stock",
        rule_class="safety",
        priority=116,
        condition=Column("own_event_kind").equals("stockout"),
        bound="no_raise",
        decision_path="safety_out_of_stock",
        rationale="More visitors cannot buy what is not there.",
    ),
    Rule(
        rule_id="too_little_to_judge",
        rule_class="safety",
        priority=117,
        condition=any_of(
            Column("projected_roas").is_missing(),
            expected_purchases < setting("safety.min_expected_purchases_to_judge"),
            Column("spending_days_28d") < setting("safety.min_spending_days"),
        ),
        bound="hold",
        decision_path="safety_too_little_to_judge",
        rationale="With fewer than three purchases due, results tell chance from quality less than "
        "19 times in 20 (Poisson), so nothing is taken for shown.",
    ),
    Rule(
        rule_id="nothing_sold_for_long",
        rule_class="safety",
        priority=118,
        condition=all_of(
            _NONE_SOLD,
            _spend >= setting("safety.pause_expected_purchases") * _account_cpa,
            Column("days_observed") >= setting("safety.pause_min_days_observed"),
            roas_index_high < setting("safety.pause_max_roas_index_high"),
            MARGINAL_BELOW_ACCOUNT,
        ),
        factor=setting("safety.nothing_sold_factor"),
        bound="pause",
        decision_path="safety_nothing_sold_pause",
        rationale="Eight purchases due in four weeks and none made happens to a sound ad set once "
        "in 3,000 times (Poisson), so stopping it is no mistake that patience would mend.",
    ),
    Rule(
        rule_id="nothing_sold",
        rule_class="safety",
        priority=119,
        condition=all_of(
            _NONE_SOLD,
            _spend >= setting("safety.nothing_sold_expected_purchases") * _account_cpa,
            MARGINAL_BELOW_ACCOUNT,
        ),
        factor=setting("safety.nothing_sold_factor"),
        bound="cut_to_floor",
        decision_path="safety_nothing_sold",
        rationale="Three purchases due and none made happens to a sound ad set once in 20 times "
        "(Poisson): enough for the largest step down, too little to stop it.",
    ),
    Rule(
        rule_id="frozen_low_roas",
        rule_class="safety",
        priority=120,
        condition=all_of(
            roas_index_high < setting("safety.freeze_max_roas_index_high"),
            expected_purchases >= setting("safety.freeze_expected_purchases"),
            MARGINAL_BELOW_ACCOUNT,
        ),
        factor=setting("safety.freeze_factor"),
        bound="no_raise",
        decision_path="safety_frozen_low_roas",
        rationale="Where even the upper end of ROAS is far below the account, no other rule may "
        "find a reason to raise.",
    ),
    Rule(
        rule_id="idle_budget",
        rule_class="safety",
        priority=121,
        condition=delivery_room < setting("safety.max_delivery_room"),
        factor=setting("safety.idle_budget_factor"),
        bound="no_raise",
        decision_path="safety_idle_budget",
        rationale="Budget that delivery has not been able to spend earns nothing there and can "
        "earn elsewhere.",
    ),
)

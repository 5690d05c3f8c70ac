"""Time-based: weekends, events, the season and the month. Weekdays are the decision's."""

from python_jobs.decisions.rules.condition import Column, all_of
from python_jobs.decisions.rules.rule import Rule
from python_jobs.decisions.rules.shared import MAY_CUT, MAY_RAISE, roas_index_high, setting

_weekday = Column("weekday")
_BEFORE_WEEKEND = _weekday.is_in(5, 6)
_weekend_index = Column("weekend_index")
_NOT_WORSE = roas_index_high >= setting("time_based.min_roas_index_high")

TIME_BASED = (
    Rule(
        rule_id="event",
        rule_class="time_based",
        priority=701,
        condition=all_of(Column("is_event").equals(True), _NOT_WORSE),
        bound="no_cut",
        decision_path="time_event_no_cut",
        rationale="Around Black Friday or Christmas the last days say little about the next ones, "
        "and what is cut then misses the best of the year.",
    ),
    Rule(
        rule_id="good_weekend_ahead",
        rule_class="time_based",
        priority=702,
        condition=all_of(
            _BEFORE_WEEKEND,
            _weekend_index >= setting("time_based.min_weekend_index"),
            MAY_RAISE,
            _NOT_WORSE,
        ),
        factor=setting("time_based.weekend_factor"),
        decision_path="time_weekend_boost",
        rationale="Its weekends sell better against its weekdays than the account's do.",
    ),
    Rule(
        rule_id="monday_recovery",
        rule_class="time_based",
        priority=703,
        condition=all_of(
            _weekday.equals(1),
            _weekend_index <= setting("time_based.max_weekend_index"),
            MAY_RAISE,
            _NOT_WORSE,
        ),
        factor=setting("time_based.monday_factor"),
        decision_path="time_monday_recovery",
        rationale="After a weekend that is usually its worst time the last days make it look "
        "worse than the week to come.",
    ),
    Rule(
        rule_id="season_prices",
        rule_class="time_based",
        priority=704,
        condition=all_of(
            Column("month").is_in(11, 12),
            Column("cpm_7d") >= setting("time_based.min_q4_cpm_rise") * Column("cpm_28d"),
            _NOT_WORSE,
        ),
        decision_path="time_q4_prices",
        rationale="In November and December impressions cost about a quarter more for everyone; "
        "that is no fault of the holder.",
    ),
    Rule(
        rule_id="weak_weekend_ahead",
        rule_class="time_based",
        priority=705,
        condition=all_of(
            _BEFORE_WEEKEND, _weekend_index <= setting("time_based.max_weekend_index"), MAY_CUT
        ),
        factor=setting("time_based.weak_weekend_factor"),
        decision_path="time_weak_weekend",
        rationale="Below the account already, and its weekends are worse still.",
    ),
    Rule(
        rule_id="month_money_short",
        rule_class="time_based",
        priority=706,
        condition=all_of(
            Column("account_budget_target") * Column("budget_share")
            < setting("time_based.min_month_share") * Column("current_budget"),
            MAY_CUT,
        ),
        factor=setting("time_based.month_short_factor"),
        decision_path="time_month_money_short",
        rationale="Where the month's money runs out before the month, those below the account "
        "give first.",
    ),
)

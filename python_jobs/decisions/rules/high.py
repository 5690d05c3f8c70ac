"""High performers: ROAS probably above the account's."""

from python_jobs.decisions.rules.condition import all_of
from python_jobs.decisions.rules.rule import Rule
from python_jobs.decisions.rules.shared import (
    CLICKS_FALLING,
    CLICKS_NOT_FALLING,
    CLICKS_RISING,
    MARGINAL_BELOW_ACCOUNT,
    MAY_RAISE,
    NO_ROOM,
    marginal_index,
    roas_index,
    roas_index_low,
    setting,
)

_HIGH = all_of(
    roas_index >= setting("high.min_roas_index"),
    roas_index_low >= setting("high.min_roas_index_low"),
)

HIGH = (
    Rule(
        rule_id="high_no_room",
        rule_class="high",
        priority=301,
        condition=all_of(_HIGH, NO_ROOM),
        bound="no_raise",
        decision_path="high_roas_no_room",
        rationale="It could not spend more than it does: raising it takes money from those who "
        "can.",
    ),
    Rule(
        rule_id="high_rising",
        rule_class="high",
        priority=302,
        condition=all_of(_HIGH, MAY_RAISE, CLICKS_RISING),
        factor=setting("high.rising_factor"),
        decision_path="high_roas_rising_trend",
        rationale="Clicks show a change days before purchases do, and here they confirm ROAS.",
    ),
    Rule(
        rule_id="high_marginal_too",
        rule_class="high",
        priority=303,
        condition=all_of(
            _HIGH,
            MAY_RAISE,
            marginal_index >= setting("high.min_marginal_index"),
            CLICKS_NOT_FALLING,
        ),
        factor=setting("high.marginal_factor"),
        decision_path="high_roas_high_marginal",
        rationale="Its last money earns clearly more than the account's: far from saturated.",
    ),
    Rule(
        rule_id="high_steady",
        rule_class="high",
        priority=304,
        condition=all_of(_HIGH, MAY_RAISE, CLICKS_NOT_FALLING),
        factor=setting("high.steady_factor"),
        decision_path="high_roas_steady_trend",
        rationale="Probably better than the account, by average and by the last money.",
    ),
    Rule(
        rule_id="high_falling",
        rule_class="high",
        priority=305,
        condition=all_of(_HIGH, MAY_RAISE, CLICKS_FALLING),
        decision_path="high_roas_falling_trend",
        rationale="Good figures of the past with clicks on the way down: no reason to add a tilt.",
    ),
    Rule(
        rule_id="high_saturated",
        rule_class="high",
        priority=306,
        condition=all_of(_HIGH, MARGINAL_BELOW_ACCOUNT),
        decision_path="high_roas_saturated",
        rationale="Its average is above the account's, its last money is not.",
    ),
)

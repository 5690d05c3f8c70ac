"""Learning: budgets, edits and events that never let it end."""

from python_jobs.audience.detectors.detector import (
    EFFECT,
    Beyond,
    Detector,
    NoneSold,
    Stake,
    setting,
)
from python_jobs.audience.detectors.shared import (
    FOR_PURCHASES,
    HOLDS_BUDGET,
    IS_ACTIVE,
    LEARNING_LOSS,
    NOT_ADVANTAGE,
    RUNS,
    SPENDS_NOW,
    spend_30d,
)
from python_jobs.decisions.rules.condition import Column, all_of, any_of

_needed_to_budget = (
    Column("running_adsets") * setting("learning.events_a_week") * Column("cpa")
) / (Column("daily_budget") * 7)
"""ad sets that run over those that the budget brings through learning: budget 7 days / CPA / 50"""

LEARNING = (
    Detector(
        detector_id="too_many_ad_sets",
        level="campaign",
        what="A campaign's money is split over more ad sets than it can bring through learning, so "
        "that all of them pay learning's price.",
        data="purchases and budgets or spend",
        applies=all_of(FOR_PURCHASES, NOT_ADVANTAGE, Column("running_adsets") >= 2),
        needs=("cpa", "daily_budget"),
        condition=_needed_to_budget >= setting("budgets.max_adsets_to_feasible"),
        test=Beyond(
            effect=_needed_to_budget,
            threshold=setting("budgets.max_adsets_to_feasible"),
            log_error=Column("cpa_log_error"),
            harmless=setting("budgets.max_adsets_to_feasible"),
        ),
        # merging brings at least one of them through
        severe=all_of(
            _needed_to_budget >= setting("budgets.severe_adsets_to_feasible"),
            _needed_to_budget <= Column("running_adsets"),
        ),
        severity="medium",
        cause="learning",
        stake=Stake(
            amount=spend_30d * setting("learning.penalty") * (1 - 1 / EFFECT),
            low=spend_30d * setting("learning.penalty_low"),
            high=spend_30d * setting("learning.penalty_high"),
        ),
        evidence="{running_adsets|0} ad sets run in campaign {campaign_name} on "
        "{daily_budget|2 currency} a day at {cpa|2 currency} a purchase: "
        "{detectors.learning.events_a_week|0} purchases a week for each take {effect|1} "
        "times that money.",
        fix="Keep the ad sets with the most purchases and move the others' money and ads into "
        "them.",
        falsifier="Cost per purchase of the campaign is no lower 21 days after merging.",
        falsified_in_days=21,
    ),
    Detector(
        detector_id="budget_below_cpa",
        level="adset",
        what="A daily budget that does not pay for one purchase a day never gives delivery enough "
        "to learn from.",
        data="own daily budget and purchases",
        applies=all_of(RUNS, FOR_PURCHASES, HOLDS_BUDGET, NOT_ADVANTAGE),
        needs=("expected_cpa", "daily_budget", "account_cpa"),
        # a budget that buys three purchases a day at the account's cost is out of the question
        screen=Column("daily_budget") < Column("account_cpa") * 3,
        # without any there is another detector
        condition=all_of(
            Column("purchases_matured") > 0,
            Column("daily_budget") < setting("budgets.min_budget_to_cpa") * Column("expected_cpa"),
        ),
        test=Beyond(
            effect=Column("expected_cpa") / Column("daily_budget"),
            threshold=1 / setting("budgets.min_budget_to_cpa"),
            log_error=Column("roas_log_error"),
            harmless=1 / setting("budgets.min_budget_to_cpa"),
        ),
        severity="medium",
        cause="learning",
        stake=LEARNING_LOSS,
        evidence="{adset_name} has {daily_budget|2 currency} a day, and a purchase costs it "
        "about {expected_cpa|2 currency}.",
        fix="Give it at least {expected_cpa|2 currency} a day, or move its money into an ad set "
        "that learns.",
        falsifier="Cost per purchase is no lower after 14 days on a budget above it.",
        falsified_in_days=14,
    ),
    Detector(
        detector_id="learning_stuck",
        level="adset",
        what="An ad set that is old enough and left alone still has too few events a week to end "
        "learning, though its campaign sells enough for each of its ad sets.",
        data="optimization events of the last days",
        applies=all_of(
            SPENDS_NOW,
            FOR_PURCHASES,
            Column("age_days") >= setting("learning.min_age_days"),
            Column("days_since_edit") > setting("learning.quiet_days"),
        ),
        needs=("conversions_7d", "events_a_week"),
        # where the whole campaign sells too little for its ad sets, that is said of the campaign
        screen=any_of(
            Column("campaign_running_adsets") <= 1,
            Column("campaign_events_a_week")
            >= Column("campaign_running_adsets") * setting("learning.events_a_week"),
        ),
        condition=all_of(
            Column("conversions_7d") < setting("learning.events_a_week"),
            Column("events_a_week") < setting("learning.events_a_week"),
        ),
        severity="low",
        cause="learning",
        stake=LEARNING_LOSS,
        evidence="{adset_name} is at least {age_days|0 days} old and had "
        "{conversions_7d|0 events} in the last 7 days, {events_a_week|0} a week in the evidence "
        "window; learning ends with "
        "{detectors.learning.events_a_week|0}.",
        fix="Merge it with a like ad set, or optimize for an event that happens more often.",
        falsifier="It comes to {detectors.learning.events_a_week|0} events in a week unchanged.",
        falsified_in_days=14,
    ),
    Detector(
        detector_id="edits_reset_learning",
        level="adset",
        what="Edits that restart learning follow each other before it can end.",
        data="budget history or activity history",
        applies=all_of(IS_ACTIVE, HOLDS_BUDGET),
        needs=("restarts_in_7_days",),
        condition=Column("restarts_in_7_days") >= setting("learning.restarts_in_7_days"),
        severity="medium",
        cause="learning",
        stake=LEARNING_LOSS,
        evidence="{adset_name} was edited in a way that restarts learning on "
        "{restarts_in_7_days|0 days} within a week, on {restart_days|0 days} lately.",
        fix="Leave it alone for 7 days, then change budgets by at most "
        "{safety_rules.significant_budget_step|%} at a time.",
        falsifier="Cost per purchase is no lower after 14 days without an edit.",
        falsified_in_days=14,
    ),
    Detector(
        detector_id="reacted_to_immature_days",
        level="adset",
        what="A budget was cut within days of a change, when most purchases of these days could "
        "not be seen yet.",
        data="budget history or activity history",
        applies=all_of(IS_ACTIVE, HOLDS_BUDGET),
        needs=("hasty_cut",),
        condition=Column("hasty_cut") > setting("learning.max_hasty_cut"),
        severity="low",
        cause="learning",
        evidence="The budget of {adset_name} was cut by {hasty_cut|%} on {hasty_cut_on|day}, "
        "{hasty_cut_after_days|0 days} after the change before it.",
        fix="Judge a change once its days are {detectors.learning.immature_days|0} days old at "
        "least, better after the attribution window.",
        falsifier="The days before the cut stay as poor once their purchases are complete.",
        falsified_in_days=7,
    ),
    Detector(
        detector_id="on_off_switching",
        level="adset",
        what="An ad set that is switched on and off again and again starts over each time.",
        data="activity history",
        applies=IS_ACTIVE,
        needs=("status_flips_14d",),
        condition=Column("status_flips_14d") >= setting("learning.status_flips"),
        severity="medium",
        cause="learning",
        stake=LEARNING_LOSS,
        evidence="{adset_name} was switched on or off {status_flips_14d|0 times} in 14 days.",
        fix="Leave it on, and let its budget say how much it spends.",
        falsifier="Cost per purchase is no lower after 14 days on.",
        falsified_in_days=14,
    ),
    Detector(
        detector_id="no_purchases",
        level="adset",
        what="Money that buys several purchases elsewhere in the account bought none.",
        data="purchases of the account",
        applies=all_of(
            RUNS,
            FOR_PURCHASES,
            NOT_ADVANTAGE,
        ),
        needs=("account_cpa",),
        screen=Column("spend_14d") >= setting("budgets.no_purchase_spend"),
        condition=all_of(
            Column("purchases_matured") <= 0,
            Column("spend_14d") >= setting("budgets.no_purchase_cpas") * Column("account_cpa"),
        ),
        test=NoneSold(expected=Column("spend") / Column("account_cpa")),
        severity="high",
        cause="delivery",
        stake=Stake(amount=spend_30d),
        evidence="{adset_name} spent {spend_14d|0 currency} in 14 days without a purchase in "
        "28; the account pays {account_cpa|2 currency} for one.",
        fix="Pause it, after a look at its page, its products and its tracking.",
        falsifier="It sells within the next {account_cpa|0 currency} spent.",
        falsified_in_days=7,
    ),
)

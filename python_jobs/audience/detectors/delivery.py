"""Delivery: budgets that are not spent, spend that should not be, and how budgets are held."""

from python_jobs.audience.detectors.detector import Beyond, Detector, Stake, setting
from python_jobs.audience.detectors.shared import (
    HOLDS_BUDGET,
    IS_ACTIVE,
    NOT_SWITCHED,
    SPENDS_NOW,
    spend_30d,
)
from python_jobs.decisions.rules.condition import Column, Constant, Missing, all_of

_utilization = Column("budget_utilization_7d")

DELIVERY = (
    Detector(
        detector_id="bound_beside_underspender",
        level="adset",
        what="A budget lies idle beside an ad set of the same campaign that earns more and is held "
        "back by its own.",
        data="budgets of ad sets",
        applies=all_of(SPENDS_NOW, HOLDS_BUDGET),
        needs=("budget_utilization_7d", "marginal_roas"),
        screen=all_of(NOT_SWITCHED, _utilization <= setting("delivery.underspender")),
        condition=Column("bound_marginal_roas") > Column("marginal_roas"),
        test=Beyond(
            effect=Column("bound_marginal_roas") / Column("marginal_roas"),
            threshold=Constant(1),
            log_error=Column("bound_ratio_log_error"),
        ),
        severity="medium",
        cause="delivery",
        stake=Stake(amount=Column("daily_budget") * 30 * (1 - _utilization), low=Constant(0)),
        evidence="{adset_name} spends {budget_utilization_7d|%} of its "
        "{daily_budget|2 currency} a day; the next unit in {bound_adset_name}, which spends all "
        "it has, returns {bound_marginal_roas|2} against {marginal_roas|2}.",
        fix="Move what {adset_name} leaves unspent to {bound_adset_name}.",
        falsifier="The next unit in {bound_adset_name} returns less than in {adset_name} after the "
        "move.",
        falsified_in_days=14,
    ),
    Detector(
        detector_id="under_delivery",
        level="adset",
        what="An ad set cannot spend what it is given: its audience, its bid or an ad set that "
        "reaches the same people holds it back.",
        data="budgets of ad sets",
        applies=all_of(SPENDS_NOW, HOLDS_BUDGET),
        needs=("budget_utilization_7d",),
        screen=NOT_SWITCHED,
        condition=_utilization < setting("delivery.under_delivery"),
        severity="medium",
        cause="delivery",
        evidence="{adset_name} spent {budget_utilization_7d|%} of its budget in 7 days.",
        fix="Lower the budget to what it spends, or widen the audience or raise the bid.",
        falsifier="It spends {detectors.delivery.under_delivery|%} and more unchanged.",
        falsified_in_days=7,
    ),
    Detector(
        detector_id="throttled_by_bid",
        level="adset",
        what="A bid or cost cap keeps an ad set from spending its budget.",
        data="bids and budgets of ad sets",
        applies=all_of(SPENDS_NOW, HOLDS_BUDGET, Missing(Column("bid_amount"), is_negated=True)),
        needs=("budget_utilization_7d",),
        screen=NOT_SWITCHED,
        condition=_utilization < setting("delivery.under_delivery"),
        severity="medium",
        cause="delivery",
        evidence="{adset_name} bids {bid_amount|2 currency} and spent "
        "{budget_utilization_7d|%} of its budget in 7 days.",
        fix="Raise the cap in steps of 10 % until it delivers, or take it off; FMS: a cap lies 20 "
        "to 30 % above the average cost.",
        falsifier="It spends no more at a cap 30 % higher.",
        falsified_in_days=7,
    ),
    Detector(
        detector_id="dead_but_active",
        level="adset",
        what="An ad set that is switched on has not spent for weeks, which hides what is wrong "
        "with it and clutters the account.",
        data="status and days of delivery",
        applies=IS_ACTIVE,
        needs=("effective_status", "days_without_spend", "account_spends"),
        condition=Column("days_without_spend") >= setting("delivery.dead_days"),
        severity="low",
        cause="setup",
        evidence="{adset_name} is {effective_status} and has not spent for "
        "{days_without_spend|0 days}.",
        fix="Switch it off, or find what keeps it from delivering.",
        falsifier="It delivers again unchanged.",
        falsified_in_days=7,
    ),
    Detector(
        detector_id="spends_past_end",
        level="adset",
        what="An ad set still spends after the day it was to end.",
        data="end dates",
        applies=Missing(Column("ends_on"), is_negated=True),
        needs=("spend_past_end_30d",),
        condition=Column("spend_past_end_30d") > 0,
        severity="high",
        cause="setup",
        stake=Stake(amount=Column("spend_past_end_30d")),
        evidence="{adset_name} was to end on {ends_on|day} and spent "
        "{spend_past_end_30d|0 currency} in 30 days since.",
        fix="Switch it off, or give it a new end.",
        falsifier="The end date in Ads Manager is another.",
        falsified_in_days=1,
    ),
    Detector(
        detector_id="minimums_bind_campaign",
        level="campaign",
        what="Least spends of ad sets leave a campaign budget little to distribute.",
        data="least spends of ad sets in a campaign budget",
        applies=all_of(Column("campaign_has_budget").equals(1), Column("running_adsets") >= 2),
        needs=("least_spend", "daily_budget"),
        condition=Column("least_spend")
        >= setting("budgets.minimums_share") * Column("daily_budget"),
        severity="medium",
        cause="delivery",
        evidence="Least spends in {campaign_name} add up to {least_spend|2} of "
        "{daily_budget|2 currency} a day.",
        fix="Take the least spends off, or hold budgets in the ad sets.",
        falsifier="Cost per purchase of the campaign is no lower 14 days after.",
        falsified_in_days=14,
    ),
    Detector(
        detector_id="mixed_budget_levels",
        level="account",
        what="Some campaigns for strangers hold their budget and some leave it to ad sets, so "
        "money cannot move between them and results do not compare.",
        data="who holds the budgets",
        applies=spend_30d > 0,
        needs=("budget_levels",),
        condition=Column("budget_levels") >= 2,
        severity="low",
        cause="setup",
        evidence="Of spend on strangers in 30 days, {campaign_budgets_spend_30d|0 currency} went "
        "through campaign budgets and {adset_budgets_spend_30d|0 currency} through those of ad "
        "sets.",
        fix="Hold budgets on one level in all campaigns that reach the same kind of people.",
        falsifier="Their costs per purchase are alike over 28 days.",
        falsified_in_days=28,
    ),
    Detector(
        detector_id="mixed_attribution",
        level="campaign",
        what="Ad sets of one campaign count purchases by different windows, so that their figures "
        "must not be ranked together.",
        data="attribution settings",
        applies=Column("running_adsets") >= 2,
        needs=("attributions",),
        condition=Column("attribution_settings") >= 2,
        severity="medium",
        cause="setup",
        evidence="Ad sets of {campaign_name} count by {attributions}.",
        fix="Give all ad sets of the campaign one attribution setting before they are compared.",
        falsifier="Purchases by 7-day click alone are ranked the same.",
        falsified_in_days=7,
    ),
    Detector(
        detector_id="name_breaks_pattern",
        level="adset",
        what="A name that breaks the account's own pattern is lost to reports that read names.",
        data="names of ad sets",
        applies=all_of(
            IS_ACTIVE,
            Column("usual_writing_share") >= setting("segments.usual_writing_share"),
            Column("named_adsets") >= setting("segments.min_named_adsets"),
        ),
        needs=("writing",),
        condition=Column("is_usual_writing").equals(0),
        severity="low",
        cause="setup",
        evidence="{usual_writing_share|%} of {named_adsets|0} names are written in "
        "{usual_writing}, {adset_name} in {writing}.",
        fix="Rename it like the others.",
        falsifier="It is meant to stand apart.",
        falsified_in_days=1,
    ),
)

"""Segments: parts of an ad set or of the account that pay unlike each other."""

from python_jobs.audience.detectors.detector import EFFECT, Beyond, Detector, Stake, setting
from python_jobs.audience.detectors.shared import (
    BEYOND_HARMLESS,
    IS_ACTIVE,
    KNOWN_PEOPLE,
    NOT_ADVANTAGE,
    RUNS,
    spend_30d,
)
from python_jobs.decisions.rules.condition import Column, Constant, all_of, any_of

_countries = Column("country_count")
_retargeting_loss = 1 - Column("retargeting_marginal_roas") / Column("prospecting_marginal_roas")

SEGMENTS = (
    Detector(
        detector_id="wrong_optimization_event",
        level="adset",
        what="An ad set is optimized for something else than the purchases that the account lives "
        "from, and finds people who do that instead.",
        data="optimization goals or results",
        applies=all_of(RUNS, Column("account_goal").equals("purchases")),
        needs=("goal",),
        condition=Column("is_for_purchases").equals(0),
        severity="high",
        cause="goal",
        stake=Stake(
            amount=spend_30d - Column("purchases_30d") * Column("account_cpa"),
            low=Constant(0),
        ),
        evidence="{adset_name} is optimized for {goal|words}, spent {spend_30d|0 currency} in 30 "
        "days and brought {purchases_30d|0 purchases}; the account pays {account_cpa|2 currency} "
        "for one.",
        fix="Optimize for purchases, or move its money into an ad set that does.",
        falsifier="Its cost per purchase is no higher than the account's.",
        falsified_in_days=14,
    ),
    Detector(
        detector_id="value_goal_unused",
        level="account",
        what="Ad sets sell orders of very different value, and delivery is told to count orders.",
        data="purchase values of several ad sets",
        applies=Column("purchases_matured") > 0,
        needs=("order_value_variation",),
        condition=all_of(
            Column("adsets_with_value") >= 3,
            Column("order_value_variation") >= setting("segments.order_value_variation"),
        ),
        severity="low",
        cause="goal",
        evidence="Orders are worth {smallest_order_value|2} to {largest_order_value|2 currency} "
        "on average, by ad set; their standard deviation is {order_value_variation|%} of the mean.",
        fix="Test optimization for value of conversions on one ad set.",
        falsifier="ROAS of the test is no higher at equal spend.",
        falsified_in_days=28,
    ),
    Detector(
        detector_id="mixed_countries",
        level="adset",
        what="Countries of one ad set pay so differently that money in the poorer one is lost.",
        data="a breakdown of ad sets by country",
        applies=all_of(
            IS_ACTIVE, any_of(Column("country_count").is_missing(), Column("country_count") >= 2)
        ),
        needs=("country_cells",),
        screen=Column("country_pairs") >= 1,
        condition=any_of(
            Column("country_roas_ratio") >= setting("segments.country_roas"),
            Column("country_cpm_ratio") >= setting("segments.country_cpm"),
        ),
        test=Beyond(
            effect=Column("country_roas_ratio"),
            threshold=setting("segments.country_roas"),
            log_error=Column("country_roas_log_error"),
            comparisons=Column("country_pairs"),
        ),
        certain=Column("country_cpm_ratio") >= setting("segments.country_cpm"),
        severity="medium",
        cause="segment",
        stake=Stake(amount=Column("worst_country_spend_30d") * (1 - 1 / EFFECT)),
        evidence="In {adset_name} ROAS is {best_country_roas|2} in {best_country} and "
        "{worst_country_roas|2} in {worst_country}; {dearest_country} costs {country_cpm_ratio|1} "
        "times as much a thousand impressions as {cheapest_country}.",
        fix="Give {worst_country} an ad set and a budget of its own, or leave it out.",
        falsifier="ROAS in {worst_country} is as high as in {best_country} over the next 28 days.",
        falsified_in_days=28,
    ),
    Detector(
        detector_id="placement_leak",
        level="adset",
        what="Audience Network takes a good part of the money and brings purchases at a multiple "
        "of the cost.",
        data="a breakdown of ad sets by placement",
        applies=all_of(IS_ACTIVE, NOT_ADVANTAGE),
        needs=("network_share",),
        screen=Column("network_share") >= setting("segments.network_share"),
        condition=Column("network_cpa_ratio") >= setting("segments.network_cpa"),
        test=Beyond(
            effect=Column("network_cpa_ratio"),
            threshold=setting("segments.network_cpa"),
            log_error=Column("network_log_error"),
        ),
        severity="medium",
        cause="segment",
        stake=Stake(amount=Column("network_spend_30d") * (1 - 1 / EFFECT)),
        evidence="Audience Network takes {network_share|%} of the spend of {adset_name} and a "
        "purchase there costs {network_cpa_ratio|1} times the ad set's.",
        fix="Leave Audience Network out of this ad set's placements.",
        falsifier="Cost per purchase of the ad set is no lower without it.",
        falsified_in_days=14,
    ),
    Detector(
        detector_id="age_gender_cut_contradicted",
        level="adset",
        what="Ages or genders are left out that buy better, where nobody is left out, than those "
        "chosen.",
        data="a breakdown of ad sets by age and gender",
        applies=all_of(IS_ACTIVE, NOT_ADVANTAGE, Column("is_cut").equals(1)),
        needs=("cut_roas_ratio",),
        screen=all_of(
            Column("outside_purchases") >= setting("segments.min_purchases_each"),
            Column("inside_purchases") >= setting("segments.min_purchases_each"),
        ),
        condition=Column("cut_roas_ratio") >= setting("segments.cut_roas"),
        test=Beyond(
            effect=Column("cut_roas_ratio"),
            threshold=setting("segments.cut_roas"),
            log_error=Column("cut_log_error"),
        ),
        severity="medium",
        cause="segment",
        stake=BEYOND_HARMLESS,
        evidence="{adset_name} is for {people_chosen}; in ad sets for all, these people have ROAS "
        "{inside_roas|2} and those it leaves out {outside_roas|2}.",
        fix="Take the limits of age and gender off.",
        falsifier="Without them its ROAS is no higher.",
        falsified_in_days=21,
    ),
    Detector(
        detector_id="retargeting_over_credited",
        level="adset",
        what="Meta claims purchases for retargeting that would have come anyway: far fewer orders "
        "come from its links than elsewhere in the account.",
        data="Shopify orders with UTM fields",
        applies=all_of(IS_ACTIVE, KNOWN_PEOPLE),
        needs=("order_index",),
        condition=1 / Column("order_index") >= setting("segments.over_credit"),
        test=Beyond(
            effect=1 / Column("order_index"),
            threshold=setting("segments.over_credit"),
            log_error=Column("order_index_log_error"),
        ),
        severity="medium",
        cause="segment",
        stake=BEYOND_HARMLESS,
        evidence="Of {purchases_compared|0 purchases} that Meta claims for {adset_name}, orders "
        "with its UTM fields show {order_index|%} of what is usual in the account.",
        fix="Judge it by Shopify's orders; lower its budget until they pay for it, or test it by a "
        "holdout.",
        falsifier="A holdout or lift test shows the purchases that Meta claims.",
        falsified_in_days=28,
    ),
    Detector(
        detector_id="retargeting_overfunded",
        level="account",
        what="A large share of the money goes to people who know the shop already, of whom there "
        "are few and many would buy anyway.",
        data="funnel of ad sets, by targeting or names",
        applies=spend_30d > 0,
        needs=("retargeting_share", "funnel_is_known"),
        condition=Column("retargeting_share") > setting("segments.retargeting_share"),
        severity="medium",
        cause="segment",
        stake=Stake(
            amount=(Column("retargeting_share") - setting("segments.retargeting_share"))
            * Column("purchase_spend_30d")
            * _retargeting_loss,
        ),
        evidence="{retargeting_share|%} of the spend on purchases goes to people who know the "
        "shop; the next unit returns {retargeting_marginal_roas|2} there and "
        "{prospecting_marginal_roas|2} with strangers.",
        fix="Move money to strangers until retargeting has at most "
        "{detectors.segments.retargeting_share|%}.",
        falsifier="New buyers by Shopify do not rise with the money moved.",
        falsified_in_days=28,
    ),
    Detector(
        detector_id="prospecting_underfunded",
        level="account",
        what="Less than half of the money looks for new buyers, so that the audiences that feed "
        "retargeting run dry.",
        data="funnel of ad sets, by targeting or names",
        applies=spend_30d > 0,
        needs=("prospecting_share", "funnel_is_known"),
        condition=Column("prospecting_share") < setting("segments.prospecting_share"),
        severity="medium",
        cause="segment",
        stake=Stake(
            amount=(setting("segments.prospecting_share") - Column("prospecting_share"))
            * Column("purchase_spend_30d")
            * _retargeting_loss,
        ),
        evidence="{prospecting_share|%} of the spend on purchases goes to strangers; the next unit "
        "returns {prospecting_marginal_roas|2} there and {retargeting_marginal_roas|2} with people "
        "who know the shop.",
        fix="Move money to strangers until they have at least "
        "{detectors.segments.prospecting_share|%}.",
        falsifier="New buyers by Shopify do not rise with the money moved.",
        falsified_in_days=28,
    ),
)

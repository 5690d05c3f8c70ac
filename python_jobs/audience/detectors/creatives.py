"""Creatives: how an ad set's ads share what is shown and bought."""

from python_jobs.audience.detectors.detector import EFFECT, Beyond, Detector, Stake, setting
from python_jobs.audience.detectors.shared import NOT_ADVANTAGE, RUNS, SELLS, spend_30d
from python_jobs.decisions.rules.condition import Column, all_of, any_of

_NOT_CATALOG = Column("is_catalog_only").equals(0)
_few_ads = Column("running_ads") < setting("creatives.min_ads")
_odds = setting("creatives.best_ad_share") / (1 - setting("creatives.best_ad_share"))
_shortfall = 1 / (1 - setting("creatives.winner_shortfall"))

CREATIVES = (
    Detector(
        detector_id="one_creative_carries",
        level="adset",
        what="An ad set lives from one ad: when that wears out there is nothing to take over.",
        data="days of ads and purchases",
        applies=all_of(RUNS, SELLS, NOT_ADVANTAGE),
        needs=("running_ads", "expected_cpa"),
        # what hardly sells leaves little to carry, and no money to judge more ads by
        screen=all_of(
            _NOT_CATALOG,
            spend_30d * 7 / 30 >= setting("creatives.min_cpas_a_week") * Column("expected_cpa"),
            any_of(_few_ads, Column("top_ad_impression_share") >= 0.5),
        ),
        condition=any_of(_few_ads, Column("top_ad_purchase_odds") >= _odds),
        test=Beyond(
            effect=Column("top_ad_purchase_odds"),
            threshold=_odds,
            log_error=Column("top_ad_purchase_log_error"),
        ),
        certain=_few_ads,
        severity="medium",
        cause="creative",
        evidence="Ads that run in {adset_name}: {running_ads|0}; {top_ad_name} makes "
        "{top_ad_purchase_share|%} of their {ads_purchases|0 purchases}.",
        fix="Add two or three ads that differ from {top_ad_name} in message or format.",
        falsifier="New ads take no delivery and {top_ad_name} keeps its cost per purchase.",
        falsified_in_days=28,
    ),
    Detector(
        detector_id="stale_creatives",
        level="adset",
        what="No ad of an ad set is newer than six weeks, and each view wears the same ads down.",
        data="ads with their start",
        applies=all_of(RUNS, SELLS, NOT_ADVANTAGE),
        needs=("newest_ad_age_days",),
        screen=_NOT_CATALOG,
        condition=Column("newest_ad_age_days") > setting("creatives.stale_days"),
        severity="low",
        cause="creative",
        evidence="The newest ad that runs in {adset_name} is {newest_ad_age_days|0 days} old.",
        fix="Add a new ad, and switch off the one that returns least.",
        falsifier="Click rate and cost per purchase hold over the next four weeks.",
        falsified_in_days=28,
    ),
    Detector(
        detector_id="too_many_ads",
        level="adset",
        what="More ads run than the money can judge: most of them spend less in a week than one "
        "purchase costs.",
        data="days of ads and purchases",
        applies=all_of(RUNS, SELLS, NOT_ADVANTAGE),
        needs=("running_ads", "expected_cpa"),
        screen=_NOT_CATALOG,
        condition=all_of(
            Column("running_ads") >= setting("creatives.many_ads"),
            Column("median_ad_spend_a_week")
            < setting("creatives.min_cpas_a_week") * Column("expected_cpa"),
        ),
        severity="low",
        cause="creative",
        evidence="{running_ads|0} ads run in {adset_name}; the one in the middle spends "
        "{median_ad_spend_a_week|2 currency} a week at {expected_cpa|2 currency} a purchase.",
        fix="Keep the five that delivery shows most and bring the others in one after another.",
        falsifier="One of the ads hardly shown sells below the account's cost per purchase.",
        falsified_in_days=21,
    ),
    Detector(
        detector_id="false_winner",
        level="adset",
        what="Delivery shows one ad far more than the others although fewer of its clicks buy.",
        data="days of ads",
        applies=all_of(RUNS, SELLS),
        needs=("running_ads",),
        screen=all_of(
            Column("running_ads") >= 3,
            Column("newest_ad_age_days") >= setting("creatives.winner_min_days"),
            Column("top_ad_impression_ratio") >= setting("creatives.winner_impressions"),
        ),
        condition=Column("others_conversion_ratio") >= _shortfall,
        test=Beyond(
            effect=Column("others_conversion_ratio"),
            threshold=_shortfall,
            log_error=Column("top_ad_purchase_log_error"),
        ),
        severity="medium",
        cause="creative",
        stake=Stake(amount=Column("top_ad_spend_30d") * (1 - 1 / EFFECT)),
        evidence="{top_ad_name} in {adset_name} has {top_ad_impression_ratio|1} times the "
        "impressions of the next ad, and clicks on the others buy {others_conversion_ratio|2} "
        "times as often.",
        fix="Give the other ads an ad set of their own, or switch {top_ad_name} off for a week.",
        falsifier="The others buy no more often with its delivery.",
        falsified_in_days=14,
    ),
)

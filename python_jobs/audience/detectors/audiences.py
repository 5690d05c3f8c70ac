"""Audiences: whom ad sets reach, too often, too narrowly, twice, or not as they should."""

from python_jobs.audience.detectors.detector import NO_CONDITION, Beyond, Detector, Stake, setting
from python_jobs.audience.detectors.shared import (
    BEYOND_HARMLESS,
    FOR_PURCHASES,
    IS_ACTIVE,
    KNOWN_PEOPLE,
    NOT_ADVANTAGE,
    RUNS,
    SPENDS_NOW,
    STRANGERS,
    spend_30d,
)
from python_jobs.decisions.rules.condition import Column, Condition, all_of, any_of

_often = Column("frequency_7d")
_people = Column("audience_size_high")


def _seen_too_often(times: Column) -> Condition:
    return any_of(
        all_of(STRANGERS, times >= setting("audiences.frequency_cold")),
        all_of(KNOWN_PEOPLE, times >= setting("audiences.frequency_warm")),
    )


AUDIENCES = (
    Detector(
        detector_id="frequency_too_high",
        level="adset",
        what="The same people see the ads too often, and click less with every time.",
        data="reach, and clicks of its first weeks",
        applies=all_of(SPENDS_NOW, any_of(STRANGERS, KNOWN_PEOPLE)),
        needs=("frequency_7d",),
        screen=_seen_too_often(_often),
        condition=any_of(
            _seen_too_often(Column("frequency_7d_low")),
            Column("ctr_kept") <= setting("audiences.min_clicks_kept"),
        ),
        test=Beyond(
            effect=1 / Column("ctr_kept"),
            threshold=1 / setting("audiences.min_clicks_kept"),
            log_error=Column("ctr_kept_log_error"),
        ),
        certain=_seen_too_often(Column("frequency_7d_low")),
        severity="medium",
        cause="audience",
        stake=BEYOND_HARMLESS,
        evidence="People of {adset_name} saw it about {frequency_7d|1} times in 7 days (at least "
        "{frequency_7d_low|1}, at most {frequency_7d_high|1}); its click rate is {ctr_kept|%} of "
        "that of its first weeks.",
        fix="Widen the audience or bring new ads; until then lower the budget.",
        falsifier="New ads bring the click rate back while frequency stays.",
        falsified_in_days=14,
    ),
    Detector(
        detector_id="audience_too_narrow",
        level="adset",
        what="An audience is too small for delivery to learn in, or most of it has been reached.",
        data="sizes of custom audiences",
        applies=all_of(IS_ACTIVE, NOT_ADVANTAGE, any_of(STRANGERS, KNOWN_PEOPLE)),
        needs=("audience_size_high",),
        condition=any_of(
            all_of(STRANGERS, _people < setting("audiences.narrow_cold")),
            all_of(
                STRANGERS, Column("reach_low_28d") >= setting("audiences.penetration") * _people
            ),
            all_of(KNOWN_PEOPLE, _people < setting("audiences.narrow_warm")),
        ),
        severity="medium",
        cause="audience",
        evidence="{adset_name} reaches into {audience_size_high|0} people at most "
        "({audience_type}); at least {reach_low_28d|0} of them were reached.",
        fix="Widen it: a higher per cent of a lookalike, more countries, or broad with it as a "
        "suggestion.",
        falsifier="A wider one beside it costs more a purchase.",
        falsified_in_days=21,
    ),
    Detector(
        detector_id="audience_too_broad",
        level="adset",
        what="A broad audience returns clearly less on its next unit of money than the account's "
        "other ad sets, with enough bought to tell.",
        data="countries and returns",
        applies=all_of(
            RUNS,
            NOT_ADVANTAGE,
            Column("audience_type").equals("broad"),
        ),
        needs=("country_people", "marginal_roas", "others_marginal_roas", "usual_marginal_ratio"),
        screen=all_of(
            Column("country_people") > setting("audiences.broad_people"),
            Column("purchases_matured") >= setting("audiences.broad_min_purchases"),
        ),
        condition=Column("others_marginal_roas")
        > Column("usual_marginal_ratio") * Column("marginal_roas"),
        test=Beyond(
            effect=Column("others_marginal_roas") / Column("marginal_roas"),
            threshold=Column("usual_marginal_ratio"),
            log_error=Column("roas_log_error"),
        ),
        severity="medium",
        cause="segment",
        stake=BEYOND_HARMLESS,
        evidence="The next unit in {adset_name} ({countries}) returns {marginal_roas|2}, in the "
        "other ad sets {others_marginal_roas|2}, on {purchases_matured|0 purchases}.",
        fix="Lower its budget, or give delivery a suggestion: a lookalike of buyers or the ages "
        "that buy.",
        falsifier="On less money its next unit returns no more.",
        falsified_in_days=21,
    ),
    Detector(
        detector_id="overlapping_audiences",
        level="adset_pair",
        what="Two ad sets reach the same people, and Meta, which never lets them bid against each "
        "other, holds one of them back.",
        data="targeting and budgets of ad sets",
        applies=NO_CONDITION,
        needs=("overlap", "budget_utilization_7d"),
        condition=all_of(
            Column("overlap") >= setting("audiences.overlap"),
            Column("budget_utilization_7d") < setting("audiences.overlap_utilization"),
        ),
        severity="medium",
        cause="audience",
        evidence="By their targeting {adset_name} and {other_adset_name} have {overlap|%} of their "
        "people in common, and {held_back_adset_name} spends {budget_utilization_7d|%} of its "
        "budget.",
        fix="Merge them into one, or exclude the one's people from the other.",
        falsifier="{held_back_adset_name} spends no more once the other is off.",
        falsified_in_days=7,
    ),
    Detector(
        detector_id="duplicate_ad_sets",
        level="adset_pair",
        what="Two ad sets are set up alike to the last detail, which splits what delivery learns "
        "and holds one of them back.",
        data="targeting of ad sets",
        applies=NO_CONDITION,
        needs=("is_same",),
        condition=Column("is_same").equals(1),
        severity="medium",
        cause="audience",
        evidence="{adset_name} and {other_adset_name} have the same targeting and the same goal.",
        fix="Keep one and move the other's ads and money into it.",
        falsifier="Cost per purchase of the one kept is no lower than of the two.",
        falsified_in_days=21,
    ),
    Detector(
        detector_id="buyers_not_excluded",
        level="adset",
        what="Money for strangers reaches people who have bought, whom cheaper ways reach.",
        data="targeting of ad sets",
        applies=all_of(
            RUNS,
            FOR_PURCHASES,
            NOT_ADVANTAGE,
            STRANGERS,
            Column("spend") >= setting("audiences.buyers_min_spend"),
            Column("account_purchases") >= setting("audiences.buyers_min_purchases"),
        ),
        needs=("excludes_buyers",),
        condition=Column("excludes_buyers").equals(0),
        severity="medium",
        cause="audience",
        stake=Stake(
            amount=spend_30d * setting("audiences.buyers_share"),
            low=spend_30d * setting("audiences.buyers_share_low"),
            high=spend_30d * setting("audiences.buyers_share_high"),
        ),
        evidence="{adset_name} spent {spend|0 currency} on strangers in the evidence window and "
        "excludes no buyers; the account made {account_purchases|0 purchases} in it.",
        fix="Exclude purchasers of 180 days, by pixel and by customer list.",
        falsifier="New buyers' share of its orders does not rise.",
        falsified_in_days=28,
    ),
    Detector(
        detector_id="retargeting_reaches_buyers",
        level="adset",
        what="Retargeting follows people who have bought, or who came so long ago that they are "
        "strangers again.",
        data="targeting of ad sets",
        applies=all_of(IS_ACTIVE, NOT_ADVANTAGE, Column("funnel").equals("retargeting")),
        needs=("excludes_buyers",),
        condition=any_of(
            Column("excludes_buyers").equals(0),
            Column("longest_window_days") > setting("audiences.max_retention_days"),
        ),
        severity="medium",
        cause="audience",
        evidence="{adset_name} reaches {audiences}; people stay in it "
        "{longest_window_days|0 days}; buyers are excluded: {excludes_buyers|yes}.",
        fix="Exclude purchasers of 180 days and let people stay for "
        "{detectors.audiences.max_retention_days|0} days at most.",
        falsifier="Orders of new buyers from it do not rise against its spend.",
        falsified_in_days=28,
    ),
    Detector(
        detector_id="tight_lookalike",
        level="adset",
        what="A lookalike of one per cent is made after so few people that it copies chance.",
        data="sizes of the audiences that lookalikes are made after",
        applies=all_of(
            IS_ACTIVE,
            NOT_ADVANTAGE,
            Column("audience_type").equals("lookalike"),
            Column("lookalike_percent") <= setting("audiences.lookalike_percent"),
            Column("spend") >= setting("audiences.lookalike_spend"),
        ),
        needs=("seed_people",),
        condition=Column("seed_people") < setting("audiences.seed_people"),
        severity="medium",
        cause="audience",
        evidence="{adset_name} is the {lookalike_percent|0} % of a country most like "
        "{seed_people|0} people, and spent {spend|0 currency}.",
        fix="Widen it to 3 to 5 %, or make it after all buyers of a year.",
        falsifier="A wider one beside it costs more a purchase.",
        falsified_in_days=21,
    ),
    Detector(
        detector_id="age_gender_split_by_hand",
        level="adset",
        what="One audience is cut into ages or genders by hand, and no piece learns what delivery "
        "would find in the whole.",
        data="targeting of ad sets",
        applies=all_of(IS_ACTIVE, NOT_ADVANTAGE),
        needs=("cuts_alike",),
        condition=Column("cuts_alike") >= setting("audiences.cuts_alike"),
        severity="medium",
        cause="learning",
        evidence="{adset_name} ({people_chosen}) is one of {cuts_alike|0} ad sets of "
        "{campaign_name} alike but for age and gender, each with fewer than "
        "{detectors.learning.events_a_week|0} events a week.",
        fix="Merge them into one ad set for all these ages and genders.",
        falsifier="Cost per purchase of the merged one is no lower.",
        falsified_in_days=21,
    ),
    Detector(
        detector_id="placements_switched_off",
        level="adset",
        what="Placements are switched off by hand, so that delivery cannot take the cheaper ones.",
        data="targeting of ad sets",
        applies=all_of(IS_ACTIVE, NOT_ADVANTAGE),
        needs=("platform_count",),
        screen=Column("platform_count") > 0,
        condition=Column("platform_count") < setting("audiences.min_platforms"),
        severity="low",
        cause="setup",
        evidence="{adset_name} is shown on {platforms} alone.",
        fix="Choose Advantage+ placements, or all but those that the data speak against.",
        falsifier="Cost per purchase is higher with all placements.",
        falsified_in_days=21,
    ),
    Detector(
        detector_id="mixed_languages",
        level="adset",
        what="One ad set speaks to people of several languages, most of whom see ads in another "
        "than their own.",
        data="targeting of ad sets",
        applies=all_of(IS_ACTIVE, NOT_ADVANTAGE),
        needs=("locale_count",),
        condition=Column("locale_count") >= 2,
        severity="low",
        cause="segment",
        evidence="{adset_name} is for people of {locale_count|0} languages.",
        fix="Give each language an ad set with ads in it, or use ads that Meta translates.",
        falsifier="Its ads are in all of these languages.",
        falsified_in_days=1,
    ),
)

"""Settings of the detectors of mistakes: from where on each one speaks."""

from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from python_jobs.config.section import Money, Section, check_order

Share = Annotated[float, Field(ge=0, le=1)]
Over = Annotated[float, Field(ge=1, le=20)]
Days = Annotated[int, Field(ge=1, le=365)]
Count = Annotated[int, Field(ge=1, le=1000)]
People = Annotated[int, Field(ge=0, le=5_000_000_000)]


class Reporting(Section):
    """How sure a finding must be."""

    false_discovery_rate: float = Field(
        gt=0, le=0.5, description="Share of false ones among findings that rest on chance"
    )


class LearningDetectors(Section):
    """Ad sets that do not get through learning."""

    events_a_week: float = Field(
        ge=1, le=500, description="Optimization events in 7 days with which learning ends"
    )
    penalty: Share = Field(description="Share of spend lost while learning")
    penalty_low: Share = Field(description="The same at least")
    penalty_high: Share = Field(description="The same at most")
    min_age_days: Days = Field(description="Days from the start on which learning should be over")
    quiet_days: Days = Field(description="Days without an edit before learning counts as stuck")
    restarts_in_7_days: Count = Field(
        description="Days with edits that restart learning within 7 days from which on it is told"
    )
    immature_days: Days = Field(
        description="Days after a change in which most of its purchases are not seen yet"
    )
    max_hasty_cut: Share = Field(
        description="Cut of a budget, as a share, within these days from which on it is told"
    )
    status_flips: Count = Field(description="Times switched on or off in 14 days")

    @field_validator("penalty_high")
    @classmethod
    def _not_below(cls, share: float, section: ValidationInfo) -> float:
        check_order(share, "not below", "penalty", section)
        return share


class BudgetDetectors(Section):
    """Budgets against what a purchase costs."""

    max_adsets_to_feasible: Over = Field(
        description="Ad sets of a campaign over those that its budget brings through learning"
    )
    severe_adsets_to_feasible: Over = Field(description="The same from which it is severe")
    min_budget_to_cpa: float = Field(
        ge=0.1, le=50, description="Daily budget over the cost of a purchase, at least"
    )
    minimums_share: Share = Field(
        description="Least spends of ad sets over their campaign's budget from which they bind it"
    )
    no_purchase_cpas: float = Field(
        ge=1, le=50, description="Costs of a purchase spent in 14 days without one"
    )
    no_purchase_spend: Money = Field(description="Least spend in 14 days without a purchase")


class DeliveryDetectors(Section):
    """Budgets that are not spent, and spend that should not be."""

    bound_utilization: Share = Field(
        description="Spend over budget from which the budget holds an ad set back"
    )
    underspender: Share = Field(
        description="Spend over budget, at most, of an ad set beside one held back"
    )
    under_delivery: Share = Field(description="Spend over budget in 7 days below which it is told")
    dead_days: Days = Field(description="Days without spend of an ad set that is switched on")


class AudienceDetectors(Section):
    """Whom ad sets reach."""

    frequency_cold: float = Field(
        ge=1, le=50, description="Times a stranger sees it in 7 days from which on it is told"
    )
    frequency_warm: float = Field(ge=1, le=50, description="The same of people who know the shop")
    min_clicks_kept: Share = Field(
        description="Click rate over that of the first weeks up to which an audience is worn"
    )
    narrow_cold: People = Field(description="Strangers below which an audience is narrow")
    narrow_warm: People = Field(description="People who know the shop, likewise")
    penetration: Share = Field(description="Share of an audience reached that leaves no room")
    broad_people: People = Field(description="People above which an audience is broad")
    broad_min_purchases: Count = Field(description="Purchases before a broad one is judged")
    broad_log_deviations: float = Field(
        ge=0, le=5, description="Deviations of marginal ROAS below the other ad sets'"
    )
    overlap: Share = Field(description="People in common over people in either of two ad sets")
    overlap_utilization: Share = Field(
        description="Spend over budget below which one of two is held back"
    )
    lookalike_percent: float = Field(
        ge=0, le=20, description="Per cent of a country up to which a lookalike is tight"
    )
    lookalike_spend: Money = Field(description="Spend from which a tight lookalike is judged")
    seed_people: People = Field(description="People a lookalike is made after, at least")
    buyers_min_spend: Money = Field(description="Spend from which buyers should be excluded")
    buyers_min_purchases: Count = Field(description="Purchases of the account, likewise")
    buyers_share: Share = Field(description="Share of strangers' spend that reaches buyers")
    buyers_share_low: Share = Field(description="The same at least")
    buyers_share_high: Share = Field(description="The same at most")
    max_retention_days: Days = Field(description="Days people stay in an audience, at most")
    cuts_alike: Count = Field(description="Ad sets alike but for age and gender")
    min_platforms: int = Field(ge=1, le=5, description="Platforms chosen, at least")

    @field_validator("buyers_share_high")
    @classmethod
    def _not_below(cls, share: float, section: ValidationInfo) -> float:
        check_order(share, "not below", "buyers_share", section)
        return share


class SegmentDetectors(Section):
    """Parts of an ad set or account that differ too much."""

    min_purchases_each: int = Field(ge=1, le=1000, description="Purchases of each part compared")
    country_roas: Over = Field(description="ROAS of the best over the worst country of an ad set")
    country_cpm: Over = Field(description="Price of 1000 impressions, dearest over cheapest")
    cut_roas: Over = Field(description="ROAS of people left out over that of those chosen")
    network_share: Share = Field(description="Share of spend in Audience Network")
    network_cpa: Over = Field(description="Its cost of a purchase over the whole ad set's")
    retargeting_share: Share = Field(description="Share of spend on people who know the shop")
    prospecting_share: Share = Field(description="Share of spend on strangers, at least")
    min_funnel_known: Share = Field(description="Share of spend of which it is known")
    order_value_variation: float = Field(
        ge=0, le=10, description="Standard deviation of order values over their mean"
    )
    over_credit: Over = Field(
        description="Purchases that Meta claims for an order, over the account's"
    )
    usual_writing_share: Share = Field(
        description="Share of names written alike from which they are a pattern"
    )
    min_named_adsets: Count = Field(description="Names needed to see a pattern")


class CreativeDetectors(Section):
    """Ads of an ad set."""

    best_ad_share: float = Field(
        gt=0, le=0.99, description="Share of an ad set's purchases that one ad makes"
    )
    min_ads: Count = Field(description="Ads that run, at least")
    stale_days: Days = Field(description="Age of the newest ad")
    many_ads: Count = Field(description="Ads that run, from which on their spend is looked at")
    min_cpas_a_week: float = Field(
        ge=0, le=50, description="Spend of the middle ad in a week over the cost of a purchase"
    )
    winner_impressions: Over = Field(description="Impressions of the ad shown most over the next")
    winner_shortfall: Share = Field(
        description="By how much fewer of its clicks buy than of the other ads"
    )
    winner_min_days: Days = Field(description="Age of the youngest ad compared")


class Detectors(Section):
    """Detectors of mistakes; docs/detectors.md lists them."""

    reporting: Reporting
    learning: LearningDetectors
    budgets: BudgetDetectors
    delivery: DeliveryDetectors
    audiences: AudienceDetectors
    segments: SegmentDetectors
    creatives: CreativeDetectors

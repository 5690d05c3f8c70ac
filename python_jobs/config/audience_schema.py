"""Settings of the audience side: what counts as evidence, and what is made of it."""

from pydantic import Field, ValidationInfo, field_validator

from python_jobs.config.section import Section, check_order


class Audience(Section):
    """Which days the audience tables look at."""

    evidence_days: int = Field(
        ge=7, le=90, description="Days to the morning of the build that show how a segment does"
    )
    long_days: int = Field(
        ge=28, le=365, description="Days that show what takes longer: retargeting against Shopify"
    )
    buyer_value_days: int = Field(
        ge=14, le=365, description="Days after a buyer's first order whose orders are its value"
    )
    first_order_days: int = Field(
        ge=0,
        le=730,
        description="Days of order files before what counts as a buyer's first order",
    )

    @field_validator("long_days")
    @classmethod
    def _longer_than_evidence(cls, days: int, section: ValidationInfo) -> int:
        check_order(days, "above", "evidence_days", section)
        return days


class Opportunity(Section):
    """How much more an ad set or audience can take."""

    frequency_cold: float = Field(
        ge=1, le=50, description="Times in 7 days that people who do not know the shop bear an ad"
    )
    frequency_warm: float = Field(
        ge=1, le=50, description="The same of people who know it: visitors, engagers, buyers, lists"
    )
    fatigue_exponent: float = Field(
        ge=0,
        le=2,
        description="Clicks per impression go as (frequency + 1) to the power of minus this",
    )
    min_clicks_kept: float = Field(
        ge=0,
        le=1,
        description="Click rate over that of the first weeks below which more is not shown to "
        "people who may have seen it too often",
    )
    largest_penetration: float = Field(
        gt=0, le=1, description="Share of an audience reached in the evidence window, at most"
    )
    largest_multiple: float = Field(
        gt=1, le=5, description="Of today's spend, how far estimates are believed"
    )
    elasticity_error: float = Field(
        ge=0, le=0.5, description="Standard deviation of an ad set's elasticity around the usual"
    )


class Advantages(Section):
    """Which segments count as better than the account."""

    false_discovery_rate: float = Field(
        gt=0, le=0.5, description="Share of false ones among the advantages told, at most"
    )
    least_lead: float = Field(
        ge=0,
        le=5,
        description="ROAS over the account's, less 1, from which a lead is told",
    )
    min_purchases: float = Field(
        ge=1, le=10_000, description="Purchases behind a segment before anything is built on it"
    )
    model_error: float = Field(
        ge=0,
        le=0.5,
        description="Standard deviation of ln(ROAS) beside what counts leave open",
    )
    kept_exclusion_share: float = Field(
        gt=0,
        le=1,
        description="Share of the spend on strangers that excludes an audience from which on all "
        "new ad sets must",
    )


class Creative(Section):
    """Which creative fits which audience."""

    prior_deviation: float = Field(
        gt=0,
        le=2,
        description="Usual standard deviation of ln(rate) between creative types, audiences, ad "
        "sets and ads",
    )
    prior_interaction: float = Field(
        gt=0, le=2, description="The same of what a creative type does in one audience alone"
    )
    prior_levels: float = Field(
        ge=0, le=1000, description="How many types, audiences or ads that usual value counts as"
    )
    min_events: float = Field(
        ge=1, le=10_000, description="Purchases or clicks behind a pair before it is judged"
    )
    min_ads: int = Field(
        ge=1, le=1000, description="Ads behind a pair, likewise: one good ad is no good pair"
    )
    min_deviations: float = Field(
        ge=1, le=5, description="Standard deviations from 0 from which a pair is told"
    )


class AdVerdicts(Section):
    """When an ad is paused, kept or promoted."""

    chance: float = Field(
        gt=0,
        le=0.5,
        description="Chance that a healthy ad sells nothing for so much money, from which on there "
        "is enough spend to judge",
    )
    pause_probability: float = Field(
        ge=0.5,
        le=0.99,
        description="How sure it must be that a purchase is dearer than its target",
    )
    pause_cost_ratio: float = Field(
        ge=1, le=10, description="Expected cost of a purchase over its target, at least, to pause"
    )
    promote_probability: float = Field(
        ge=0.5, le=0.99, description="How sure it must be that a test's ad reaches its target"
    )
    promote_purchases: float = Field(
        ge=1, le=1000, description="Purchases of a test's ad, at least, to promote it"
    )

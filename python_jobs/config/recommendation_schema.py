"""Settings of recommendations: how many, how sure, with how much money, and when to judge them."""

from itertools import pairwise
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from python_jobs.config.section import Section, check_order

Rows = Annotated[int, Field(ge=0, le=100)]
Share = Annotated[float, Field(gt=0, le=1)]
Ads = Annotated[int, Field(ge=1, le=10)]


class RecommendationLimits(Section):
    """Which recommendations are made."""

    audience_rows: Rows = Field(description="New audiences per account and build, at most")
    adset_rows: Rows = Field(
        description="Ad sets to change per account and build, raises not counted, at most"
    )
    scale_rows: Rows = Field(description="Raises of budgets beside these, at most")
    min_confidence: float = Field(
        ge=0.5, le=0.99, description="Probability that it gains anything, at least"
    )
    min_gain_share: float = Field(
        ge=0, le=1, description="Gain over the account's revenue, both of 30 days, at least"
    )


class StartingBudgets(Section):
    """Money for new ad sets."""

    largest_share_each: Share = Field(
        description="Budget of one new ad set over the account's daily total, at most"
    )
    largest_share_together: Share = Field(
        description="The same of all new ad sets of a build together"
    )
    least_learning_share: Share = Field(
        description="Events that its budget buys in a week over those that end learning, at least"
    )

    @field_validator("largest_share_together")
    @classmethod
    def _not_below_each(cls, share: float, section: ValidationInfo) -> float:
        check_order(share, "not below", "largest_share_each", section)
        return share


def _rising(percents: list[int]) -> list[int]:
    if any(later <= earlier for earlier, later in pairwise(percents)):
        raise ValueError("allowed: whole numbers that rise")
    return percents


class NewAudiences(Section):
    """What new audiences are made of."""

    lookalike_percents: Annotated[
        list[Annotated[int, Field(ge=1, le=20)]], Field(min_length=1), AfterValidator(_rising)
    ] = Field(description="Steps in which lookalikes widen, in per cent of a country's people")


class Changes(Section):
    """What changes to ad sets are made of."""

    ads_to_add: Ads = Field(description="Ads that are added to an ad set")
    ads_to_start: Ads = Field(description="Ads that a new ad set starts with")
    changed_audience_error: float = Field(
        ge=0, le=2, description="Standard deviation of ln(ROAS) of a changed audience over the old"
    )
    cap_step: float = Field(ge=0, le=1, description="Share by which a bid cap is raised")
    cap_over_cost: float = Field(
        ge=1, le=5, description="Bid cap over the cost of a purchase, at least"
    )
    merge_deviations: float = Field(
        ge=0,
        le=10,
        description="Standard errors between the ROAS of ad sets that are merged, at most",
    )


class Falsification(Section):
    """When a recommendation turns out to be wrong."""

    purchases_due: float = Field(
        ge=3, le=1000, description="Purchases due by the day on which it is judged, at least"
    )
    least_days: int = Field(ge=1, le=60, description="Days until that, at least")
    longest_days: int = Field(ge=7, le=365, description="Days until that, at most")

    @field_validator("longest_days")
    @classmethod
    def _not_below_least(cls, days: int, section: ValidationInfo) -> int:
        check_order(days, "not below", "least_days", section)
        return days


class Recommendations(Section):
    """New audiences and changes to ad sets."""

    limits: RecommendationLimits
    budgets: StartingBudgets
    audiences: NewAudiences
    changes: Changes
    falsification: Falsification

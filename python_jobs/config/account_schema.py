"""Settings of what happens in an account: its events and its groups of budgets, each by a name.

Keys of an event or a group that are left out are null.
"""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, ValidationInfo, field_validator

from python_jobs.config.section import (
    Day,
    EntityId,
    MarginalRoas,
    Money,
    Name,
    Pattern,
    Section,
    check_order,
)

Share = Annotated[float, Field(gt=0, le=1)]


class Event(Section):
    """Days that are no evidence for other days."""

    model_config = ConfigDict(serialize_by_alias=True)

    first_day: Day = Field(alias="from", description="First day, in the account's time zone")
    last_day: Day = Field(alias="to", description="Last day, included")
    kind: Literal["promo", "peak", "launch", "stockout", "outage"] = Field(
        description="What happens: `promo`, `peak` and `launch` days sell more, `stockout` and "
        "`outage` days less than the ads deserve"
    )
    scope: Pattern | None = Field(
        None,
        description="Campaigns and ad sets by name, in any case, * for anything; null = all",
    )
    expected_lift: float | None = Field(
        None,
        gt=0,
        le=20,
        description="ROAS at equal spend over that of ordinary days; null = the same",
    )
    largest_step: float | None = Field(
        None,
        ge=0.01,
        le=20,
        description="Largest rise of a budget over that of the day before the event, as a share; "
        "null = as on other days",
    )
    daily_budget: Money | None = Field(
        None,
        description="What each account may spend a day in total, in its currency; null = as on "
        "other days. Afterwards budgets go back to those of the day before",
    )

    @field_validator("last_day")
    @classmethod
    def _not_before_first(cls, day: Day, section: ValidationInfo) -> Day:
        check_order(day, "not before", "first_day", section)
        return day


class Group(Section):
    """Budgets that belong together; a budget belongs to the first group that it matches."""

    match: list[Pattern] = Field(
        [], description="Names of ad sets or campaigns, in any case, * for anything"
    )
    ids: list[EntityId] = Field([], description="Ids of ad sets or campaigns")
    market: Name | None = Field(None, description="Market that they sell in, for reports")
    funnel: Name | None = Field(None, description="Stage of the funnel, for reports")
    test: bool = Field(
        False,
        description="A test keeps its money and is judged by spend against target CPA, not ROAS",
    )
    excluded: bool = Field(False, description="No budget of it is changed")
    excluded_from: Day | None = Field(
        None, description="First morning that `excluded` is about; null = all before the last"
    )
    excluded_until: Day | None = Field(
        None, description="Last morning that `excluded` is about; null = without end"
    )
    daily_total: Money | None = Field(
        None, description="What its budgets in one account add up to a day, in account currency"
    )
    least_share: Share | None = Field(
        None, description="Least share of its account's total, as far as limits let it"
    )
    largest_share: Share | None = Field(None, description="Largest share of its account's total")
    pinned_budget: Money | None = Field(
        None, description="The budget a day of each, in account currency, whatever it returns"
    )
    floor: Money | None = Field(None, description="Smallest budget a day of each")
    cap: Money | None = Field(None, description="Largest budget a day of each")
    target_roas: MarginalRoas | None = Field(
        None, description="Least ROAS of the next unit of money; goes before that of `targets`"
    )
    target_cpa: Money | None = Field(
        None,
        description="Largest cost of the next purchase in account currency; goes before that of "
        "`targets`",
    )
    gross_margin: Share | None = Field(
        None, description="What is left of an order's value before ads; goes before `targets`"
    )

    @field_validator("excluded_until")
    @classmethod
    def _not_before_from(cls, day: Day | None, section: ValidationInfo) -> Day | None:
        if day is not None and section.data.get("excluded_from") is not None:
            check_order(day, "not before", "excluded_from", section)
        return day

    @field_validator("largest_share")
    @classmethod
    def _not_below_least(cls, share: float | None, section: ValidationInfo) -> float | None:
        if share is not None and section.data.get("least_share") is not None:
            check_order(share, "not below", "least_share", section)
        return share

    @field_validator("cap")
    @classmethod
    def _not_below_floor(cls, cap: float | None, section: ValidationInfo) -> float | None:
        if cap is not None and section.data.get("floor") is not None:
            check_order(cap, "not below", "floor", section)
        return cap


class Incidents(Section):
    """When purchases that Meta reports leave the account's own range, tracking is in doubt."""

    enabled: bool = Field(description="Whether tracking in doubt holds all budgets")
    usual_days: int = Field(
        ge=14, le=90, description="Days before a day whose median says what is usual"
    )
    least_deviance: float = Field(
        ge=5,
        le=100,
        description="How unlikely it must be by chance: a day counts from this deviance on",
    )
    least_spread: float = Field(
        ge=0.01,
        le=1,
        description="Spread of a day's purchases around the usual beyond counting, as a share, "
        "that every account is granted",
    )
    none_of_due: float = Field(
        ge=2,
        le=50,
        description="Purchases due of the last complete day of which none at all is enough",
    )
    largest_share_left: float = Field(
        gt=0, le=1, description="Purchases have fallen where less than this share of them is left"
    )

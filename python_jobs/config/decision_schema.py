"""Settings of the decision: evidence, limits, modifiers and the month's budget.

What the rules compare with is in `decision_rules.py`.
"""

from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from python_jobs.config.section import (
    AccountId,
    Currency,
    EntityId,
    MarginalRoas,
    Money,
    Section,
    check_order,
)

Window = Literal[1, 3, 7, 14, 28]


class RollingWindows(Section):
    """Which of the windows of days each role reads."""

    recent_days: Window = Field(description="Days that show what is happening now")
    base_days: Window = Field(description="Days that show the usual level")
    long_days: Window = Field(description="Days that show the level that lasts")

    @field_validator("base_days")
    @classmethod
    def _longer_than_recent(cls, days: int, section: ValidationInfo) -> int:
        check_order(days, "above", "recent_days", section)
        return days

    @field_validator("long_days")
    @classmethod
    def _longer_than_base(cls, days: int, section: ValidationInfo) -> int:
        check_order(days, "above", "base_days", section)
        return days


class Elasticity(Section):
    """Percent more purchases for one percent more spend, at the usual spend, by audience type."""

    broad: float = Field(ge=0.3, le=0.95, description="Elasticity of broad audiences")
    interest: float = Field(ge=0.3, le=0.95, description="Elasticity of interest audiences")
    lookalike: float = Field(ge=0.3, le=0.95, description="Elasticity of lookalike audiences")
    retargeting: float = Field(ge=0.3, le=0.95, description="Elasticity of retargeting")
    unknown: float = Field(ge=0.3, le=0.95, description="Elasticity where the type is not known")


class Evidence(Section):
    """How much the past says about a holder, and how it answers to money."""

    history_days: int = Field(ge=28, le=180, description="Days before the decision that count")
    half_life_days: float = Field(
        ge=3, le=365, description="Days after which a day counts half as much"
    )
    elasticity: Elasticity
    elasticity_decline: float = Field(
        ge=0, le=3, description="How fast elasticity falls as spend grows; 0 = not at all"
    )
    click_weight: float = Field(
        ge=0, le=2, description="How far a change in clicks per spend re-dates the past; 0 = not"
    )
    click_prior: float = Field(
        ge=0, le=1000, description="Clicks that draw a week's click index toward 1"
    )
    aov_prior_purchases: float = Field(
        ge=0, le=1000, description="Purchases that draw an average order value to the account's"
    )
    prior_variance: float = Field(
        ge=0.01,
        le=2,
        description="Variance of ln(ROAS) among ad sets, before the account shows its own",
    )
    prior_variance_units: float = Field(
        ge=0, le=100, description="Ad sets that this variance counts as beside the account's own"
    )
    shopify_weight: float = Field(
        ge=0, le=1, description="How far Shopify corrects Meta's claim: 0 = not, 1 = fully"
    )
    shopify_days: int = Field(ge=14, le=180, description="Days over which the two are compared")
    shopify_prior_orders: float = Field(
        ge=0, le=1000, description="Matched orders that draw the ratio to the account's"
    )
    shopify_min_days: int = Field(
        ge=1, le=180, description="Days that both must cover before anything is corrected"
    )
    shopify_min_orders: int = Field(
        ge=1, le=100_000, description="Matched orders needed before anything is corrected"
    )
    member_response_prior: float = Field(
        ge=0.001,
        le=10,
        description="How firmly an ad set is expected to follow its campaign's budget",
    )
    member_response_half_life_days: float = Field(
        ge=1, le=365, description="Half-life of the days that show how it follows"
    )
    limited_below: float = Field(
        gt=0, le=1, description="Share of budget spent below which delivery is the limit"
    )
    limited_days: int = Field(
        ge=3, le=56, description="Days looked back for days on which delivery was the limit"
    )
    limited_min_days: int = Field(
        ge=1, le=56, description="Such days needed before spend counts as a ceiling"
    )
    ceiling_half_life_days: float = Field(
        ge=1, le=56, description="Half-life of the days that the ceiling is estimated from"
    )
    interval_spread: float = Field(
        ge=1,
        le=5,
        description="Variance per purchase that intervals reckon with; 1 = pure counting",
    )
    week_drift: float = Field(
        ge=0,
        le=1,
        description="Standard deviation of ln(ROAS) by which a coming week of one budget departs "
        "from its past; intervals count it",
    )
    shared_week_drift: float = Field(
        ge=0,
        le=1,
        description="The same of what all of an account have in common; intervals count it",
    )


class Incrementality(Section):
    """What the customer's own lift tests say about reported value, by audience type."""

    broad: float = Field(ge=0, le=3, description="Multiplier of ROAS of broad audiences")
    interest: float = Field(ge=0, le=3, description="Multiplier of ROAS of interest audiences")
    lookalike: float = Field(ge=0, le=3, description="Multiplier of ROAS of lookalike audiences")
    retargeting: float = Field(ge=0, le=3, description="Multiplier of ROAS of retargeting")
    unknown: float = Field(ge=0, le=3, description="Multiplier where the type is not known")


class SafetyRules(Section):
    """What no budget may pass, whatever the rules and the allocation want."""

    max_increase: float = Field(
        ge=0.01, le=1, description="Largest rise of a budget in one decision, as a share of it"
    )
    max_decrease: float = Field(
        ge=0.01, le=1, description="Largest cut of a budget in one decision, as a share of it"
    )
    cooldown_days: int = Field(
        ge=0, le=30, description="Days after a change of budget in which it is left alone"
    )
    learning_protect_days: int = Field(
        ge=0, le=30, description="Days after a significant edit in which learning is protected"
    )
    significant_budget_step: float = Field(
        ge=0, le=1, description="A budget edit by more than this share of it restarts learning"
    )
    significant_pause_days: int = Field(
        ge=0, le=90, description="Activation after a pause of so many days restarts learning"
    )
    learning_min_conversions: int = Field(
        ge=0, le=500, description="Conversions in 7 days from which learning counts as done"
    )
    min_daily_budget: dict[Currency, Money] = Field(
        description="Smallest budget per day that Meta takes, by currency"
    )
    default_minimum: Money = Field(
        description="The same for currencies that are not listed, in account currency"
    )
    max_daily_budget: Money | None = Field(
        description="Largest budget per day of one holder in account currency; null = none"
    )
    max_share_of_account: float | None = Field(
        gt=0, le=1, description="Largest share of the account's total for one holder; null = none"
    )
    ceiling_headroom: float = Field(
        ge=0,
        le=1,
        description="Budget above the delivery ceiling that is still offered, as a share",
    )


class GradientConfig(Section):
    """A rule's factor acts in full only far from the account's average."""

    enabled: bool = Field(description="Whether this modifier acts")
    full_strength_at: float = Field(
        ge=0.01, le=2, description="Distance |ln(roas_index)| from which the factor acts in full"
    )
    min_strength: float = Field(
        ge=0, le=1, description="Part of the factor that acts where there is no distance"
    )


class TrendConfig(Section):
    """Clicks against what spend leads to expect shift the budget a little."""

    enabled: bool = Field(description="Whether this modifier acts")
    click_strength: float = Field(
        ge=0, le=1, description="Exponent of the click index of the last week"
    )
    max_adjustment: float = Field(
        ge=0, le=0.5, description="Largest shift up or down, as a share of the budget"
    )


class HealthWeights(Section):
    """Weight of each part of the health score, relative to the others."""

    roas: float = Field(ge=0, le=1, description="Weight of ROAS against the account")
    click: float = Field(ge=0, le=1, description="Weight of the click index")
    delivery: float = Field(ge=0, le=1, description="Weight of the share of the budget spent")
    frequency: float = Field(ge=0, le=1, description="Weight of how often people see the ads")


class HealthScoreConfig(Section):
    """A score from ROAS, clicks, delivery and frequency shifts the budget a little."""

    enabled: bool = Field(description="Whether this modifier acts")
    weights: HealthWeights
    max_adjustment: float = Field(
        ge=0, le=0.5, description="Largest shift up or down, as a share of the budget"
    )
    frequency_watch: float = Field(
        ge=1, le=20, description="Impressions per person in 7 days above which the score falls"
    )


class BudgetRelativeConfig(Section):
    """Large budgets move more carefully than small ones."""

    enabled: bool = Field(description="Whether this modifier acts")
    large_share: float = Field(
        gt=0, le=1, description="Share of the account's total from which a budget is large"
    )
    large_strength: float = Field(
        ge=0, le=2, description="Part of the factor that acts on a large budget"
    )
    small_share: float = Field(
        ge=0, le=1, description="Share of the account's total up to which a budget is small"
    )
    small_strength: float = Field(
        ge=0, le=2, description="Part of the factor that acts on a small budget"
    )

    @field_validator("small_share")
    @classmethod
    def _below_large(cls, share: float, section: ValidationInfo) -> float:
        check_order(share, "below", "large_share", section)
        return share


class SampleSizeConfig(Section):
    """Few purchases, small steps."""

    enabled: bool = Field(description="Whether this modifier acts")
    full_confidence_purchases: float = Field(
        ge=1, le=1000, description="Purchases of evidence from which the factor acts in full"
    )
    min_strength: float = Field(
        ge=0, le=1, description="Part of the factor that acts where there is no evidence"
    )


class TimeWeightedSmoothing(Section):
    """ROAS of three windows, weighted, shifts the budget a little."""

    enabled: bool = Field(description="Whether this modifier acts")
    recent_weight: float = Field(
        ge=0, le=1, description="Weight of the recent window, relative to the others"
    )
    base_weight: float = Field(ge=0, le=1, description="Weight of the base window")
    long_weight: float = Field(ge=0, le=1, description="Weight of the long window")
    strength: float = Field(
        ge=0, le=1, description="Exponent of weighted ROAS over the account's projected ROAS"
    )
    max_adjustment: float = Field(
        ge=0, le=0.5, description="Largest shift up or down, as a share of the budget"
    )


Goal = Annotated[
    Literal[
        "adds_to_cart",
        "calls",
        "checkouts",
        "content_views",
        "engagement",
        "installs",
        "landing_page_views",
        "leads",
        "link_clicks",
        "messages",
        "page_likes",
        "profile_visits",
        "reach",
        "registrations",
        "searches",
        "store_visits",
        "subscriptions",
        "video_views",
        "wishlists",
    ],
    Field(examples=["leads"]),
]
"""what Meta can be told to deliver for, as in seeds/goals.csv; purchases report their value"""


class Targets(Section):
    """What the next unit of money must return at least; several at once: the strictest counts."""

    target_roas: MarginalRoas | None = Field(
        description="Least ROAS of the next unit of money; null = none"
    )
    target_cpa: Money | None = Field(
        description="Largest cost of the next purchase, or result that has a value, in account "
        "currency; null = none"
    )
    gross_margin: float | None = Field(
        gt=0,
        le=1,
        description="What is left of an order's value before ads, as a share: the next unit of "
        "money must return 1 over it to break even; null = none",
    )
    target_roas_by_campaign: dict[EntityId, MarginalRoas] = Field(
        description="The same for single campaigns, by id; goes before the others"
    )
    value_per_result: dict[Goal, Money] = Field(
        description="What a result is worth in account currency, by goal: what is bought for it is "
        "judged by its results times this value, as other budgets are by purchase value. What is "
        "bought for a goal that is not listed keeps its budget"
    )


class MonthlyBudget(Section):
    """What the account may spend in a calendar month."""

    amount: Money | None = Field(
        description="Of each account, in its currency; null = keep today's total"
    )
    amount_by_account: dict[AccountId, Money] = Field(
        description="The same for single accounts, by id; goes before `amount`"
    )
    last_days_guard: int = Field(
        ge=0,
        le=15,
        description="Last days of a month in which the total rises to no more than an even month's",
    )
    max_daily_rise: float = Field(
        ge=0, le=5, description="Largest rise of the account's total in one decision, as a share"
    )
    max_daily_fall: float = Field(
        ge=0, le=1, description="Largest fall of the account's total in one decision, as a share"
    )


class Effort(Section):
    """What is worth a person's while to change."""

    round_to: float | None = Field(
        gt=0,
        le=1_000_000,
        description="Changed budgets are multiples of this, in account currency, or of a tenth "
        "where that is over a quarter of its largest rise; null = the currency's smallest unit",
    )
    min_change_pct: float = Field(
        ge=0,
        le=50,
        description="Smallest change of a budget, per cent of it or of the account's mean budget, "
        "whichever is less; 0 = any. What would be left over of the total is taken up all the same",
    )
    max_changes_per_run: int | None = Field(
        ge=1,
        le=100_000,
        description="Largest number of budgets of an account to change at a time; null = any. What "
        "limits or a pause force is changed beyond that",
    )

"""Settings of the rules: what each class compares with, and its factors.

Thresholds are relative to the account: an index is the holder's figure over the account's, 1 is as
good as the account. Factors tilt a budget before marginal returns are made equal; those that raise
cannot be set below 1, those that cut not above, so no setting turns a rule around.
"""

from typing import Annotated

from pydantic import Field

from python_jobs.config.section import Section

Raise = Annotated[float, Field(ge=1, le=1.5)]
Cut = Annotated[float, Field(ge=0.5, le=1)]
Above = Annotated[float, Field(ge=1, le=5)]
Below = Annotated[float, Field(ge=0.05, le=1)]
Index = Annotated[float, Field(ge=0.3, le=3)]
Purchases = Annotated[float, Field(ge=0, le=500)]
Days = Annotated[int, Field(ge=0, le=365)]


class CommonRules(Section):
    """What all rules ask for that raise or cut, so that none contradicts the allocation."""

    min_marginal_index_to_raise: Above = Field(
        description="Marginal ROAS over the account's from which a rule may raise"
    )
    max_marginal_index_to_cut: Below = Field(
        description="Marginal ROAS over the account's below which a rule may cut"
    )
    max_roas_index_high_to_cut: Index = Field(
        description="Upper end of ROAS over the account's below which a holder counts as worse"
    )
    min_delivery_room: Above = Field(
        description="Spend that delivery has room for, over the budget, needed to raise it"
    )
    min_purchases_to_raise: int = Field(
        ge=1, le=200, description="Purchases in 28 days needed to raise a budget"
    )
    min_expected_purchases: Purchases = Field(
        description="Purchases expected at the account's rate from which a rule may raise or cut"
    )
    rising_click_index: Above = Field(
        description="Clicks over what this spend leads to expect, from which they are rising"
    )
    falling_click_index: Below = Field(description="The same, below which they are falling")


class SafetyClassRules(Section):
    """Holds what must not move, and stops what earns nothing."""

    min_expected_purchases_to_judge: Purchases = Field(
        description="Purchases expected at the account's rate below which nothing can be judged"
    )
    min_spending_days: int = Field(
        ge=0, le=28, description="Days with spend in 28 below which nothing can be judged"
    )
    pause_expected_purchases: float = Field(
        ge=3,
        le=50,
        description="Purchases that 28 days' spend buys elsewhere in the account: none means pause",
    )
    pause_min_days_observed: int = Field(
        ge=14, le=365, description="Days of insights needed before a pause"
    )
    pause_max_roas_index_high: Below = Field(
        description="Upper end of ROAS over the account's below which a pause is possible"
    )
    nothing_sold_expected_purchases: float = Field(
        ge=1,
        le=50,
        description="Purchases that 28 days' spend buys elsewhere in the account: none means floor",
    )
    nothing_sold_factor: Annotated[float, Field(ge=0.1, le=1)] = Field(
        description="Factor where nothing was sold"
    )
    test_target_costs: float = Field(
        ge=1,
        le=50,
        description="Target costs per purchase that a test spends before it is judged",
    )
    freeze_expected_purchases: Purchases = Field(
        description="Purchases expected at the account's rate needed to freeze for low ROAS"
    )
    freeze_max_roas_index_high: Below = Field(
        description="Upper end of ROAS over the account's below which a budget is frozen"
    )
    freeze_factor: Cut = Field(description="Factor of a frozen budget")
    max_delivery_room: Below = Field(
        description="Spend that delivery has room for, over the budget, below which money lies idle"
    )
    idle_budget_factor: Cut = Field(description="Factor of a budget that delivery cannot use")


class ExcellentRules(Section):
    """Holders surely better than the account."""

    min_roas_index: Above = Field(description="ROAS over the account's of an excellent holder")
    min_roas_index_low: Index = Field(description="Lower end of its interval, over the account's")
    rising_factor: Raise = Field(description="Factor where clicks are rising and 28 days agree")
    max_share_of_usual_spend: Below = Field(
        description="Spend over the holder's usual spend up to which it runs below its past"
    )
    below_usual_factor: Raise = Field(description="Factor where it runs below its usual spend")
    proven_roas_index_low: Index = Field(
        description="Lower end of its interval from which the lead is proven"
    )
    proven_factor: Raise = Field(description="Factor where the lead is proven")
    steady_factor: Raise = Field(description="Factor otherwise, unless clicks are falling")


class HighRules(Section):
    """Holders probably better than the account."""

    min_roas_index: Above = Field(description="ROAS over the account's of a high performer")
    min_roas_index_low: Index = Field(description="Lower end of its interval, over the account's")
    rising_factor: Raise = Field(description="Factor where clicks are rising")
    min_marginal_index: Above = Field(
        description="Marginal ROAS over the account's from which it is high as well"
    )
    marginal_factor: Raise = Field(description="Factor where marginal ROAS is high as well")
    steady_factor: Raise = Field(description="Factor otherwise, unless clicks are falling")


class EfficiencyRules(Section):
    """What a purchase, a click and an impression cost and bring, against the account."""

    max_cpa_ratio: Below = Field(
        description="Cost per purchase over the account's up to which purchases are cheap"
    )
    cheap_purchases_factor: Raise = Field(description="Factor where purchases are cheap")
    min_cvr_ratio: Above = Field(
        description="Conversion rate over the account's from which it is high"
    )
    conversion_rate_factor: Raise = Field(description="Factor where the conversion rate is high")
    min_impression_value_ratio: Above = Field(
        description="Revenue per impression over the account's from which it is high"
    )
    impression_value_factor: Raise = Field(description="Factor where impressions bring much")
    max_cpc_ratio: Below = Field(
        description="Cost per click over the account's up to which clicks are cheap"
    )
    min_cvr_ratio_of_cheap_clicks: Index = Field(
        description="Conversion rate over the account's that cheap clicks must have"
    )
    cheap_clicks_factor: Raise = Field(description="Factor where clicks are cheap and convert")
    min_cpa_ratio_to_cut: Above = Field(
        description="Cost per purchase over the account's from which purchases are costly"
    )
    costly_purchases_factor: Cut = Field(description="Factor where purchases are costly")
    max_cvr_ratio_to_cut: Below = Field(
        description="Conversion rate over the account's below which clicks do not convert"
    )
    weak_conversion_factor: Cut = Field(description="Factor where clicks do not convert")
    min_aov_ratio: Above = Field(
        description="Order value over the account's from which it makes up for dear purchases"
    )


class VolumeRules(Section):
    """Spend, impressions and clicks."""

    max_small_share: Annotated[float, Field(ge=0.001, le=1)] = Field(
        description="Share of the account's budget up to which a holder is small"
    )
    min_marginal_index_of_small: Above = Field(
        description="Marginal ROAS over the account's from which a small holder is raised"
    )
    small_factor: Raise = Field(description="Factor of a small holder with high marginal ROAS")
    workhorse_purchases: Purchases = Field(
        description="Purchases that 28 days' spend buys elsewhere from which volume is large"
    )
    min_marginal_index_of_workhorse: Above = Field(
        description="Marginal ROAS over the account's from which large volume is raised"
    )
    workhorse_factor: Raise = Field(description="Factor of large volume with good marginal ROAS")
    clicks_without_purchases: float = Field(
        ge=1, le=50, description="Purchases that 14 days' clicks bring elsewhere: none means cut"
    )
    clicks_without_purchases_factor: Cut = Field(description="Factor of clicks without purchases")
    min_ctr_share: Below = Field(
        description="Click rate of 7 days over that of 28 below which an audience tires"
    )
    min_frequency: Annotated[float, Field(ge=1, le=50)] = Field(
        description="Impressions per person in 7 days, at most, from which they are many"
    )
    worn_factor: Cut = Field(description="Factor of an audience that tires")
    min_cpm_rise: Above = Field(
        description="CPM of 7 days over that of 28 from which prices have jumped"
    )
    cpm_factor: Cut = Field(description="Factor where prices have jumped")


class LifecycleRules(Section):
    """New, learning, established and ageing holders."""

    cold_start_days: Days = Field(description="Days since the start in which a holder is new")
    cold_start_expected_purchases: Purchases = Field(
        description="Purchases expected at the account's rate that a new holder is left alone for"
    )
    min_marginal_index_of_limited: Above = Field(
        description="Marginal ROAS over the account's from which limited learning has promise"
    )
    limited_promising_conversions: int = Field(
        ge=0, le=50, description="Conversions in 7 days from which limited learning has promise"
    )
    limited_hopeless_conversions: int = Field(
        ge=0, le=50, description="Conversions in 7 days below which limited learning has none"
    )
    limited_promising_factor: Raise = Field(description="Factor of limited learning with promise")
    limited_factor: Cut = Field(description="Factor of limited learning without promise")
    established_days: Days = Field(description="Days from which a holder is established")
    established_expected_purchases: Purchases = Field(
        description="Purchases expected at the account's rate of an established holder"
    )
    min_marginal_index_of_established: Above = Field(
        description="Marginal ROAS over the account's from which an established holder is raised"
    )
    established_factor: Raise = Field(description="Factor of an established holder that earns")
    max_ctr_change: Annotated[float, Field(ge=-1, le=0)] = Field(
        description="Click rate of 7 days against the first weeks, less 1, below which ads are old"
    )
    ageing_factor: Cut = Field(description="Factor of a holder whose ads have grown old")
    max_spend_volatility: Annotated[float, Field(ge=0, le=3)] = Field(
        description="Standard deviation over mean of 14 days' spend of a stable holder"
    )
    max_marginal_distance: Above = Field(
        description="Marginal ROAS within this factor of the account's is in balance"
    )


class TimeBasedRules(Section):
    """Weekends, events and seasons, by the weekday of the decision."""

    min_roas_index_high: Index = Field(
        description="Upper end of ROAS over the account's that calendar rules favour"
    )
    min_weekend_index: Above = Field(
        description="ROAS of weekends against weekdays, over the account's: better from here"
    )
    weekend_factor: Raise = Field(description="Factor before a weekend that is usually good")
    max_weekend_index: Below = Field(description="The same index: worse up to here")
    monday_factor: Raise = Field(description="Factor after a weekend that is usually bad")
    weak_weekend_factor: Cut = Field(description="Factor before a weekend that is usually bad")
    min_q4_cpm_rise: Above = Field(
        description="CPM of 7 days over that of 28 in November and December: prices of the season"
    )
    min_month_share: Below = Field(
        description="The account's total for today over its budgets below which the month is short"
    )
    month_short_factor: Cut = Field(description="Factor where the month's money is short")


class DecliningRules(Section):
    """Holders worse than the account."""

    far_below_roas_index_high: Below = Field(
        description="Upper end of ROAS over the account's below which a holder is far worse"
    )
    far_below_factor: Cut = Field(description="Factor of a holder far below the account")
    falling_factor: Cut = Field(description="Factor of low ROAS with falling clicks")
    max_window_ratio: Below = Field(
        description="ROAS of a window over the account's up to which the window is low"
    )
    every_window_factor: Cut = Field(description="Factor where every window is low")
    marginal_factor: Cut = Field(description="Factor where marginal ROAS is surely too low")
    max_roas_index_uncertain: Below = Field(
        description="ROAS over the account's up to which a holder looks worse"
    )
    days_after_event: int = Field(
        ge=0,
        le=28,
        description="Days after a promo, peak or launch in which nothing is cut for declining",
    )


class DecisionRules(Section):
    """Thresholds and factors of the rules, by class."""

    common: CommonRules
    safety: SafetyClassRules
    excellent: ExcellentRules
    high: HighRules
    efficiency: EfficiencyRules
    volume: VolumeRules
    lifecycle: LifecycleRules
    time_based: TimeBasedRules
    declining: DecliningRules

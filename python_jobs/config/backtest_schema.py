"""Settings of the backtest: which past mornings it looks at, and how it values other budgets."""

from pydantic import Field

from python_jobs.config.section import Section


class BacktestElasticity(Section):
    """What is believed of elasticities before the account's own weeks speak."""

    usual: float = Field(ge=0.3, le=0.95, description="Elasticity that estimates are drawn to")
    usual_deviation: float = Field(
        gt=0, le=1, description="Standard deviation of an audience type's from the usual one"
    )
    own_deviation: float = Field(
        gt=0, le=1, description="Standard deviation of a holder's from its audience type's"
    )
    bias: float = Field(
        ge=0, le=0.5, description="What weekly spend and revenue show too much, as spend follows"
    )
    lowest: float = Field(ge=0, le=1, description="Smallest elasticity that is believed")
    highest: float = Field(ge=0, le=1, description="Largest elasticity that is believed")


class Backtest(Section):
    """Past mornings that are decided again, and what is read from the days after them."""

    weeks: int = Field(
        ge=0, le=260, description="Past mornings, one a week, that are worked out; 0 = none"
    )
    min_history_days: int = Field(ge=7, le=365, description="Days before the first of them")
    most_rows: int = Field(
        ge=0,
        le=10_000_000,
        description="Past mornings times ad sets with spend, beyond which older mornings are left "
        "out",
    )
    folds: int = Field(ge=1, le=20, description="Spans on which parameters are chosen")
    outcome_weeks: int = Field(
        ge=1, le=12, description="Weeks from a morning on over which its budgets are valued"
    )
    kept_out_days: int = Field(
        ge=7, le=365, description="Last days, of a long history, that no choice looks at"
    )
    kept_out_share: float = Field(
        ge=0, le=0.5, description="Share of a long history that no choice looks at, where more"
    )
    kept_out_days_of_short: int = Field(ge=7, le=365, description="The same, of a short one")
    long_history_days: int = Field(
        ge=28, le=3650, description="Days of data from which a history is long"
    )
    adopt_from_days: int = Field(
        ge=28, le=3650, description="Days of data without which nothing is adopted"
    )
    learning_cost: float = Field(
        ge=0, le=1, description="Share of a week's revenue that a restart of learning costs"
    )
    limited_below: float = Field(
        gt=0,
        le=1,
        description="Share of a week's budgets below which something else limited what was spent",
    )
    replay_widening: float = Field(
        ge=1,
        le=5,
        description="Width of an interval of the replay over what luck and elasticities explain",
    )
    elasticity: BacktestElasticity

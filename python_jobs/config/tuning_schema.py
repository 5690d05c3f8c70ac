"""Settings of the tuner: what it aims at."""

from pydantic import Field

from python_jobs.config.section import Section


class Objectives(Section):
    """What counts when parameters are tried on the past."""

    roas: float = Field(gt=0, le=1, description="Weight of corrected revenue at equal spend")
    ctr: float = Field(ge=0, le=1, description="Weight of clicks per impression")
    stability: float = Field(ge=0, le=1, description="Weight of small changes of budgets")
    min_utilization: float = Field(
        ge=0, le=1, description="Spend over that of the budgets left alone, at least"
    )
    max_learning_resets: float = Field(
        ge=0,
        le=10,
        description="Changes that restart learning over those of the parameters in force, at most",
    )
    fold_spread: float = Field(
        ge=0, le=3, description="Standard deviations over folds that are taken off the mean"
    )

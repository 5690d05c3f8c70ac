"""Settings of what leaves the project: when budgets may be exported, and which."""

from typing import Literal

from pydantic import Field

from python_jobs.config.section import Section


class Export(Section):
    """When `autopilot export` writes files, and of which budgets."""

    mode: Literal["shadow", "live"] = Field(
        description="`shadow` exports nothing until outcomes of 14 days are in; `live` does"
    )
    require_approval: bool = Field(
        description="Whether only rows with a name in `approved_by` are exported for Ads Manager "
        "and the API"
    )
    max_data_age_days: int = Field(
        ge=1, le=365, description="Oldest that an account's newest day with spend may be"
    )

"""Settings of the audience side: what counts as evidence there."""

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

"""Every setting there is: its type, its range and what it means.

Values live in `config/default/*.yaml` alone, so nothing here has a default.
"""

from difflib import get_close_matches
from functools import cache
from itertools import pairwise
from typing import Annotated, Any, Literal

import duckdb
from pydantic import AfterValidator, Field

from python_jobs.config.account_schema import Event, Group, Incidents
from python_jobs.config.audience_schema import (
    Advantages,
    AdVerdicts,
    Audience,
    Creative,
    Opportunity,
)
from python_jobs.config.backtest_schema import Backtest
from python_jobs.config.decision_rules import DecisionRules
from python_jobs.config.decision_schema import (
    BudgetRelativeConfig,
    Effort,
    Evidence,
    GradientConfig,
    HealthScoreConfig,
    Incrementality,
    MonthlyBudget,
    RollingWindows,
    SafetyRules,
    SampleSizeConfig,
    Targets,
    TimeWeightedSmoothing,
    TrendConfig,
)
from python_jobs.config.detector_schema import Detectors
from python_jobs.config.export_schema import Export
from python_jobs.config.locations import Location
from python_jobs.config.recommendation_schema import Recommendations
from python_jobs.config.section import AccountId, Currency, Name, Section
from python_jobs.config.tuning_schema import Objectives


@cache
def _time_zones() -> frozenset[str]:
    """Names that DuckDB knows, for it is DuckDB that converts the times."""
    names = duckdb.sql("select name from pg_timezone_names()").fetchall()
    return frozenset(name for (name,) in names)


def _known_time_zone(name: str) -> str:
    if name not in _time_zones():
        near = get_close_matches(name, sorted(_time_zones()), n=1)
        raise ValueError(
            "allowed: an IANA name such as America/New_York"
            + (f"; nearest is {near[0]}" if near else "")
        )
    return name


def _never_falling_to_1(shares: list[float]) -> list[float]:
    if any(later < earlier for earlier, later in pairwise(shares)) or shares[-1] != 1:
        raise ValueError("allowed: shares that never fall with age and end at 1.0")
    return shares


def _lower(texts: list[str]) -> list[str]:
    return [text.lower() for text in texts]


TimeZone = Annotated[str, AfterValidator(_known_time_zone), Field(examples=["America/New_York"])]
Share = Annotated[float, Field(gt=0, le=1)]


class Account(Section):
    """The ad account, where its files do not say it."""

    account_id: AccountId | None = Field(description="Id of the account; null = as in the files")
    currency: Currency | None = Field(description="Its currency; null = as in the files")
    time_zone: TimeZone | None = Field(
        description="Its time zone; null = the account object's, else days stay as written"
    )


class Shopify(Section):
    """How Shopify orders are counted."""

    revenue_basis: Literal["total_less_refunds", "total", "subtotal_less_refunds", "subtotal"] = (
        Field(description="What counts as an order's revenue; subtotals have no shipping, no tax")
    )
    accepted_statuses: Annotated[
        list[
            Literal[
                "authorized",
                "paid",
                "partially_paid",
                "partially_refunded",
                "pending",
                "refunded",
                "unpaid",
            ]
        ],
        Field(min_length=1),
    ] = Field(description="Payment states that count as an order")
    account_id: AccountId | None = Field(
        description="Account of orders that no ad explains; null = the one with most spend"
    )
    new_buyer_lookback_months: int = Field(
        ge=1, le=60, description="Months of orders needed before a buyer is called new"
    )
    recurring_order_tags: Annotated[
        list[Annotated[str, Field(min_length=1)]], AfterValidator(_lower)
    ] = Field(description="Tags, in any case, of a subscription's repeat charge")


class Maturity(Section):
    """How late conversions come in."""

    share_visible_by_age: Annotated[
        list[Share], Field(min_length=1, max_length=29), AfterValidator(_never_falling_to_1)
    ] = Field(description="Share of a day's final purchases seen after 0, 1, 2, ... whole days")
    min_purchases: int = Field(
        ge=1, le=1_000_000, description="Purchases before the account's own curve replaces this one"
    )


class LastDay(Section):
    """Whether the last day in the data is complete."""

    min_share_of_usual_spend: float = Field(
        ge=0, le=1, description="It is from this share of its weekday's median spend on"
    )


class Parameters(Section):
    """All sections, from whichever file."""

    on_bad_input: Literal["stop", "set_aside"] = Field(
        description="What a damaged file does: stop the build, or be left out where the others "
        "have all of the days"
    )
    account: Account
    shopify: Shopify
    maturity: Maturity
    last_day: LastDay
    rolling_windows: RollingWindows
    evidence: Evidence
    incrementality: Incrementality
    safety_rules: SafetyRules
    decision_rules: DecisionRules
    gradient_config: GradientConfig
    trend_config: TrendConfig
    health_score_config: HealthScoreConfig
    budget_relative_config: BudgetRelativeConfig
    sample_size_config: SampleSizeConfig
    time_weighted_smoothing: TimeWeightedSmoothing
    monthly_budget: MonthlyBudget
    targets: Targets
    effort: Effort
    incidents: Incidents
    audience: Audience
    opportunity: Opportunity
    advantages: Advantages
    creative: Creative
    ad_verdicts: AdVerdicts
    detectors: Detectors
    backtest: Backtest
    recommendations: Recommendations
    export: Export
    events: dict[Name, Event] = Field(description="Events by name")
    groups: dict[Name, Group] = Field(
        description="Groups of budgets by name; a budget belongs to the first that it matches"
    )
    objectives: Objectives
    locations: list[Location] = Field(description="Places with tables beside the raw folder")


def allowed(schema: dict[str, Any]) -> str:
    """Put a field's JSON schema into words: 'a whole number from 1 to 60'."""
    if "anyOf" in schema:
        return " or ".join(allowed(choice) for choice in schema["anyOf"])
    if "enum" in schema:
        return "one of " + ", ".join(map(str, schema["enum"]))
    if schema.get("type") == "array":
        return f"a list, each item {allowed(schema['items'])}"
    if "properties" in schema:
        return "keys of these: " + ", ".join(schema["properties"])
    if schema.get("type") == "object":
        example = schema["propertyNames"].get("examples", ["a name"])[0]
        return f"keys such as {example}, each with {allowed(value_schema(schema))}"
    return _allowed_value(schema)


def value_schema(table: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of the values of a table of keys; a pattern for its keys moves it."""
    if "patternProperties" in table:
        [schema] = table["patternProperties"].values()
    else:
        schema = table["additionalProperties"]
    return dict(schema)


def _allowed_value(schema: dict[str, Any]) -> str:
    kinds = {
        "boolean": "true or false",
        "integer": "a whole number",
        "number": "a number",
        "string": "text",
        "null": "null",
    }
    # the schema of a table's keys has no type: keys are text
    kind = kinds[schema.get("type", "string")]
    if "exclusiveMinimum" in schema:
        return f"{kind} above {schema['exclusiveMinimum']} and up to {schema['maximum']}"
    if "minimum" in schema:
        return f"{kind} from {schema['minimum']} to {schema['maximum']}"
    return f"{kind} such as {schema['examples'][0]}" if "examples" in schema else kind

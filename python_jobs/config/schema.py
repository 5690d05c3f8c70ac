"""Every setting there is: its type, its range and what it means.

Values live in `config/default/*.yaml` alone, so nothing here has a default.
"""

from difflib import get_close_matches
from functools import cache
from itertools import pairwise
from typing import Annotated, Any, Literal

import duckdb
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field


@cache
def _time_zones() -> frozenset[str]:
    """Names that DuckDB knows, for it is DuckDB that converts the times."""
    names = duckdb.sql("select name from pg_timezone_names()").fetchall()
    return frozenset(name for (name,) in names)


def _id(value: Any) -> Any:
    """Ids that stand without quotes in YAML are numbers; Meta writes account ids with `act_`."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value.removeprefix("act_") if isinstance(value, str) else value


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


AccountId = Annotated[str, BeforeValidator(_id), Field(min_length=1)]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$", examples=["USD"])]
TimeZone = Annotated[str, AfterValidator(_known_time_zone)]
Share = Annotated[float, Field(gt=0, le=1)]


class Section(BaseModel):
    """Strict: an unknown key or a number in quotes is a mistake to be told, not guessed at."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


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

    account: Account
    shopify: Shopify
    maturity: Maturity
    last_day: LastDay


def allowed(schema: dict[str, Any]) -> str:
    """Put a field's JSON schema into words: 'a whole number from 1 to 60'."""
    if "anyOf" in schema:
        return " or ".join(allowed(choice) for choice in schema["anyOf"])
    if "enum" in schema:
        return "one of " + ", ".join(schema["enum"])
    if "items" in schema:
        return f"a list, each item {allowed(schema['items'])}"
    words = {"integer": "a whole number", "number": "a number", "string": "text", "null": "null"}
    kind = words[schema["type"]]
    if "exclusiveMinimum" in schema:
        return f"{kind} above {schema['exclusiveMinimum']} and up to {schema['maximum']}"
    if "minimum" in schema:
        return f"{kind} from {schema['minimum']} to {schema['maximum']}"
    return f"{kind} such as {schema['examples'][0]}" if "examples" in schema else kind

"""What all sections of settings have in common."""

import operator
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo
from pydantic_core import PydanticCustomError


class Section(BaseModel):
    """Strict: an unknown key or a number in quotes is a mistake to be told, not guessed at."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def _id(value: Any) -> Any:
    """Ids that stand without quotes in YAML are numbers; Meta writes account ids with `act_`."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value.removeprefix("act_") if isinstance(value, str) else value


def _day(value: Any) -> Any:
    """Days in quotes are days; so are those that come back from JSON."""
    try:
        return date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return value


Day = Annotated[date, BeforeValidator(_day), Field(examples=["2026-11-27"])]
Name = Annotated[str, Field(min_length=1, max_length=80)]
Pattern = Annotated[str, Field(min_length=1, max_length=200, examples=['"*retargeting*"'])]
AccountId = Annotated[str, BeforeValidator(_id), Field(min_length=1, examples=["1234567890"])]
EntityId = Annotated[
    str, BeforeValidator(str), Field(min_length=1, examples=["120210000000000001"])
]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$", examples=["USD"])]
Money = Annotated[float, Field(gt=0, le=1_000_000_000)]
MarginalRoas = Annotated[float, Field(gt=0, le=100)]


_RELATIONS: dict[str, Callable[[Any, Any], bool]] = {
    "above": operator.gt,
    "below": operator.lt,
    "not before": operator.ge,
    "not below": operator.ge,
}


def check_order(value: Any, relation: str, other: str, section: ValidationInfo) -> None:
    """Compare a value with another one that stands before it in its section.

    Raises:
        PydanticCustomError: of type 'order', from which the loader makes the sentence.

    """
    if other not in section.data:
        return  # wrong by itself, which is told
    limit = section.data[other]
    if not _RELATIONS[relation](value, limit):
        raise PydanticCustomError(
            "order",
            "{relation} {other}",
            {"relation": relation, "other": other, "limit": str(limit)},
        )

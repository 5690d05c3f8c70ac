"""What all sections of settings have in common."""

from typing import Annotated, Any, Literal

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


AccountId = Annotated[str, BeforeValidator(_id), Field(min_length=1, examples=["1234567890"])]
EntityId = Annotated[
    str, BeforeValidator(str), Field(min_length=1, examples=["120210000000000001"])
]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$", examples=["USD"])]
Money = Annotated[float, Field(gt=0, le=1_000_000_000)]


def check_order(
    value: float, relation: Literal["above", "below"], other: str, section: ValidationInfo
) -> None:
    """Compare a value with another one that stands before it in its section.

    Raises:
        PydanticCustomError: of type 'order', from which the loader makes the sentence.

    """
    if other not in section.data:
        return  # wrong by itself, which is told
    limit = section.data[other]
    if not (value > limit if relation == "above" else value < limit):
        raise PydanticCustomError(
            "order", "{relation} {other}", {"relation": relation, "other": other}
        )

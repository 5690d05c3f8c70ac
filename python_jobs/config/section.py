"""What all sections of settings have in common."""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


class Section(BaseModel):
    """Strict: an unknown key or a number in quotes is a mistake to be told, not guessed at."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def _id(value: Any) -> Any:
    """Ids that stand without quotes in YAML are numbers; Meta writes account ids with `act_`."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value.removeprefix("act_") if isinstance(value, str) else value


AccountId = Annotated[str, BeforeValidator(_id), Field(min_length=1, examples=["1234567890"])]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$", examples=["USD"])]
Money = Annotated[float, Field(gt=0, le=1_000_000_000)]

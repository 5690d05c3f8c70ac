"""Settings of where tables are read from beside the raw folder."""

from typing import Annotated, Any, Self

from pydantic import ConfigDict, Field, model_validator

from python_jobs.config.section import Name, Section

Text = Annotated[str, Field(min_length=1, max_length=1000)]
EnvironmentName = Annotated[
    str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", examples=["ADS_DATABASE"])
]
_PLACES = ("path", "duckdb", "postgres_env")


class Location(Section):
    """One place with tables: exactly one of `path`, `duckdb` and `postgres_env`."""

    model_config = ConfigDict(serialize_by_alias=True)

    path: Text | None = Field(
        None, description="A file, a folder or, with *, files of a pattern; CSV, JSON or Parquet"
    )
    duckdb: Text | None = Field(None, description="A DuckDB database file")
    postgres_env: EnvironmentName | None = Field(
        None,
        description="Name of the environment variable with the address of a Postgres database; "
        "the address itself never stands in a file",
    )
    schema_name: Name | None = Field(
        None,
        alias="schema",
        description="Schema of the database; null = all of DuckDB, public of Postgres",
    )
    tables: list[Name] | None = Field(
        None, description="Tables of the schema; null = all, of which those not needed are left"
    )

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        given = [place for place in _PLACES if getattr(self, place) is not None]
        if len(given) != 1:
            raise ValueError(f"allowed: exactly one of {', '.join(_PLACES)}")
        if self.path is not None and (self.schema_name or self.tables):
            raise ValueError("allowed: schema and tables beside duckdb or postgres_env alone")
        return self


def locations_of(value: list[dict[str, Any]]) -> list[Location]:
    """Make locations of their JSON; they were checked when the settings were read."""
    return [Location.model_validate(location) for location in value]

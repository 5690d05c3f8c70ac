"""Settings as typed relations for the Python models of the landing layer, and back again."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from python_jobs.config.exchange_rates import load_exchange_rates
from python_jobs.config.load import load_parameters
from python_jobs.config.locations import Location, locations_of
from python_jobs.config.paths import field_schema, nested
from python_jobs.config.schema import Parameters, allowed
from python_jobs.config.search_space import Tunable, load_search_space


def parameter_rows(
    session: duckdb.DuckDBPyConnection,
    config: Path,
    customer: str,
    platform: str,
    tried: Path | None = None,
) -> duckdb.DuckDBPyRelation:
    """One row per parameter in force: its value, where that comes from and what it may be.

    `tried` is a file whose settings go before all others. If anything is wrong there are only rows
    of tier 'error': one sentence each, in `value`.
    """
    parameters, problems = load_parameters(config, customer, platform, tried)
    if parameters:
        ranges, problems = load_search_space(config, customer, platform, parameters)
    _, rate_problems = load_exchange_rates(_exchange_rates(config, customer, platform))
    mistakes = [{"value": sentence, "tier": "error"} for sentence in problems + rate_problems]
    rows = mistakes or [
        asdict(parameter) | _bounds(parameter.parameter, ranges) for parameter in parameters
    ]
    columns = (
        "parameter varchar, value varchar, tier varchar, file varchar, description varchar, "
        "allowed varchar, tunable_low double, tunable_high double, tunable_scale varchar"
    )
    names = [column.split()[0] for column in columns.split(", ")]
    return _relation(
        session, f"struct({columns})", [{name: row.get(name) for name in names} for row in rows]
    )


def _bounds(parameter: str, ranges: Mapping[str, Tunable]) -> dict[str, Any]:
    """Describe one parameter: what it means, what it may be, how far the tuner may move it."""
    schema = field_schema(tuple(parameter.split(".")))
    tunable = ranges.get(parameter)
    return {
        "description": schema["description"],
        "allowed": allowed(schema),
        "tunable_low": tunable and tunable.low,
        "tunable_high": tunable and tunable.high,
        "tunable_scale": tunable and tunable.scale,
    }


def parameters_from_rows(rows: pd.DataFrame) -> Parameters:
    """Make parameters of their rows, as decisions read them: `parameters.evidence.click_prior`.

    Args:
        rows: columns parameter (dotted path) and value (JSON), one row per parameter.

    Raises:
        pydantic.ValidationError: a parameter is missing; values were checked when they were read.

    """
    values = zip(rows["parameter"], rows["value"], strict=True)
    settings = {tuple(path.split(".")): json.loads(value) for path, value in values}
    return Parameters.model_validate(nested(settings))


def locations_in(rows: duckdb.DuckDBPyRelation) -> list[Location]:
    """Make locations of the parameters' rows; none where the settings are wrong, which stops."""
    found = rows.filter("parameter = 'locations'").project("value").fetchall()
    return [location for (value,) in found for location in locations_of(json.loads(value))]


def exchange_rate_rows(
    session: duckdb.DuckDBPyConnection, config: Path, customer: str, platform: str
) -> duckdb.DuckDBPyRelation:
    """One row (rate_date, from_currency, to_currency, rate) per readable line of the file."""
    rates, _ = load_exchange_rates(_exchange_rates(config, customer, platform))
    return _relation(
        session,
        "struct(rate_date date, from_currency varchar, to_currency varchar, rate double)",
        [asdict(rate) for rate in rates],
    )


def _exchange_rates(config: Path, customer: str, platform: str) -> Path:
    return config / customer / platform / "exchange_rates.csv"


def _relation(
    session: duckdb.DuckDBPyConnection, struct: str, rows: list[dict[str, Any]]
) -> duckdb.DuckDBPyRelation:
    """Typed also where there are no rows."""
    return session.sql(
        f"select unnest(cast($rows as {struct}[]), recursive := true)", params={"rows": rows}
    )

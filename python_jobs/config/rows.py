"""Settings as typed relations for the Python models of the landing layer, and back again."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from python_jobs.config.exchange_rates import load_exchange_rates
from python_jobs.config.load import load_parameters, nested
from python_jobs.config.schema import Parameters


def parameter_rows(
    session: duckdb.DuckDBPyConnection, config: Path, customer: str, platform: str
) -> duckdb.DuckDBPyRelation:
    """One row (parameter, value, tier, file) per parameter in force.

    If anything is wrong there are only rows of tier 'error': one sentence each, in `value`.
    """
    parameters, problems = load_parameters(config, customer, platform)
    _, rate_problems = load_exchange_rates(_exchange_rates(config, customer, platform))
    mistakes = [
        {"parameter": None, "value": sentence, "tier": "error", "file": None}
        for sentence in problems + rate_problems
    ]
    return _relation(
        session,
        "struct(parameter varchar, value varchar, tier varchar, file varchar)",
        mistakes or [asdict(parameter) for parameter in parameters],
    )


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

"""Frames in and typed relations out, for the Python models that mine patterns."""

import duckdb
import pandas as pd

from python_jobs.config.rows import parameters_from_rows
from python_jobs.decisions.decide import as_rules_read
from python_jobs.decisions.relations import frame, typed
from python_jobs.decisions.rules.catalogue import RULES
from python_jobs.discovery.discover import discover, feature_importance, rule_matches
from python_jobs.discovery.targets import rounded

KEY = ["decision_date", "budget_level", "budget_entity_id"]
"""one row of the panel"""

IMPORTANCE = {
    "target": "varchar",
    "transform": "varchar",
    "feature": "varchar",
    "feature_group": "integer",
    "importance": "double",
    "importance_error": "double",
}
PATTERNS = {
    "pattern_id": "varchar",
    "target": "varchar",
    "condition": "varchar",
    "rows_learned": "integer",
    "rows_tested": "integer",
    "holders": "integer",
    "purchases": "double",
    "lift": "double",
    "lift_low": "double",
    "lift_high": "double",
    "p_value": "double",
    "q_value": "double",
    "stability": "double",
    "is_found": "boolean",
    "nearest_rule": "varchar",
    "nearest_rule_overlap": "double",
    "declaration": "varchar",
}


def importance_rows(
    session: duckdb.DuckDBPyConnection,
    panel: duckdb.DuckDBPyRelation,
    parameters: duckdb.DuckDBPyRelation,
) -> duckdb.DuckDBPyRelation:
    """Tell what each number that rules may read is worth: columns as in `IMPORTANCE`."""
    rows, _ = _rows(panel, parameters)
    return typed(session, feature_importance(rows, _numbers(rows)), IMPORTANCE)


def pattern_rows(
    session: duckdb.DuckDBPyConnection,
    panel: duckdb.DuckDBPyRelation,
    importance: duckdb.DuckDBPyRelation,
    parameters: duckdb.DuckDBPyRelation,
) -> duckdb.DuckDBPyRelation:
    """Mine the panel for patterns and test them: columns as in `PATTERNS`."""
    rows, settings = _rows(panel, parameters)
    found = discover(rows, frame(importance), rule_matches(rows, settings))
    return typed(session, found, PATTERNS)


def _rows(
    panel: duckdb.DuckDBPyRelation, parameters: duckdb.DuckDBPyRelation
) -> tuple[pd.DataFrame, object]:
    settings = parameters_from_rows(parameters.df())
    rows = frame(panel).sort_values(KEY, ignore_index=True)
    numbers = rows.select_dtypes("float").columns
    rows[numbers] = rounded(rows[numbers].to_numpy())
    # each morning is decided by itself
    rows["account_id"] += " " + rows["decision_date"].astype(str)
    return as_rules_read(rows, settings), settings


def _numbers(rows: pd.DataFrame) -> list[str]:
    """List the numbers that today's rules read, in a fixed order."""
    read = {column for rule in RULES for column in rule.columns}
    return sorted(name for name in read if pd.api.types.is_float_dtype(rows[name]))

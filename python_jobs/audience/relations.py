"""Frames in and typed relations out, for the Python models of the layer `audience`."""

import json
from collections.abc import Mapping

import duckdb
import pandas as pd

from python_jobs.audience.detectors.catalogue import catalogue_rows
from python_jobs.audience.detectors.detector import Level
from python_jobs.audience.detectors.evaluate import coverage, findings
from python_jobs.audience.recommendations.recommend import recommend
from python_jobs.config.rows import parameters_from_rows
from python_jobs.decisions.relations import frame, typed

FINDINGS = {
    "account_id": "varchar",
    "account_name": "varchar",
    "detector_id": "varchar",
    "severity": "varchar",
    "entity_level": "varchar",
    "entity_id": "varchar",
    "entity_name": "varchar",
    "campaign_id": "varchar",
    "campaign_name": "varchar",
    "what": "varchar",
    "evidence": "varchar",
    "fix": "varchar",
    "money_at_stake": "double",
    "money_low": "double",
    "money_high": "double",
    "formula": "varchar",
    "confidence": "double",
    "p_value": "double",
    "what_would_change_our_mind": "varchar",
    "falsified_in_days": "integer",
    "cause": "varchar",
    "currency": "varchar",
    "run_id": "varchar",
}
COVERAGE = {
    "account_id": "varchar",
    "detector_id": "varchar",
    "status": "varchar",
    "entities": "integer",
    "entities_known": "integer",
    "tested": "integer",
    "findings": "integer",
}
CATALOGUE = {
    "detector_id": "varchar",
    "entity_level": "varchar",
    "what": "varchar",
    "data_needed": "varchar",
    "applies_to": "varchar",
    "screen": "varchar",
    "condition": "varchar",
    "test": "varchar",
    "severity": "varchar",
    "severe_if": "varchar",
    "cause": "varchar",
    "formula": "varchar",
    "fix": "varchar",
    "falsifier": "varchar",
    "falsified_in_days": "integer",
    "parameters_read": "varchar",
    "columns_read": "varchar",
}

RECOMMENDATIONS = {
    "account_id": "varchar",
    "account_name": "varchar",
    "table_name": "varchar",
    "rank": "bigint",
    "recommendation_type": "varchar",
    "adset_ids": "varchar[]",
    "adset_names": "varchar[]",
    "campaign_id": "varchar",
    "campaign_name": "varchar",
    "name": "varchar",
    "changes": "varchar[]",
    "targeting": "varchar",
    "audience_to_create": "varchar",
    "optimization_goal": "varchar",
    "promoted_event": "varchar",
    "bid_strategy": "varchar",
    "bid_amount": "double",
    "creative_type": "varchar",
    "exclusions": "varchar[]",
    "currency": "varchar",
    "daily_budget": "double",
    "expected_roas": "double",
    "expected_roas_low": "double",
    "expected_roas_high": "double",
    "expected_cpa": "double",
    "expected_cpa_low": "double",
    "expected_cpa_high": "double",
    "expected_revenue_30d": "double",
    "gain_30d": "double",
    "gain_30d_low": "double",
    "gain_30d_high": "double",
    "confidence": "double",
    "evidence_purchases": "double",
    "evidence": "varchar",
    "reason": "varchar",
    "setup_steps": "varchar",
    "falsified_by": "varchar",
    "falsified_after_days": "integer",
    "run_id": "varchar",
}


def finding_rows(
    session: duckdb.DuckDBPyConnection,
    inputs: Mapping[Level, duckdb.DuckDBPyRelation],
    parameters: duckdb.DuckDBPyRelation,
) -> duckdb.DuckDBPyRelation:
    """Try every detector on every entity: one row per finding, columns as in `FINDINGS`."""
    found = findings(frames(inputs), parameters_from_rows(parameters.df()))
    return typed(session, found, FINDINGS)


def coverage_rows(
    session: duckdb.DuckDBPyConnection,
    inputs: Mapping[Level, duckdb.DuckDBPyRelation],
    parameters: duckdb.DuckDBPyRelation,
) -> duckdb.DuckDBPyRelation:
    """Say what detectors could look at: one row per account and detector, as in `COVERAGE`."""
    covered = coverage(frames(inputs), parameters_from_rows(parameters.df()))
    return typed(session, covered, COVERAGE)


def detector_rows(session: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """List the declared detectors, columns as in `CATALOGUE`."""
    return typed(session, pd.DataFrame(catalogue_rows(), columns=list(CATALOGUE)), CATALOGUE)


def recommendation_rows(
    session: duckdb.DuckDBPyConnection,
    tables: Mapping[str, duckdb.DuckDBPyRelation],
    parameters: duckdb.DuckDBPyRelation,
) -> duckdb.DuckDBPyRelation:
    """Say what to set up next: one row per recommendation, columns as in `RECOMMENDATIONS`."""
    rows = recommend(
        {name: frame(relation) for name, relation in tables.items()},
        parameters_from_rows(parameters.df()),
    )
    rows = rows.rename(columns={"table": "table_name"})
    for name in ("targeting", "audience_to_create"):
        rows[name] = [json.dumps(spec, ensure_ascii=False) if spec else None for spec in rows[name]]
    return typed(session, rows[list(RECOMMENDATIONS)], RECOMMENDATIONS)


def frames(inputs: Mapping[Level, duckdb.DuckDBPyRelation]) -> dict[Level, pd.DataFrame]:
    """Give the inputs of each level as `findings` takes them."""
    return {level: frame(relation) for level, relation in inputs.items()}

"""Frames in and typed relations out, for the Python models of the layer `allocation`."""

from collections.abc import Mapping

import duckdb
import pandas as pd

from python_jobs.config.rows import parameters_from_rows
from python_jobs.decisions.decide import decide, try_rules
from python_jobs.decisions.rules.catalogue import catalogue_rows
from python_jobs.decisions.scenarios import scenarios

DECISIONS = {
    "decision_date": "date",
    "data_through": "date",
    "account_id": "varchar",
    "account_name": "varchar",
    "budget_level": "varchar",
    "budget_entity_id": "varchar",
    "budget_entity_name": "varchar",
    "campaign_id": "varchar",
    "campaign_name": "varchar",
    "adset_id": "varchar",
    "budget_type": "varchar",
    "currency": "varchar",
    "current_budget": "double",
    "current_budget_source": "varchar",
    "budget_group": "varchar",
    "starting_budget": "double",
    "rule_id": "varchar",
    "rule_class": "varchar",
    "decision_path": "varchar",
    "matched_rules": "varchar",
    "rule_factor": "double",
    "factor_after_gradient": "double",
    "factor_after_trend": "double",
    "factor_after_health_score": "double",
    "factor_after_budget_relative": "double",
    "factor_after_sample_size": "double",
    "factor_after_smoothing": "double",
    "adjustment_factor": "double",
    "marginal_factor": "double",
    "desired_budget": "double",
    "lower_limit": "double",
    "lower_limit_name": "varchar",
    "upper_limit": "double",
    "upper_limit_name": "varchar",
    "budget_after_limits": "double",
    "recommended_budget": "double",
    "binding_limit": "varchar",
    "budget_change_pct": "double",
    "action": "varchar",
    "clearing_marginal_roas": "double",
    "unplaced_budget": "double",
    "prob_beats_hold": "double",
    "expected_7d_spend": "double",
    "expected_7d_revenue": "double",
    "expected_7d_revenue_low": "double",
    "expected_7d_revenue_high": "double",
    "expected_7d_roas": "double",
    "hold_7d_revenue": "double",
    "reason": "varchar",
    "projected_roas": "double",
    "projected_roas_low": "double",
    "projected_roas_high": "double",
    "marginal_roas": "double",
    "account_marginal_roas": "double",
    "shopify_correction": "double",
    "incrementality": "double",
    "evidence_weight": "double",
    "elasticity": "double",
    "curvature": "double",
    "current_spend": "double",
    "delivery_ceiling": "double",
    "account_budget_target": "double",
    "run_id": "varchar",
}
SCENARIOS = {
    "decision_date": "date",
    "account_id": "varchar",
    "account_name": "varchar",
    "total_share": "double",
    "account_budget": "double",
    "budget_level": "varchar",
    "budget_entity_id": "varchar",
    "budget_entity_name": "varchar",
    "currency": "varchar",
    "current_budget": "double",
    "scenario_budget": "double",
    "scenario_7d_spend": "double",
    "scenario_7d_revenue": "double",
    "scenario_7d_revenue_low": "double",
    "scenario_7d_revenue_high": "double",
    "account_7d_spend": "double",
    "account_7d_revenue": "double",
    "account_7d_revenue_low": "double",
    "account_7d_revenue_high": "double",
    "account_marginal_roas": "double",
    "account_marginal_roas_low": "double",
    "account_marginal_roas_high": "double",
    "unplaced_budget": "double",
    "run_id": "varchar",
}
EVALUATIONS = {
    "decision_date": "date",
    "account_id": "varchar",
    "budget_level": "varchar",
    "budget_entity_id": "varchar",
    "rule_id": "varchar",
    "fired": "boolean",
    "decided": "boolean",
    "failed_condition": "varchar",
    "value": "double",
    "threshold": "double",
    "short_by": "double",
}
RULES = {
    "rule_id": "varchar",
    "rule_class": "varchar",
    "priority": "integer",
    "decision_path": "varchar",
    "direction": "varchar",
    "condition": "varchar",
    "factor_parameter": "varchar",
    "factor_default": "double",
    "bound": "varchar",
    "parameters_read": "varchar",
    "columns_read": "varchar",
    "rationale": "varchar",
}


def decision_rows(
    session: duckdb.DuckDBPyConnection,
    inputs: duckdb.DuckDBPyRelation,
    parameters: duckdb.DuckDBPyRelation,
) -> duckdb.DuckDBPyRelation:
    """Decide for today's rows of `decision_inputs`: one each, columns as in `DECISIONS`."""
    decided = decide(todays(inputs), parameters_from_rows(parameters.df()))
    return typed(session, decided, DECISIONS)


def evaluation_rows(
    session: duckdb.DuckDBPyConnection,
    inputs: duckdb.DuckDBPyRelation,
    parameters: duckdb.DuckDBPyRelation,
) -> duckdb.DuckDBPyRelation:
    """Try every rule on today's holders: one row per pair, columns as in `EVALUATIONS`."""
    tried = try_rules(todays(inputs), parameters_from_rows(parameters.df()))
    return typed(session, tried, EVALUATIONS)


def scenario_rows(
    session: duckdb.DuckDBPyConnection,
    inputs: duckdb.DuckDBPyRelation,
    parameters: duckdb.DuckDBPyRelation,
) -> duckdb.DuckDBPyRelation:
    """Distribute other totals: one row per share of today's and holder, columns as `SCENARIOS`."""
    tried = scenarios(todays(inputs), parameters_from_rows(parameters.df()))
    return typed(session, tried, SCENARIOS)


def rule_rows(session: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """List the declared rules in their order, columns as in `RULES`."""
    return typed(session, pd.DataFrame(catalogue_rows(), columns=list(RULES)), RULES)


def todays(inputs: duckdb.DuckDBPyRelation) -> pd.DataFrame:
    """Return the rows of the morning decided for; the others are the backtest's."""
    return frame(inputs.filter("is_decided"))


def frame(relation: duckdb.DuckDBPyRelation) -> pd.DataFrame:
    """Return all rows with the same types whatever their values.

    Text, JSON and lists are objects with None for null, numbers are float64 with NaN for null,
    booleans have false for null, dates and moments are datetime64.
    """
    kinds = dict(zip(relation.columns, map(str, relation.types), strict=True))
    columns = [
        f'coalesce("{name}", false) as "{name}"'
        if kind == "BOOLEAN"
        else f'"{name}"'
        if kind.startswith(("VARCHAR", "JSON", "DATE", "TIMESTAMP")) or kind.endswith("[]")
        else f'cast("{name}" as double) as "{name}"'
        for name, kind in kinds.items()
    ]
    rows: pd.DataFrame = relation.project(", ".join(columns)).df()
    texts = [name for name, kind in kinds.items() if kind in ("VARCHAR", "JSON")]
    rows[texts] = rows[texts].astype(object).where(rows[texts].notna(), None)
    for name in [name for name, kind in kinds.items() if kind.endswith("[]")]:
        items = [value.tolist() if hasattr(value, "tolist") else None for value in rows[name]]
        rows[name] = pd.Series(items, index=rows.index, dtype=object)
    return rows


def typed(
    session: duckdb.DuckDBPyConnection, rows: pd.DataFrame, kinds: Mapping[str, str]
) -> duckdb.DuckDBPyRelation:
    """Give rows under the types of `kinds`, also where there are none."""
    columns = ", ".join(f'cast("{name}" as {kind}) as "{name}"' for name, kind in kinds.items())
    return session.from_df(rows).project(columns)

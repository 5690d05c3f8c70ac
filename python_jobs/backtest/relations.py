"""Frames in and typed relations out, for the Python model that replays past mornings."""

import duckdb

from python_jobs.backtest.replay import WEEKS, replay
from python_jobs.config.rows import parameters_from_rows
from python_jobs.decisions.relations import frame, typed

REPLAYED = {
    "decision_date": "date",
    "account_id": "varchar",
    "account_name": "varchar",
    "budget_level": "varchar",
    "budget_entity_id": "varchar",
    "budget_entity_name": "varchar",
    "campaign_id": "varchar",
    "campaign_name": "varchar",
    "adset_id": "varchar",
    "currency": "varchar",
    "budget_source": "varchar",
    "budget_before": "double",
    "budget_engine": "double",
    "budget_set": "double",
    "action_engine": "varchar",
    "rule_id": "varchar",
    "reason": "varchar",
    "next_7d_spend": "double",
    "next_7d_revenue": "double",
    "is_mature": "boolean",
    "agreement": "varchar",
    "gain": "double",
    "gain_low": "double",
    "gain_high": "double",
    "account_gain": "double",
    "account_gain_low": "double",
    "account_gain_high": "double",
    "placebo_gain": "double",
    "total_gain": "double",
    "total_gain_low": "double",
    "total_gain_high": "double",
    "total_placebo_gain": "double",
}


def replay_rows(
    session: duckdb.DuckDBPyConnection,
    panel: duckdb.DuckDBPyRelation,
    folds: duckdb.DuckDBPyRelation,
    response: duckdb.DuckDBPyRelation,
    parameters: duckdb.DuckDBPyRelation,
) -> duckdb.DuckDBPyRelation:
    """Replay the last `WEEKS` past mornings: one row per holder, columns as in `REPLAYED`."""
    [(newest,)] = panel.max("decision_date").fetchall()
    recent = panel.filter(f"decision_date > date '{newest}' - {7 * WEEKS}") if newest else panel
    settings = parameters_from_rows(parameters.df())
    replayed = replay(frame(recent), frame(folds), frame(response), settings)
    return typed(session, replayed, REPLAYED)

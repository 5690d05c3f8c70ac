"""Patterns of past weeks, each tested on later ones."""

from python_jobs.discovery.relations import pattern_rows


def model(dbt, session):
    """Grow trees on the earlier weeks and test their nodes on the later ones."""
    dbt.config(materialized="table")
    panel = dbt.ref("backtest_panel")
    features_told = dbt.ref("features_told")
    parameters = dbt.ref("landing_parameters")
    return pattern_rows(session, panel, features_told, parameters)

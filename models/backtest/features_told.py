"""What each number that rules may read tells of the weeks to come."""

from python_jobs.discovery.relations import importance_rows


def model(dbt, session):
    """Shuffle each in past weeks that a forest has not seen."""
    dbt.config(materialized="table")
    panel = dbt.ref("backtest_panel")
    parameters = dbt.ref("landing_parameters")
    return importance_rows(session, panel, parameters)

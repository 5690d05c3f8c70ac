"""What each account would earn with less or more money than today."""

from python_jobs.decisions.relations import scenario_rows


def model(dbt, session):
    """Distribute all totals at once."""
    dbt.config(materialized="table")
    inputs = dbt.ref("decision_inputs")
    parameters = dbt.ref("landing_parameters")
    return scenario_rows(session, inputs, parameters)

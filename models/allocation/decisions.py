"""The budget of every holder from this morning on, with each step that led there."""

from python_jobs.decisions.relations import decision_rows


def model(dbt, session):
    """Decide for all holders at once."""
    dbt.config(materialized="table")
    inputs = dbt.ref("decision_inputs")
    parameters = dbt.ref("landing_parameters")
    return decision_rows(session, inputs, parameters)

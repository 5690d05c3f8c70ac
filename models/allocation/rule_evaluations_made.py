"""Every rule on every holder: which fired, and what the others lacked."""

from python_jobs.decisions.relations import evaluation_rows


def model(dbt, session):
    """Try all rules at once."""
    dbt.config(materialized="table")
    inputs = dbt.ref("decision_inputs")
    parameters = dbt.ref("landing_parameters")
    return evaluation_rows(session, inputs, parameters)

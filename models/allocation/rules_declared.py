"""The rules as they are declared in `python_jobs/decisions/rules`."""

from python_jobs.decisions.relations import rule_rows


def model(dbt, session):
    """List the rules in their order."""
    dbt.config(materialized="table")
    return rule_rows(session)

"""How creative types do, on the whole and in each type of audience."""

from python_jobs.audience.creative import creative_rows


def model(dbt, session):
    """Fit all accounts at once."""
    dbt.config(materialized="table")
    ads = dbt.ref("ad_evidence")
    parameters = dbt.ref("landing_parameters")
    return creative_rows(session, ads, parameters)

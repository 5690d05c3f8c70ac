"""What the customer's files do not hold."""

from python_jobs.landing.gaps import missing_rows


def model(dbt, session):
    """List it, by the queries that `autopilot inspect` asks of the landing tables."""
    dbt.config(materialized="table")
    dbt.ref("landing_insights")
    dbt.ref("landing_objects")
    dbt.ref("landing_activities")
    dbt.ref("landing_orders")
    dbt.ref("landing_parameters")
    dbt.ref("exchange_rates")
    return missing_rows(session)

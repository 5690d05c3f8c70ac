"""The settings in force as they stand in the files, or what is wrong with them."""

from pathlib import Path

from python_jobs.config.rows import parameter_rows


def model(dbt, session):
    """Read `config/default` and the customer's files, exchange rates included."""
    dbt.config(materialized="table")
    config = dbt.config.meta_get("config")
    customer = dbt.config.meta_get("customer")
    platform = dbt.config.meta_get("platform")
    return parameter_rows(session, Path(config), customer, platform)

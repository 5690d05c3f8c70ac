"""Dated exchange rates of the customer; mistakes in the file are told by `parameters`."""

from pathlib import Path

from python_jobs.config.rows import exchange_rate_rows


def model(dbt, session):
    """Read the customer's `exchange_rates.csv`."""
    dbt.config(materialized="table")
    config = dbt.config.meta_get("config")
    customer = dbt.config.meta_get("customer")
    platform = dbt.config.meta_get("platform")
    return exchange_rate_rows(session, Path(config), customer, platform)

"""The settings in force as they stand in the files, or what is wrong with them."""

from pathlib import Path

from python_jobs.config.rows import parameter_rows


def model(dbt, session):
    """Read `config/default`, the customer's files and one to try; exchange rates included."""
    dbt.config(materialized="table")
    config = dbt.config.meta_get("config")
    customer = dbt.config.meta_get("customer")
    platform = dbt.config.meta_get("platform")
    config_file = dbt.config.meta_get("config_file")
    tried = Path(config_file) if config_file else None
    return parameter_rows(session, Path(config), customer, platform, tried)

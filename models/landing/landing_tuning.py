"""What the tuner has kept of its searches."""

from pathlib import Path

from python_jobs.tuning.trials_file import record_rows, trials_file


def model(dbt, session):
    """Read the file of trials; no rows where nothing was ever tuned."""
    dbt.config(materialized="table")
    warehouse = Path(dbt.config.meta_get("warehouse"))
    customer = dbt.config.meta_get("customer")
    platform = dbt.config.meta_get("platform")
    return record_rows(session, trials_file(warehouse, customer, platform))

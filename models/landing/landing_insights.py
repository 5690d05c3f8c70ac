"""Insights rows as text, whatever layout they came in."""

from python_jobs.landing.insights import land_insights


def model(dbt, session):
    """Read the insights files that are not in the table yet."""
    dbt.config(materialized="incremental")
    inventory = dbt.ref("landing_inventory")
    meta_headers = dbt.ref("meta_headers")
    action_priority = dbt.ref("action_priority")
    already_read = str(dbt.this) if dbt.is_incremental else None
    return land_insights(session, inventory, meta_headers, action_priority, already_read)

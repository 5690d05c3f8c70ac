"""Edits from the account's activity history as text, without who made them."""

from python_jobs.landing.activities import land_activities


def model(dbt, session):
    """Read the activity files that are not in the table yet."""
    dbt.config(materialized="incremental")
    inventory = dbt.ref("landing_inventory")
    activity_events = dbt.ref("activity_events")
    already_read = str(dbt.this) if dbt.is_incremental else None
    return land_activities(session, inventory, activity_events, already_read)

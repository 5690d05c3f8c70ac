"""Accounts, campaigns, ad sets, ads, creatives and audiences as the Marketing API described them."""

from python_jobs.landing.objects import land_objects


def model(dbt, session):
    """Read the objects of the files that are not in the table yet."""
    dbt.config(materialized="incremental")
    inventory = dbt.ref("landing_inventory")
    already_read = str(dbt.this) if dbt.is_incremental else None
    return land_objects(session, inventory, already_read)

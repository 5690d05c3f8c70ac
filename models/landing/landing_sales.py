"""Days of Shopify's sales report as text."""

from python_jobs.landing.sales import land_sales


def model(dbt, session):
    """Read the sales reports that are not in the table yet."""
    dbt.config(materialized="incremental")
    inventory = dbt.ref("landing_inventory")
    already_read = str(dbt.this) if dbt.is_incremental else None
    return land_sales(session, inventory, already_read)

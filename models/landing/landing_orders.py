"""Order lines as text, without anything that names a person."""

from pathlib import Path

from python_jobs.landing.customer_key import customer_key
from python_jobs.landing.orders import land_orders


def model(dbt, session):
    """Read the order files that are not in the table yet."""
    dbt.config(materialized="incremental")
    inventory = dbt.ref("landing_inventory")
    config = dbt.config.meta_get("config")
    customer = dbt.config.meta_get("customer")
    platform = dbt.config.meta_get("platform")
    key = customer_key(Path(config), customer, platform)
    already_read = str(dbt.this) if dbt.is_incremental else None
    return land_orders(session, inventory, key, already_read)

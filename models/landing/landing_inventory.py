"""Every raw file: what it is by its content, and how the readers will read it."""

from pathlib import Path

from python_jobs.config.rows import locations_in
from python_jobs.landing.customer_key import customer_key
from python_jobs.landing.inventory import list_raw_files


def model(dbt, session):
    """Recognise the files of the raw folder."""
    dbt.config(materialized="table")
    files = dbt.source("raw", "files")
    meta_headers = dbt.ref("meta_headers")
    shopify_headers = dbt.ref("shopify_headers")
    activity_headers = dbt.ref("activity_headers")
    activity_events = dbt.ref("activity_events")
    currencies = dbt.ref("currencies")
    action_priority = dbt.ref("action_priority")
    parameters = dbt.ref("landing_parameters_read")
    raw_folder = dbt.config.meta_get("raw_folder")
    config = dbt.config.meta_get("config")
    customer = dbt.config.meta_get("customer")
    platform = dbt.config.meta_get("platform")
    return list_raw_files(
        session,
        files,
        raw_folder,
        meta_headers=meta_headers,
        shopify_headers=shopify_headers,
        activity_headers=activity_headers,
        activity_events=activity_events,
        currencies=currencies,
        action_priority=action_priority,
        key=customer_key(Path(config), customer, platform),
        locations=locations_in(parameters),
    )

"""Every raw file: what it is by its content, and how the readers will read it."""

from python_jobs.landing.inventory import list_raw_files


def model(dbt, session):
    """Recognise the files of the raw folder."""
    dbt.config(materialized="table")
    files = dbt.source("raw", "files")
    meta_headers = dbt.ref("meta_headers")
    shopify_headers = dbt.ref("shopify_headers")
    currencies = dbt.ref("currencies")
    action_priority = dbt.ref("action_priority")
    raw_folder = dbt.config.meta_get("raw_folder")
    return list_raw_files(
        session, files, raw_folder, meta_headers, shopify_headers, currencies, action_priority
    )

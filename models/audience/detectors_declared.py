"""The detectors as they are declared in `python_jobs/audience/detectors`."""

from python_jobs.audience.relations import detector_rows


def model(dbt, session):
    """List the detectors."""
    dbt.config(materialized="table")
    return detector_rows(session)

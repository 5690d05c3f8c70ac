"""What detectors could look at, and what data they lacked."""

from python_jobs.audience.relations import coverage_rows


def model(dbt, session):
    """Count per account and detector."""
    dbt.config(materialized="table")
    return coverage_rows(
        session,
        {
            "adset": dbt.ref("detector_inputs_adset"),
            "adset_pair": dbt.ref("detector_inputs_pair"),
            "campaign": dbt.ref("detector_inputs_campaign"),
            "account": dbt.ref("detector_inputs_account"),
        },
        dbt.ref("landing_parameters"),
    )

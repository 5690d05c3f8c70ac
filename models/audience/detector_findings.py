"""What is set up wrong, by all detectors at once."""

from python_jobs.audience.relations import finding_rows


def model(dbt, session):
    """Try every detector on every entity."""
    dbt.config(materialized="table")
    return finding_rows(
        session,
        {
            "adset": dbt.ref("detector_inputs_adset"),
            "adset_pair": dbt.ref("detector_inputs_pair"),
            "campaign": dbt.ref("detector_inputs_campaign"),
            "account": dbt.ref("detector_inputs_account"),
        },
        dbt.ref("landing_parameters"),
    )

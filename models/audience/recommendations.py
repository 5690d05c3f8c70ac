"""What to set up next, of all candidates at once."""

from python_jobs.audience.relations import recommendation_rows


def model(dbt, session):
    """Find candidates, judge them as detectors would, choose and rank."""
    dbt.config(materialized="table")
    return recommendation_rows(
        session,
        {
            "setups": dbt.ref("adset_setups"),
            "evidence": dbt.ref("adset_evidence"),
            "settings": dbt.ref("stg_meta__adsets"),
            "adset": dbt.ref("detector_inputs_adset"),
            "adset_pair": dbt.ref("detector_inputs_pair"),
            "campaign": dbt.ref("detector_inputs_campaign"),
            "account": dbt.ref("detector_inputs_account"),
            "findings": dbt.ref("detector_findings"),
            "opportunities": dbt.ref("opportunity_sizes"),
            "decisions": dbt.ref("decisions"),
            "returns": dbt.ref("unit_returns"),
            "ads": dbt.ref("ad_verdicts"),
            "compatibility": dbt.ref("creative_compatibility"),
            "constraints": dbt.ref("recommendation_constraints"),
            "advantages": dbt.ref("competitive_advantages"),
            "incidents": dbt.ref("data_incidents"),
            "adset_audiences": dbt.ref("int_adset_audiences"),
            "custom_audiences": dbt.ref("stg_meta__custom_audiences"),
            "country_people": dbt.ref("country_people"),
        },
        dbt.ref("landing_parameters"),
    )

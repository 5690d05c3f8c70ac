"""What to set up next, of all candidates at once."""

from python_jobs.audience.relations import recommendation_rows


def model(dbt, session):
    """Find candidates, judge them as detectors would, choose and rank."""
    dbt.config(materialized="table")
    tables = {
        "adset_setups": dbt.ref("adset_setups"),
        "adset_evidence": dbt.ref("adset_evidence"),
        "stg_meta__adsets": dbt.ref("stg_meta__adsets"),
        "custom_audiences": dbt.ref("custom_audiences"),
        "order_countries": dbt.ref("order_countries"),
        "creative_fit": dbt.ref("creative_fit"),
        "competitive_advantages": dbt.ref("competitive_advantages"),
        "recommendation_constraints": dbt.ref("recommendation_constraints"),
        "opportunity_sizes": dbt.ref("opportunity_sizes"),
        "budget_allocations": dbt.ref("budget_allocations"),
        "int_adset_audiences": dbt.ref("int_adset_audiences"),
        "country_people": dbt.ref("country_people"),
        "detector_inputs_adset": dbt.ref("detector_inputs_adset"),
        "detector_inputs_pair": dbt.ref("detector_inputs_pair"),
        "detector_inputs_campaign": dbt.ref("detector_inputs_campaign"),
        "detector_inputs_account": dbt.ref("detector_inputs_account"),
        "detector_findings": dbt.ref("detector_findings"),
        "ad_verdicts": dbt.ref("ad_verdicts"),
        "data_incidents": dbt.ref("data_incidents"),
        "decisions": dbt.ref("decisions"),
        "unit_returns": dbt.ref("unit_returns"),
    }
    return recommendation_rows(session, tables, dbt.ref("landing_parameters"))

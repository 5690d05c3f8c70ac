with

detectors as (

    select * from {{ ref('detectors_declared') }}

),

run_settings as (

    select * from {{ ref('run_settings') }}

),

final as (

    select
        detectors.detector_id,
        detectors.entity_level,
        detectors.what,
        detectors.data_needed,
        detectors.applies_to,
        detectors.screen,
        detectors.condition,
        detectors.test,
        detectors.severity,
        detectors.severe_if,
        detectors.cause,
        detectors.formula,
        detectors.fix,
        detectors.falsifier as what_would_change_our_mind,
        detectors.falsified_in_days,
        detectors.parameters_read,
        detectors.columns_read,
        run_settings.run_id
    from detectors
    cross join run_settings

)

select * from final

with

coverage as (

    select * from {{ ref('detector_coverage') }}

),

detectors as (

    select * from {{ ref('detectors_declared') }}

),

run_settings as (

    select * from {{ ref('run_settings') }}

),

final as (

    select
        coverage.account_id,
        coverage.detector_id,
        detectors.entity_level,
        coverage.status,
        coverage.entities,
        coverage.entities_known,
        coverage.tested,
        coverage.findings,
        detectors.data_needed,
        run_settings.run_id
    from coverage
    cross join run_settings
    inner join detectors on coverage.detector_id = detectors.detector_id

)

select * from final

with

parameters as (

    select * from {{ ref('landing_parameters') }}

),

final as (

    select
        parameters.parameter,
        parameters.value,
        parameters.tier,
        parameters.file,
        parameters.description,
        parameters.allowed,
        parameters.tunable_low,
        parameters.tunable_high,
        parameters.tunable_scale,
        run_settings.run_id
    from parameters
    cross join {{ ref('run_settings') }} as run_settings

)

select * from final

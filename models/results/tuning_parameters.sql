{#- What the last search says of each parameter that may be tuned. -#}
with

ended as (

    select
        search_id,
        cast(body as json) as body
    from {{ ref('landing_tuning') }}
    where kind = 'summary'
    qualify line = max(line) over ()

),

parameters as (

    select
        ended.search_id,
        entry.value as body
    from ended
    cross join json_each(ended.body -> 'parameters') as entry

)

select
    parameters.search_id,
    parameters.body ->> 'parameter' as parameter,
    parameters.body ->> 'family' as family,
    cast(parameters.body ->> 'in_force' as double) as in_force,
    cast(parameters.body ->> 'picked' as double) as picked,
    cast(parameters.body ->> 'tuned' as double) as tuned,
    cast(parameters.body ->> 'importance' as double) as importance,
    parameters.body ->> 'status' as status,
    run_settings.run_id
from parameters
cross join {{ ref('run_settings') }} as run_settings

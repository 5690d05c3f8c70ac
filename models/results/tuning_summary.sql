{#- What came of each search: how it began, what it picked, and whether that was adopted. -#}
with

lines as (

    select
        search_id,
        line,
        kind,
        cast(body as json) as body
    from {{ ref('landing_tuning') }}

),

searches as (

    select
        search_id,
        max_by(body, line) filter (where kind = 'run') as started,
        max_by(body, line) filter (where kind = 'summary') as ended,
        count(distinct body ->> 'number') filter (where kind = 'trial') as trials
    from lines
    group by search_id

)

select
    searches.search_id,
    cast(searches.started ->> 'started_at' as timestamp) as started_at,
    cast(searches.ended ->> 'ended_at' as timestamp) as ended_at,
    cast(searches.started ->> 'data_through' as date) as data_through,
    cast(searches.started ->> 'data_days' as integer) as data_days,
    searches.started ->> 'sampler' as sampler,
    cast(searches.started ->> 'seed' as bigint) as seed,
    cast(searches.started ->> 'iterations' as integer) as iterations,
    cast(searches.trials as integer) as trials,
    cast(searches.started ->> 'smallest_provable' as double) as smallest_provable,
    cast(searches.started ->> 'plausible' as double) as plausible,
    cast(searches.ended ->> 'picked' as integer) as picked_trial,
    cast(searches.ended -> 'changed' as varchar) as changed_parameters,
    cast(searches.ended -> 'chosen_on' ->> 'mean' as double) as improvement_chosen_on,
    cast(searches.ended -> 'kept_out' ->> 'mean' as double) as improvement,
    cast(searches.ended -> 'kept_out' ->> 'low' as double) as improvement_low,
    cast(searches.ended -> 'kept_out' ->> 'high' as double) as improvement_high,
    cast(searches.ended ->> 'placebo_moves' as double) as placebo_moves,
    cast(searches.ended ->> 'placebo_outcomes' as double) as placebo_outcomes,
    searches.ended ->> 'verdict' as verdict,
    searches.ended ->> 'reason' as reason,
    searches.ended ->> 'file' as file,
    run_settings.run_id
from searches
cross join {{ ref('run_settings') }} as run_settings
where searches.started is not null

{#- Every parameter set that was tried on the past, with what it would have done. -#}
with

lines as (

    select
        search_id,
        line,
        kind,
        cast(body as json) as body
    from {{ ref('landing_tuning') }}

),

summaries as (

    select
        search_id,
        max_by(body, line) as body
    from lines
    where kind = 'summary'
    group by search_id

),

-- told for each trial at the end of a search
outcomes as (

    select
        summaries.search_id,
        cast(outcome.value ->> 'number' as integer) as trial,
        outcome.value as body
    from summaries
    cross join json_each(summaries.body -> 'trials') as outcome

),

trials as (

    select
        search_id,
        cast(body ->> 'number' as integer) as trial,
        max_by(body, line) as body
    from lines
    where kind = 'trial'
    group by all

),

means as (

    select
        trials.search_id,
        trials.trial,
        {%- for objective in ['roas', 'ctr', 'stability', 'utilization', 'learning_resets'] %}
        list_avg(cast(trials.body -> 'scores' -> '{{ objective }}' as double[])) as {{ objective }}
        {{- "," if not loop.last }}
        {%- endfor %}
    from trials

)

select
    trials.search_id,
    trials.trial,
    trials.body ->> 'stage' as stage,
    means.roas,
    means.ctr,
    means.stability,
    means.utilization,
    means.learning_resets,
    cast(outcomes.body ->> 'earned' as double) as earned,
    cast(outcomes.body ->> 'steadiness' as double) as steadiness,
    cast(outcomes.body ->> 'is_within_bounds' as boolean) as is_within_bounds,
    cast(outcomes.body ->> 'is_on_front' as boolean) as is_on_front,
    cast(outcomes.body ->> 'is_picked' as boolean) as is_picked,
    cast(outcomes.body ->> 'hypervolume' as double) as hypervolume,
    cast(trials.body -> 'values' as varchar) as changed_parameters,
    cast(trials.body ->> 'seconds' as double) as seconds,
    run_settings.run_id
from trials
inner join means on trials.search_id = means.search_id and trials.trial = means.trial
left join outcomes on trials.search_id = outcomes.search_id and trials.trial = outcomes.trial
cross join {{ ref('run_settings') }} as run_settings

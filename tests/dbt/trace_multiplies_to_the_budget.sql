{#- The factors of a holder's budget steps multiply from today's budget to the recommended one. -#}
with

traces as (

    select
        decision_date,
        budget_level,
        budget_entity_id,
        product(factor) as factor
    from {{ ref('decision_trace') }}
    where step_kind = 'budget'
    group by decision_date, budget_level, budget_entity_id

)

select *
from {{ ref('budget_allocations') }} as allocations
left join traces
    on allocations.decision_date = traces.decision_date
    and allocations.budget_level = traces.budget_level
    and allocations.budget_entity_id = traces.budget_entity_id
where allocations.current_budget > 0
    and (
        traces.factor is null
        or abs(allocations.current_budget * traces.factor - allocations.recommended_budget) > 0.005
    )

{#- Every holder that is active or spent in the last 14 days has one row, with a reason; nobody else has. -#}
with

holders as (

    select
        decision_date,
        budget_level,
        budget_entity_id
    from {{ ref('decision_inputs') }}
    where is_decided

),

decided as (

    select
        decision_date,
        budget_level,
        budget_entity_id
    from {{ ref('budget_allocations') }}
    where length(trim(reason)) > 0

)

(
    select * from holders
    except
    select * from decided
)
union all
(
    select
        decision_date,
        budget_level,
        budget_entity_id
    from {{ ref('budget_allocations') }}
    except
    select * from decided
)

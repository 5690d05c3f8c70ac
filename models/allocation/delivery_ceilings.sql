{#- What a holder spends on days on which its budget is not what limits it. -#}
with

settings as (

    select * from {{ ref('evidence_settings') }}

),

-- an estimated budget is what was spent; one that may have been changed counts with the least it can have been
holder_days as (

    select
        holders.decision_date,
        holders.account_id,
        holders.budget_level,
        holders.budget_entity_id,
        entity_days.date_day,
        cast(holders.data_through - entity_days.date_day as integer) as age_days,
        entity_days.spend,
        entity_days.spend / budgets.lowest_budget as budget_used
    from {{ ref('decided_holders') }} as holders
    cross join settings
    inner join {{ ref('int_entity_days') }} as entity_days
        on holders.budget_level = entity_days.entity_level
            and holders.budget_entity_id = entity_days.entity_id
            and entity_days.date_day between holders.decision_date - settings.limited_days and holders.data_through
    inner join {{ ref('int_entity_budgets') }} as budgets
        on entity_days.entity_level = budgets.entity_level
            and entity_days.entity_id = budgets.entity_id
            and entity_days.date_day = budgets.date_day
    -- tracking says nothing of what can be spent; days on which more or less can be sold do
    left join {{ ref('int_left_out_days') }} as left_out
        on entity_days.entity_level = left_out.entity_level
            and entity_days.entity_id = left_out.entity_id
            and entity_days.date_day = left_out.date_day
            and not left_out.is_incident
    where left_out.date_day is null
        and budgets.lowest_budget_known_on <= holders.decision_date
        and budgets.lowest_budget > 0
        and entity_days.spend > 0

),

-- mean of the day and its neighbours; at the ends the day stands in for the one that is missing
smoothed as (

    select
        *,
        (
            budget_used
            + lag(budget_used, 1, budget_used) over holder
            + lead(budget_used, 1, budget_used) over holder
        ) / 3 as budget_used_3d
    from holder_days
    window holder as (partition by decision_date, budget_level, budget_entity_id order by date_day)

),

limited as (

    select
        smoothed.*,
        power(0.5, smoothed.age_days / settings.ceiling_half_life_days) as weight
    from smoothed
    cross join settings
    where smoothed.budget_used_3d < settings.limited_below

)

select
    limited.decision_date,
    limited.account_id,
    limited.budget_level,
    limited.budget_entity_id,
    count(*) as limited_days,
    exp(sum(limited.weight * ln(limited.spend)) / sum(limited.weight)) as delivery_ceiling
from limited
cross join settings
group by
    limited.decision_date, limited.account_id, limited.budget_level, limited.budget_entity_id,
    settings.limited_min_days
having count(*) >= settings.limited_min_days

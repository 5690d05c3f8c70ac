{#- Past mornings: all that a decision would have read, and what was budgeted, spent and earned in the seven days from
    then on. -#}
with

mornings as (

    select * exclude (is_decided, run_id)
    from {{ ref('decision_inputs') }}
    where not is_decided

),

entity_days as (

    select * from {{ ref('int_entity_days') }} where entity_level in ('adset', 'campaign')

),

next_days as (

    select
        mornings.decision_date,
        mornings.budget_level,
        mornings.budget_entity_id,
        entity_days.date_day,
        entity_days.spend,
        entity_days.impressions,
        coalesce(entity_days.link_clicks, entity_days.clicks_all) as clicks,
        entity_days.purchases_matured,
        entity_days.purchase_value_matured,
        entity_days.share_visible,
        budgets.daily_budget,
        coalesce(left_out.is_incident, false) as is_incident,
        coalesce(not left_out.is_incident, false) as is_event
    from mornings
    inner join entity_days
        on mornings.budget_level = entity_days.entity_level
            and mornings.budget_entity_id = entity_days.entity_id
            and entity_days.date_day between mornings.decision_date and mornings.decision_date + 6
    left join {{ ref('int_entity_budgets') }} as budgets
        on entity_days.entity_level = budgets.entity_level
            and entity_days.entity_id = budgets.entity_id
            and entity_days.date_day = budgets.date_day
    left join {{ ref('int_left_out_days') }} as left_out
        on entity_days.entity_level = left_out.entity_level
            and entity_days.entity_id = left_out.entity_id
            and entity_days.date_day = left_out.date_day

),

outcomes as (

    select
        decision_date,
        budget_level,
        budget_entity_id,
        count(*) as days,
        avg(daily_budget) as budget,
        coalesce(sum(spend), 0) as spend,
        sum(impressions) as impressions,
        sum(clicks) as clicks,
        sum(purchases_matured) as purchases,
        sum(purchase_value_matured) as purchase_value,
        min(share_visible) as share_visible,
        count(*) filter (where is_incident) as incident_days,
        count(*) filter (where is_event) as event_days
    from next_days
    group by decision_date, budget_level, budget_entity_id

),

as_of as (

    select * from {{ ref('int_as_of') }}

)

select
    mornings.*,
    coalesce(outcomes.budget, mornings.current_budget) as next_7d_budget,
    coalesce(outcomes.spend, 0) as next_7d_spend,
    coalesce(outcomes.impressions, 0) as next_7d_impressions,
    coalesce(outcomes.clicks, 0) as next_7d_clicks,
    coalesce(outcomes.purchases, 0) as next_7d_purchases,
    coalesce(outcomes.purchase_value, 0) as next_7d_purchase_value,
    mornings.decision_date + 6 <= as_of.data_through and coalesce(outcomes.share_visible, 1) = 1 as is_mature,
    cast(coalesce(outcomes.incident_days, 0) as integer) as next_7d_incident_days,
    cast(coalesce(outcomes.event_days, 0) as integer) as next_7d_event_days,
    as_of.run_id
from mornings
cross join as_of
left join outcomes
    on mornings.decision_date = outcomes.decision_date
        and mornings.budget_level = outcomes.budget_level
        and mornings.budget_entity_id = outcomes.budget_entity_id

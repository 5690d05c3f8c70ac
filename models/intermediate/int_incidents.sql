{#- Days in a row on which an account's tracking is in doubt. -#}
with

days as (

    select
        *,
        date_day
        - cast(row_number() over (partition by account_id, incident_kind order by date_day) as integer) as island
    from {{ ref('int_incident_days') }}

)

select
    account_id,
    incident_kind,
    min(date_day) as first_day,
    max(date_day) as last_day,
    cast(count(*) as integer) as incident_days,
    sum(purchases) as purchases,
    sum(expected_by_clicks) as expected_by_clicks,
    sum(expected_by_orders) as expected_by_orders,
    sum(orders) as shopify_orders,
    bool_and(is_acted_on) as is_acted_on
from days
group by account_id, incident_kind, island

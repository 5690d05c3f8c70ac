{#- The customer's own events, from the settings. -#}
select
    events.key as event_name,
    events.value ->> 'kind' as event_kind,
    cast(events.value ->> 'from' as date) as first_day,
    cast(events.value ->> 'to' as date) as last_day,
    lower(events.value ->> 'scope') as scope,
    cast(events.value ->> 'expected_lift' as double) as expected_lift,
    cast(events.value ->> 'largest_step' as double) as largest_step,
    cast(events.value ->> 'daily_budget' as double) as daily_budget,
    events.value ->> 'kind' in ('promo', 'peak', 'launch') as sells_more
from {{ ref('landing_parameters') }} as parameters
cross join json_each(parameters.value) as events
where parameters.parameter = 'events'

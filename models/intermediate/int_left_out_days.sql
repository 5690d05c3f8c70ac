{#- Days of an ad set, campaign or account that are no evidence for its other days. -#}
with

event_days as (

    select
        events.entity_level,
        events.entity_id,
        days.date_day,
        days.date_day as known_on,
        false as is_incident,
        events.event_name,
        events.sells_more,
        events.last_day,
        events.expected_lift
    from {{ ref('int_entity_events') }} as events
    inner join {{ ref('int_dates') }} as days on days.date_day between events.first_day and events.last_day

),

incident_days as (

    select
        entities.entity_level,
        entities.entity_id,
        incidents.date_day,
        incidents.known_on,
        true as is_incident,
        null as event_name,
        false as sells_more,
        null as last_day,
        null as expected_lift
    from {{ ref('int_incident_days') }} as incidents
    inner join {{ ref('int_entities') }} as entities on incidents.account_id = entities.account_id
    where incidents.is_acted_on

),

all_days as (

    select * from event_days
    union all
    select * from incident_days

)

-- of several on one day an incident goes first, then what sells less, then what goes on longest: of two that overlap
-- the one that is on says whether its days count
select *
from all_days
qualify row_number() over (
    partition by entity_level, entity_id, date_day
    order by is_incident desc, sells_more, last_day desc, event_name
) = 1

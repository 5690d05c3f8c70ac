{#- Which events concern which ad sets, campaigns and accounts. -#}
select
    entities.entity_level,
    entities.entity_id,
    entities.account_id,
    events.*
from {{ ref('int_entities') }} as entities
inner join {{ ref('int_events') }} as events
    on events.scope is null
        or (
            entities.entity_level <> 'account'
            and (
                {{ name_matches('entities.entity_name', 'events.scope') }}
                or {{ name_matches('entities.campaign_name', 'events.scope') }}
            )
        )

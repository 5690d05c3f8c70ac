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
                lower(entities.entity_name) glob events.scope
                or lower(entities.campaign_name) glob events.scope
            )
        )

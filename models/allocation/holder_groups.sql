{#- The customer's group of each ad set and campaign: the first in the settings' order that names it. -#}
with

groups as (

    select
        entries.key as group_name,
        row_number() over (order by entries.id) as position,
        entries.value as settings
    from {{ ref('landing_parameters') }} as parameters
    cross join json_each(parameters.value) as entries
    where parameters.parameter = 'groups'

),

patterns as (

    select
        groups.group_name,
        groups.position,
        lower(patterns.value ->> '$') as pattern
    from groups
    cross join json_each(groups.settings -> 'match') as patterns

),

ids as (

    select
        groups.group_name,
        groups.position,
        ids.value ->> '$' as id
    from groups
    cross join json_each(groups.settings -> 'ids') as ids

),

entities as (

    select * from {{ ref('int_entities') }} where is_budget_holder

),

matches as (

    select
        entities.entity_level,
        entities.entity_id,
        patterns.group_name,
        patterns.position
    from entities
    inner join patterns
        on {{ name_matches('entities.entity_name', 'patterns.pattern') }}
            or {{ name_matches('entities.campaign_name', 'patterns.pattern') }}

    union all

    select
        entities.entity_level,
        entities.entity_id,
        ids.group_name,
        ids.position
    from entities
    inner join ids on entities.entity_id = ids.id or entities.campaign_id = ids.id

)

select
    entity_level,
    entity_id,
    min_by(group_name, position) as budget_group
from matches
group by entity_level, entity_id

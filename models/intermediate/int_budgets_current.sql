{#- What the publish step remembers as the budgets seen on this morning. -#}
select
    as_of.as_of as seen_on,
    entities.entity_level,
    entities.entity_id,
    cast(entities.current_daily_budget as double) as daily_budget
from {{ ref('int_entities') }} as entities
cross join {{ ref('int_as_of') }} as as_of
where entities.current_daily_budget is not null
    and as_of.is_newest

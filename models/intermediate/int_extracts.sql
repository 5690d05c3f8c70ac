{{ config(materialized='view') }}
{#- What earlier mornings saw of each entity, in what it is judged by today. -#}
select
    extracts.seen_on,
    extracts.entity_level,
    extracts.entity_id,
    extracts.account_id,
    extracts.date_day,
    case when entities.value_per_result is null then extracts.purchases else extracts.results end as purchases,
    case
        when entities.value_per_result is null then extracts.purchase_value
        else extracts.results * entities.value_per_result
    end as purchase_value
from {{ source('history', 'extracts') }} as extracts
left join {{ ref('int_entities') }} as entities
    on extracts.entity_level = entities.entity_level and extracts.entity_id = entities.entity_id
cross join {{ ref('int_as_of') }} as as_of
-- a morning before its goal had a value kept no results
where (entities.value_per_result is null or extracts.results is not null)
    -- a second look on one morning takes the place of the first
    and (extracts.seen_on <> as_of.as_of or not as_of.is_newest)

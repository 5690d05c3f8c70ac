{#- What the publish step remembers of the days that later extracts may still restate. -#}
select
    as_of.as_of as seen_on,
    entity_days.entity_level,
    entity_days.entity_id,
    entity_days.account_id,
    entity_days.date_day,
    entity_days.spend,
    entity_days.purchases_reported as purchases,
    entity_days.purchase_value_reported as purchase_value,
    entity_days.results
from {{ ref('int_entity_days') }} as entity_days
cross join {{ ref('int_as_of') }} as as_of
where entity_days.days_ago < 28
    and entity_days.rows_from is not null
    -- on an earlier morning than the data allow, other values were visible than the files hold now
    and as_of.is_newest

{#- The mornings that are decided. A backtest adds its own here; all else in this layer keys on it. -#}
with

as_of as (

    select * from {{ ref('int_as_of') }}

),

settings as (

    select * from {{ ref('evidence_settings') }}

),

account_clicks as (

    select
        entity_days.account_id,
        count(entity_days.link_clicks) > 0 as has_link_clicks
    from {{ ref('int_entity_days') }} as entity_days
    cross join as_of
    where entity_days.entity_level = 'account'
        and entity_days.date_day < as_of.as_of
    group by entity_days.account_id

)

select
    account_clicks.account_id,
    as_of.as_of as decision_date,
    as_of.data_through,
    as_of.as_of - settings.history_days as first_day,
    -- what the files say now is what that morning saw, unless they hold later days
    as_of.is_newest as files_are_of_that_morning,
    account_clicks.has_link_clicks,
    as_of.run_id
from account_clicks
cross join as_of
cross join settings

{# One row: the morning this build decides for. Days from `as_of` on are treated as not yet lived. #}
with

run_settings as (

    select * from {{ ref('run_settings') }}

),

account_days as (

    select
        account_id,
        date_day,
        spend
    from {{ ref('int_level_days') }}
    where entity_level = 'account'

),

last_day as (

    select max(date_day) as last_day from account_days

),

-- accounts that have stopped say nothing about whether the day is over
running as (

    select distinct account_days.account_id
    from account_days
    cross join last_day
    where account_days.spend > 0
        and account_days.date_day < last_day.last_day
        and account_days.date_day >= last_day.last_day - 7

),

usual as (

    select
        account_days.account_id,
        median(account_days.spend) as usual_spend
    from account_days
    inner join running on account_days.account_id = running.account_id
    cross join last_day
    where account_days.date_day < last_day.last_day
        and account_days.date_day >= last_day.last_day - 56
        and extract(isodow from account_days.date_day) = extract(isodow from last_day.last_day)
    group by account_days.account_id

),

share_of_usual as (

    select sum(coalesce(account_days.spend, 0)) / nullif(sum(usual.usual_spend), 0) as spend_share
    from usual
    cross join last_day
    left join account_days on usual.account_id = account_days.account_id and account_days.date_day = last_day.last_day

),

decided as (

    select
        last_day.last_day,
        coalesce(
            share_of_usual.spend_share < {{ parameter('last_day.min_share_of_usual_spend', 'double') }}, false
        ) as last_day_incomplete,
        run_settings.as_of_requested,
        run_settings.run_id
    from last_day
    cross join share_of_usual
    cross join run_settings

),

dated as (

    select
        *,
        case when last_day_incomplete then last_day else last_day + 1 end as newest_as_of
    from decided

)

select
    run_id,
    last_day,
    last_day_incomplete,
    newest_as_of,
    coalesce(as_of_requested, newest_as_of) as as_of,
    coalesce(as_of_requested, newest_as_of) - 1 as data_through,
    -- on an earlier morning than the data allow, today's settings were not in force yet
    coalesce(as_of_requested >= newest_as_of, true) as is_newest
from dated

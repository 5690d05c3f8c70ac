{#- The mornings that are worked out: the one decided for, and past ones for the backtest. All else in this layer keys
    on it; what decides for today reads `is_decided` alone. -#}
with

as_of as (

    select * from {{ ref('int_as_of') }}

),

settings as (

    select
        evidence_settings.history_days,
        {{ parameter('backtest.weeks', 'integer') }} as weeks,
        {{ parameter('backtest.min_history_days', 'integer') }} as min_history_days,
        {{ parameter('backtest.most_rows', 'integer') }} as most_rows
    from {{ ref('evidence_settings') }} as evidence_settings

),

account_days as (

    select
        entity_days.account_id,
        entity_days.date_day,
        entity_days.link_clicks is not null as has_link_clicks
    from {{ ref('int_entity_days') }} as entity_days
    cross join as_of
    where entity_days.entity_level = 'account'
        and entity_days.date_day < as_of.as_of

),

accounts as (

    select
        account_id,
        min(date_day) as first_account_day,
        min(date_day) filter (where has_link_clicks) as first_link_clicks
    from account_days
    group by account_id

),

-- how large a morning is
running as (

    select
        entity_days.account_id,
        count(distinct entity_days.entity_id) as adsets
    from {{ ref('int_entity_days') }} as entity_days
    cross join as_of
    where entity_days.entity_level = 'adset'
        and entity_days.spend > 0
        and entity_days.date_day between as_of.as_of - 28 and as_of.data_through
    group by entity_days.account_id

),

mornings as (

    select
        accounts.account_id,
        as_of.as_of as decision_date,
        true as is_decided
    from accounts
    cross join as_of

    union all

    select
        accounts.account_id,
        as_of.as_of - 7 * weeks.week as decision_date,
        false as is_decided
    from accounts
    cross join as_of
    cross join settings
    left join running on accounts.account_id = running.account_id
    inner join (select cast(unnest(generate_series(1, 260)) as integer) as week) as weeks
        on weeks.week <= settings.weeks
            and weeks.week * coalesce(running.adsets, 1) <= settings.most_rows
            and accounts.first_account_day + settings.min_history_days <= as_of.as_of - 7 * weeks.week

)

select
    mornings.account_id,
    cast(mornings.decision_date as date) as decision_date,
    cast(mornings.decision_date - 1 as date) as data_through,
    cast(mornings.decision_date - settings.history_days as date) as first_day,
    mornings.is_decided,
    -- what the files say now is what that morning saw, unless they hold later days
    mornings.is_decided and as_of.is_newest as files_are_of_that_morning,
    coalesce(accounts.first_link_clicks < mornings.decision_date, false) as has_link_clicks,
    as_of.run_id
from mornings
inner join accounts on mornings.account_id = accounts.account_id
cross join as_of
cross join settings

with

days_seen as (

    select
        min(date_day) as first_day,
        max(date_day) as last_day
    from {{ ref('stg_meta__insights') }}

    union all

    select
        min(day_as_written) as first_day,
        max(day_as_written) as last_day
    from {{ ref('stg_shopify__orders') }}

    union all

    select
        null as first_day,
        as_of_requested as last_day
    from {{ ref('run_settings') }}

),

bounds as (

    -- an order's day may move by one when its time zone is the account's
    select
        min(first_day) - interval 1 day as first_day,
        max(last_day) + interval 1 day as last_day
    from days_seen

),

calendar as (

    select cast(unnest(generate_series(first_day, last_day, interval 1 day)) as date) as date_day
    from bounds
    where first_day is not null

),

events as (

    select
        calendar.date_day,
        min(calendar_events.event_name) as event_name
    from calendar
    inner join {{ ref('calendar_events') }} as calendar_events
        on calendar.date_day between calendar_events.first_day and calendar_events.last_day
    group by calendar.date_day

)

select
    calendar.date_day,
    cast(extract(isodow from calendar.date_day) as integer) as weekday,
    extract(isodow from calendar.date_day) in (6, 7) as is_weekend,
    cast(extract(month from calendar.date_day) as integer) as month,
    cast(extract(quarter from calendar.date_day) as integer) as quarter,
    case
        when extract(month from calendar.date_day) in (12, 1, 2) then 'winter'
        when extract(month from calendar.date_day) in (3, 4, 5) then 'spring'
        when extract(month from calendar.date_day) in (6, 7, 8) then 'summer'
        else 'autumn'
    end as northern_season,
    events.event_name,
    events.event_name is not null as is_event
from calendar
left join events on calendar.date_day = events.date_day

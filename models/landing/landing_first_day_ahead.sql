{#- A day that lies ahead, and not next to those that have been, was typed or turned round wrong; where all lie ahead
    it is the clock that is wrong. -#}
with

days as (

    select try_cast(date_start as date) as date_day from {{ ref('landing_insights') }} where problem is null
    union
    select try_cast(left(created_at, 10) as date) as date_day from {{ ref('landing_orders') }} where problem is null

),

days_with_gaps as (

    select
        date_day,
        date_day - lag(date_day) over (order by date_day) > 7 as follows_gap
    from days
    where date_day is not null

),

runs_of_days as (

    select
        date_day,
        sum(case when follows_gap then 1 else 0 end) over (order by date_day) as run_number
    from days_with_gaps

),

first_days as (

    select min(date_day) as first_day from runs_of_days group by run_number

),

final as (

    select min(first_days.first_day) as first_day_ahead
    from first_days
    cross join {{ ref('run_settings') }} as run_settings
    where first_days.first_day > cast(run_settings.run_started_at as date) + 1
        and (select min(first_day) from first_days) <= cast(run_settings.run_started_at as date) + 1

)

select * from final

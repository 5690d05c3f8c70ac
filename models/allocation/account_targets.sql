{#- What an account may spend a day: what is left of the month's budget over the days left, or today's total. -#}
with

dates as (

    select * from {{ ref('evidence_dates') }}

),

settings as (

    select
        {{ parameter('monthly_budget.amount', 'double') }} as amount,
        {{ parameter('monthly_budget.amount_by_account', 'json') }} as amount_by_account,
        {{ parameter('monthly_budget.last_days_guard', 'integer') }} as last_days_guard,
        {{ parameter('monthly_budget.max_daily_rise', 'double') }} as max_daily_rise,
        {{ parameter('monthly_budget.max_daily_fall', 'double') }} as max_daily_fall

),

-- after an event the budgets before it count
budgets as (

    select
        holders.*,
        events.event_daily_budget,
        case
            when events.has_event_budgets then holders.current_budget
            else coalesce(events.ordinary_budget, holders.current_budget)
        end as budget
    from {{ ref('decided_holders') }} as holders
    left join {{ ref('holder_events') }} as events
        on holders.decision_date = events.decision_date
            and holders.budget_level = events.budget_level
            and holders.budget_entity_id = events.budget_entity_id

),

totals as (

    select
        decision_date,
        account_id,
        max(account_name) as account_name,
        max(currency) as currency,
        max(event_daily_budget) as event_total,
        sum(budget) as budget_of_all,
        -- budgets that nothing is spent of are no part of the month's plan
        coalesce(sum(budget) filter (where may_spend), 0) as current_total
    from budgets
    group by decision_date, account_id

),

spent as (

    select
        dates.decision_date,
        dates.account_id,
        coalesce(sum(entity_days.spend), 0) as spent_so_far
    from dates
    left join {{ ref('int_entity_days') }} as entity_days
        on dates.account_id = entity_days.entity_id
            and entity_days.entity_level = 'account'
            and entity_days.date_day between date_trunc('month', dates.decision_date) and dates.data_through
    group by dates.decision_date, dates.account_id

),

months as (

    select
        totals.*,
        dates.data_through,
        dates.run_id,
        cast(date_trunc('month', dates.decision_date) as date) as month,
        extract(day from last_day(dates.decision_date)) as days_in_month,
        cast(last_day(dates.decision_date) - dates.decision_date + 1 as integer) as days_left,
        spent.spent_so_far,
        coalesce(
            try_cast(settings.amount_by_account ->> dates.account_id as double), settings.amount
        ) as monthly_amount,
        settings.last_days_guard,
        settings.max_daily_rise,
        settings.max_daily_fall
    from totals
    inner join dates on totals.account_id = dates.account_id and totals.decision_date = dates.decision_date
    inner join spent on totals.account_id = spent.account_id and totals.decision_date = spent.decision_date
    cross join settings

),

-- near the month's end what is left over must not be rushed out
bounds as (

    select
        *,
        case when monthly_amount is not null then greatest(monthly_amount - spent_so_far, 0) / days_left end
            as planned_total,
        current_total * (1 - max_daily_fall) as lowest_total,
        case
            when days_left <= last_days_guard
                then least(
                    current_total * (1 + max_daily_rise),
                    greatest(current_total, monthly_amount / days_in_month * (1 + max_daily_rise))
                )
            else current_total * (1 + max_daily_rise)
        end as highest_total
    from months

),

targets as (

    select
        *,
        case
            when event_total is not null then event_total
            when monthly_amount is null then current_total
            else least(greatest(planned_total, lowest_total), highest_total)
        end as target_total,
        -- the most and the least that can be spent by the month's end, moving as far as allowed every day
        greatest(days_left - last_days_guard, 1) as rising_days,
        highest_total * power(1 + max_daily_rise, rising_days - 1) as last_total,
        spent_so_far + last_total * (days_left - rising_days) + case
            when max_daily_rise = 0 then highest_total * rising_days
            else highest_total * (power(1 + max_daily_rise, rising_days) - 1) / max_daily_rise
        end as most_possible,
        spent_so_far + case
            when max_daily_fall = 0 then lowest_total * days_left
            else lowest_total * (1 - power(1 - max_daily_fall, days_left)) / max_daily_fall
        end as least_possible
    from bounds

),

final as (

    select
        *,
        case
            when monthly_amount is null then spent_so_far + current_total * days_left
            else least(greatest(monthly_amount, least_possible), most_possible)
        end as projected_month_end_spend,
        case when monthly_amount > most_possible then monthly_amount - most_possible else 0 end as shortfall,
        case when monthly_amount < least_possible then least_possible - monthly_amount else 0 end as excess
    from targets

)

select
    decision_date,
    data_through,
    account_id,
    account_name,
    month,
    currency,
    monthly_amount,
    spent_so_far,
    days_left,
    planned_total,
    current_total,
    lowest_total,
    highest_total,
    target_total,
    -- of every row that is decided: budgets that nothing is spent of stay where they are
    target_total + budget_of_all - current_total as account_budget_target,
    projected_month_end_spend,
    shortfall,
    excess,
    last_days_guard,
    run_id
from final

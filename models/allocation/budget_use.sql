{#- What was spent of budgets, on past days of the account, in as many days as its month has left. -#}
with

targets as (

    select targets.*
    from {{ ref('account_targets') }} as targets
    inner join {{ ref('evidence_dates') }} as dates
        on targets.account_id = dates.account_id and targets.decision_date = dates.decision_date
    where dates.is_decided

),

holder_days as (

    select
        entity_days.account_id,
        entity_days.entity_level,
        entity_days.entity_id,
        entity_days.date_day,
        max(entity_days.spend) over (
            partition by entity_days.entity_level, entity_days.entity_id order by entity_days.date_day
            rows between 2 preceding and current row
        ) > 0 as is_running
    from {{ ref('int_entity_days') }} as entity_days
    inner join {{ ref('int_entities') }} as entities
        on entity_days.entity_level = entities.entity_level
            and entity_days.entity_id = entities.entity_id
            and entities.is_budget_holder

),

-- as the decision of that morning would have added budgets up
mornings as (

    select
        holder_days.account_id,
        cast(holder_days.date_day + 1 as date) as morning,
        sum(budgets.daily_budget) as total,
        coalesce(sum(budgets.daily_budget) filter (where budgets.budget_source <> 'estimated'), 0) > 0.9 * total
            as is_seen
    from holder_days
    inner join {{ ref('int_entity_budgets') }} as budgets
        on holder_days.entity_level = budgets.entity_level
            and holder_days.entity_id = budgets.entity_id
            and holder_days.date_day = budgets.date_day
    where holder_days.is_running
    group by holder_days.account_id, holder_days.date_day
    having sum(budgets.daily_budget) > 0

),

account_days as (

    select
        account_id,
        date_day,
        spend
    from {{ ref('int_entity_days') }}
    where entity_level = 'account'

),

-- budgets estimated from spend are spent by their making: how much of seen ones is spent in a day puts them in line
used as (

    select
        mornings.account_id,
        sum(account_days.spend) / sum(mornings.total) as seen_share
    from mornings
    inner join account_days
        on mornings.account_id = account_days.account_id and mornings.morning = account_days.date_day
    where mornings.is_seen
    group by mornings.account_id

),

today as (

    select
        decision_date,
        account_id,
        coalesce(sum(current_budget) filter (where current_budget_source <> 'estimated'), 0)
        > 0.9 * sum(current_budget) as is_seen
    from {{ ref('decided_holders') }}
    where may_spend
    group by decision_date, account_id

),

alike as (

    select
        targets.decision_date,
        targets.account_id,
        targets.days_left,
        mornings.morning,
        mornings.total / case
            when mornings.is_seen = today.is_seen then 1
            when today.is_seen then used.seen_share
        end as total
    from targets
    inner join today on targets.account_id = today.account_id and targets.decision_date = today.decision_date
    inner join mornings
        on targets.account_id = mornings.account_id
            and mornings.morning between targets.decision_date - 365 and targets.decision_date - targets.days_left
    left join used on targets.account_id = used.account_id

),

shares as (

    select
        alike.decision_date,
        alike.account_id,
        alike.days_left,
        alike.morning,
        sum(account_days.spend) / (alike.days_left * alike.total) as spent_share
    from alike
    inner join account_days
        on alike.account_id = account_days.account_id
            and account_days.date_day between alike.morning and alike.morning + alike.days_left - 1
    where alike.total > 0
    group by alike.decision_date, alike.account_id, alike.days_left, alike.morning, alike.total

),

ranked as (

    select
        *,
        percent_rank() over (partition by decision_date, account_id order by spent_share) as rank_from_least,
        percent_rank() over (partition by decision_date, account_id order by spent_share desc) as rank_from_most,
        -- as many days side by side
        (max(morning) over account - min(morning) over account) / days_left + 1 as windows
    from shares
    window account as (partition by decision_date, account_id)

),

-- the next of k values is as likely in each of the k + 1 gaps between and around them, so the ends of 80 % lie
-- a little further out than at a tenth and nine tenths of the k
ends as (

    select
        *,
        greatest(0.1 * (windows + 1) - 1, 0) / greatest(windows - 1, 1) as outside
    from ranked

)

select
    decision_date,
    account_id,
    count(*) as mornings,
    max(spent_share) filter (where rank_from_least <= outside) as spent_share_low,
    min(spent_share) filter (where rank_from_most <= outside) as spent_share_high
from ends
where windows >= 3
group by decision_date, account_id

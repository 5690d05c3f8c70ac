{#- What became of each budget that was recommended: whether it was set, and what the seven days from then on brought
    against what was expected of the money that they spent. -#}
with

as_of as (

    select * from {{ ref('int_as_of') }}

),

-- of several runs for a morning the last one counts
last_runs as (

    select
        log.decision_date,
        max_by(log.run_id, runs.published_at) as run_id
    from {{ source('history', 'decision_log') }} as log
    inner join {{ source('history', 'runs') }} as runs on log.run_id = runs.run_id
    group by log.decision_date

),

-- a budget is recommended until the next decision, or until it is no longer valid
logged as (

    select
        log.*,
        log.recommended_budget = 0 as is_pause,
        as_of.as_of,
        cast(least(
            lead(log.decision_date) over (
                partition by log.budget_level, log.budget_entity_id order by log.decision_date
            ),
            case when as_of.as_of > log.decision_date then as_of.as_of end,
            log.valid_until + 1
        ) as date) as stood_until,
        -- a pause leaves the budget as it is: it shows in a last day without spend
        least(greatest(stood_until - 1, log.decision_date + 1), log.decision_date + 6) as paused_day,
        coalesce(log.decision_date >= as_of.as_of, true) or (is_pause and paused_day >= as_of.as_of) as is_too_early
    from {{ source('history', 'decision_log') }} as log
    inner join last_runs on log.decision_date = last_runs.decision_date and log.run_id = last_runs.run_id
    cross join as_of

),

-- what the first look from then on says of the last day on which it stood; later ones say too little of it
looks as (

    select
        logged.decision_date,
        logged.budget_level,
        logged.budget_entity_id,
        min_by(budgets.daily_budget, budgets.date_day) as daily_budget,
        min_by(budgets.budget_seen_on, budgets.date_day) as seen_on
    from logged
    inner join {{ ref('int_entity_budgets') }} as budgets
        on logged.budget_level = budgets.entity_level
            and logged.budget_entity_id = budgets.entity_id
            and budgets.date_day between logged.stood_until - 1 and logged.stood_until + 13
            and budgets.budget_seen_on > logged.decision_date
    group by logged.decision_date, logged.budget_level, logged.budget_entity_id

),

mature_ages as (

    select
        curve.account_id,
        max(curve.age_days) + 1 as mature_age
    from {{ ref('int_maturity_curve') }} as curve
    inner join as_of on curve.decision_date = as_of.as_of
    group by curve.account_id

),

actuals as (

    select
        logged.decision_date,
        logged.budget_level,
        logged.budget_entity_id,
        sum(days.spend) as spend,
        sum(days.purchases_matured) as purchases,
        sum(days.purchase_value_matured) as purchase_value,
        coalesce(bool_or(days.date_day = logged.paused_day and days.spend = 0), false) as is_paused,
        coalesce(bool_or(left_out.date_day is not null), false) as is_no_evidence
    from logged
    inner join {{ ref('int_entity_days') }} as days
        on logged.budget_level = days.entity_level
            and logged.budget_entity_id = days.entity_id
            and days.date_day between logged.decision_date and logged.decision_date + 6
    left join {{ ref('int_left_out_days') }} as left_out
        on days.entity_level = left_out.entity_level
            and days.entity_id = left_out.entity_id
            and days.date_day = left_out.date_day
    group by logged.decision_date, logged.budget_level, logged.budget_entity_id

),

settings as (

    select
        interval_spread,
        aov_prior_purchases
    from {{ ref('evidence_settings') }}

),

joined as (

    select
        logged.*,
        case when logged.is_pause and actuals.is_paused then 0 else looks.daily_budget end as next_budget,
        case
            when logged.is_pause and actuals.is_paused then logged.paused_day + 1
            else looks.seen_on
        end as next_budget_seen_on,
        case
            when logged.current_budget_source <> 'estimated'
                then 1 - (logged.recommended_budget - next_budget)
                    / nullif(logged.recommended_budget - logged.current_budget, 0)
        end as applied_share,
        cast(logged.decision_date + 7 + coalesce(mature_ages.mature_age, 0) as date) as matured_on,
        coalesce(matured_on <= logged.as_of, false) as is_matured,
        actuals.spend,
        actuals.purchase_value * logged.claim_correction as revenue,
        -- what the decision expected of the money that was really spent, by the elasticity that it reckoned with
        power(
            actuals.spend / nullif(logged.expected_7d_spend, 0),
            logged.marginal_roas / nullif(logged.projected_roas, 0)
        ) as spend_factor,
        spend_factor * logged.expected_7d_revenue as expected,
        -- an order's value, of few orders drawn to the account's
        logged.claim_correction
        * (
            actuals.purchase_value + settings.aov_prior_purchases
            * sum(actuals.purchase_value) over account / nullif(sum(actuals.purchases) over account, 0)
        )
        / (actuals.purchases + settings.aov_prior_purchases) as order_value,
        -- variance of what a week brings by the luck of its purchases alone
        expected * order_value * settings.interval_spread as luck,
        is_matured and not actuals.is_no_evidence and actuals.spend > 0 and luck is not null as is_judged
    from logged
    cross join settings
    left join looks
        on logged.decision_date = looks.decision_date
            and logged.budget_level = looks.budget_level
            and logged.budget_entity_id = looks.budget_entity_id
    left join actuals
        on logged.decision_date = actuals.decision_date
            and logged.budget_level = actuals.budget_level
            and logged.budget_entity_id = actuals.budget_entity_id
    left join mature_ages on logged.account_id = mature_ages.account_id
    window account as (partition by logged.decision_date, logged.account_id)

),

-- 80 % of weeks: 1.2816 standard deviations to either side, those of the decision's interval and of luck together
with_intervals as (

    select
        *,
        greatest(
            expected - sqrt(
                power(spend_factor * (expected_7d_revenue - expected_7d_revenue_low), 2) + power(1.2816, 2) * luck
            ), 0
        ) as low,
        expected + sqrt(
            power(spend_factor * (expected_7d_revenue_high - expected_7d_revenue), 2) + power(1.2816, 2) * luck
        ) as high
    from joined

)

select
    decision_date,
    account_id,
    budget_level,
    budget_entity_id,
    budget_entity_name,
    currency,
    action,
    current_budget as budget_before,
    recommended_budget,
    cast(next_budget as decimal(18, 2)) as next_budget,
    cast(next_budget_seen_on as date) as next_budget_seen_on,
    case
        when is_too_early then 'too early'
        when next_budget is null then 'not seen'
        when abs(next_budget - recommended_budget) < 0.005 then 'applied'
        when current_budget_source = 'estimated' then 'not seen'
        when recommended_budget = current_budget then 'changed by hand'
        when abs(next_budget - current_budget) < 0.005 then 'untouched'
        when applied_share < 0 then 'opposite'
        when applied_share < 0.9 then 'partly'
        when applied_share <= 1.1 then 'applied'
        else 'changed by hand'
    end as outcome,
    case when not is_too_early then cast(applied_share as double) end as applied_share,
    is_matured,
    matured_on,
    expected_7d_spend,
    expected_7d_revenue,
    expected_7d_revenue_low,
    expected_7d_revenue_high,
    hold_7d_revenue,
    cast(case when is_matured then spend end as decimal(18, 2)) as actual_7d_spend,
    cast(case when is_matured then revenue end as decimal(18, 2)) as actual_7d_revenue,
    cast(case when is_judged then expected end as decimal(18, 2)) as expected_at_spend,
    cast(case when is_judged then low end as decimal(18, 2)) as expected_at_spend_low,
    cast(case when is_judged then high end as decimal(18, 2)) as expected_at_spend_high,
    case when is_judged then revenue between low and high end as is_within_interval,
    run_id
from with_intervals

with

targets as (

    select
        account_targets.*,
        greatest(monthly_amount - spent_so_far, 0) as left_over,
        cast(round(100 * abs(target_total / nullif(current_total, 0) - 1)) as integer) as change_pct,
        projected_month_end_spend - spent_so_far as projected_rest,
        spent_so_far + projected_rest * budget_use.spent_share_low as month_end_spend_low,
        spent_so_far + projected_rest * budget_use.spent_share_high as month_end_spend_high
    from {{ ref('account_targets') }} as account_targets
    inner join {{ ref('int_as_of') }} as as_of on account_targets.decision_date = as_of.as_of
    left join {{ ref('budget_use') }} as budget_use
        on account_targets.account_id = budget_use.account_id
            and account_targets.decision_date = budget_use.decision_date

),

amounts as (

    select
        *,
        {%- for amount in ['left_over', 'monthly_amount', 'planned_total', 'target_total', 'shortfall', 'excess'] %}
        cast(cast({{ amount }} as decimal(18, 2)) as varchar) as {{ amount }}_text{{ "," if not loop.last }}
        {%- endfor %}
    from targets

),

-- what is not to be said is null, which concat leaves out
noted as (

    select
        *,
        case
            when monthly_amount is null
                then 'No monthly budget is set: the budgets add up to what they do today.'
            else left_over_text || ' of ' || monthly_amount_text || coalesce(' ' || currency, '') || ' are left for '
                || days_left || ' days, ' || planned_total_text || ' a day'
        end as plan_note,
        case
            when planned_total > highest_total and days_left <= last_days_guard
                then '; so near the month''s end the total rises no further than to ' || target_total_text || '.'
            when planned_total > highest_total
                then '; the total rises step by step, today by ' || change_pct || ' % to ' || target_total_text || '.'
            when planned_total < lowest_total
                then '; the total falls step by step, today by ' || change_pct || ' % to ' || target_total_text || '.'
            when planned_total is not null then '.'
        end as step_note,
        case
            when shortfall >= 0.01 then ' ' || shortfall_text || ' will be left over.'
            when excess >= 0.01 then ' The month ends ' || excess_text || ' above its budget.'
        end as end_note
    from amounts

)

select
    decision_date,
    data_through,
    account_id,
    account_name,
    month,
    currency,
    cast(monthly_amount as decimal(18, 2)) as monthly_budget,
    cast(spent_so_far as decimal(18, 2)) as spent_so_far,
    days_left,
    cast(planned_total as decimal(18, 2)) as planned_total_per_day,
    cast(current_total as decimal(18, 2)) as current_total_per_day,
    cast(target_total as decimal(18, 2)) as target_total_per_day,
    cast(projected_month_end_spend as decimal(18, 2)) as projected_month_end_spend,
    cast(month_end_spend_low as decimal(18, 2)) as projected_month_end_spend_low,
    cast(month_end_spend_high as decimal(18, 2)) as projected_month_end_spend_high,
    cast(shortfall as decimal(18, 2)) as shortfall,
    cast(excess as decimal(18, 2)) as excess,
    concat(plan_note, step_note, end_note) as note,
    run_id
from noted

with

other_totals as (

    select * from {{ ref('other_totals') }}

),

final as (

    select
        decision_date,
        account_id,
        account_name,
        total_share,
        cast(account_budget as decimal(18, 2)) as account_budget,
        budget_level,
        budget_entity_id,
        budget_entity_name,
        currency,
        cast(current_budget as decimal(18, 2)) as current_budget,
        cast(scenario_budget as decimal(18, 2)) as scenario_budget,
        cast(scenario_7d_spend as decimal(18, 2)) as scenario_7d_spend,
        cast(scenario_7d_revenue as decimal(18, 2)) as scenario_7d_revenue,
        cast(scenario_7d_revenue_low as decimal(18, 2)) as scenario_7d_revenue_low,
        cast(scenario_7d_revenue_high as decimal(18, 2)) as scenario_7d_revenue_high,
        cast(account_7d_spend as decimal(18, 2)) as account_7d_spend,
        cast(account_7d_revenue as decimal(18, 2)) as account_7d_revenue,
        cast(account_7d_revenue_low as decimal(18, 2)) as account_7d_revenue_low,
        cast(account_7d_revenue_high as decimal(18, 2)) as account_7d_revenue_high,
        account_marginal_roas,
        account_marginal_roas_low,
        account_marginal_roas_high,
        cast(unplaced_budget as decimal(18, 2)) as unplaced_budget,
        run_id
    from other_totals

)

select * from final

{#- with the parameters that made them, and with what later builds remember of this morning, also where these tables
    alone are built -#}
-- depends_on: {{ ref('parameters') }}, {{ ref('int_budgets_current') }}, {{ ref('int_extract_values') }}
with

decisions as (

    select * from {{ ref('decisions') }}

),

final as (

    select
        decision_date,
        data_through,
        cast(decision_date + {{ parameter('safety_rules.cooldown_days', 'integer') }} as date) as valid_until,
        account_id,
        budget_level,
        budget_entity_id,
        budget_entity_name,
        campaign_id,
        adset_id,
        budget_type,
        currency,
        cast(current_budget as decimal(18, 2)) as current_budget,
        current_budget_source,
        cast(recommended_budget as decimal(18, 2)) as recommended_budget,
        adjustment_factor,
        budget_change_pct,
        action,
        rule_id,
        rule_class,
        decision_path,
        reason,
        binding_limit,
        prob_beats_hold,
        cast(expected_7d_spend as decimal(18, 2)) as expected_7d_spend,
        cast(expected_7d_revenue as decimal(18, 2)) as expected_7d_revenue,
        cast(expected_7d_revenue_low as decimal(18, 2)) as expected_7d_revenue_low,
        cast(expected_7d_revenue_high as decimal(18, 2)) as expected_7d_revenue_high,
        expected_7d_roas,
        cast(hold_7d_revenue as decimal(18, 2)) as hold_7d_revenue,
        account_name,
        campaign_name,
        matched_rules,
        projected_roas,
        projected_roas_low,
        projected_roas_high,
        marginal_roas,
        clearing_marginal_roas,
        cast(lower_limit as decimal(18, 2)) as lower_limit,
        cast(upper_limit as decimal(18, 2)) as upper_limit,
        cast(unplaced_budget as decimal(18, 2)) as unplaced_budget,
        shopify_correction * incrementality as claim_correction,
        run_id
    from decisions

)

select * from final

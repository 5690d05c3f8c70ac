{#- New audiences to set up, best first. -#}
with

recommendations as (

    select * from {{ ref('recommendations') }} where table_name = 'audience'

),

final as (

    select
        account_id,
        account_name,
        rank,
        recommendation_type,
        adset_ids,
        adset_names,
        campaign_id,
        campaign_name,
        name,
        targeting,
        audience_to_create,
        optimization_goal,
        promoted_event,
        bid_strategy,
        cast(bid_amount as decimal(18, 2)) as bid_amount,
        creative_type,
        exclusions,
        currency,
        cast(daily_budget as decimal(18, 2)) as daily_budget,
        expected_roas,
        expected_roas_low,
        expected_roas_high,
        cast(expected_cpa as decimal(18, 2)) as expected_cpa,
        cast(expected_cpa_low as decimal(18, 2)) as expected_cpa_low,
        cast(expected_cpa_high as decimal(18, 2)) as expected_cpa_high,
        cast(expected_revenue_30d as decimal(18, 2)) as expected_revenue_30d,
        cast(gain_30d as decimal(18, 2)) as gain_30d,
        cast(gain_30d_low as decimal(18, 2)) as gain_30d_low,
        cast(gain_30d_high as decimal(18, 2)) as gain_30d_high,
        confidence,
        evidence_purchases,
        evidence,
        reason,
        setup_steps,
        falsified_by,
        falsified_after_days,
        run_id
    from recommendations

)

select * from final
order by account_id, rank

{#- Changes of ad sets, best first. -#}
with

recommendations as (

    select * from {{ ref('recommendations') }} where table_name = 'adset'

),

-- what an edit changes, as it is
adsets as (

    select * from {{ ref('stg_meta__adsets') }}

),

final as (

    select
        recommendations.account_id,
        recommendations.account_name,
        recommendations.rank,
        recommendations.recommendation_type,
        recommendations.adset_ids,
        recommendations.adset_names,
        recommendations.campaign_id,
        recommendations.campaign_name,
        recommendations.name,
        recommendations.changes,
        recommendations.targeting,
        case when recommendations.targeting is not null then adsets.targeting end as targeting_before,
        recommendations.audience_to_create,
        recommendations.optimization_goal,
        recommendations.promoted_event,
        recommendations.bid_strategy,
        cast(recommendations.bid_amount as decimal(18, 2)) as bid_amount,
        cast(adsets.bid_amount as decimal(18, 2)) as bid_amount_before,
        recommendations.creative_type,
        recommendations.exclusions,
        recommendations.currency,
        cast(recommendations.daily_budget as decimal(18, 2)) as daily_budget,
        recommendations.expected_roas,
        recommendations.expected_roas_low,
        recommendations.expected_roas_high,
        cast(recommendations.expected_cpa as decimal(18, 2)) as expected_cpa,
        cast(recommendations.expected_cpa_low as decimal(18, 2)) as expected_cpa_low,
        cast(recommendations.expected_cpa_high as decimal(18, 2)) as expected_cpa_high,
        cast(recommendations.expected_revenue_30d as decimal(18, 2)) as expected_revenue_30d,
        cast(recommendations.gain_30d as decimal(18, 2)) as gain_30d,
        cast(recommendations.gain_30d_low as decimal(18, 2)) as gain_30d_low,
        cast(recommendations.gain_30d_high as decimal(18, 2)) as gain_30d_high,
        recommendations.confidence,
        recommendations.evidence_purchases,
        recommendations.evidence,
        recommendations.reason,
        recommendations.setup_steps,
        recommendations.falsified_by,
        recommendations.falsified_after_days,
        recommendations.run_id
    from recommendations
    left join adsets on recommendations.adset_ids[1] = adsets.adset_id

)

select * from final
order by account_id, rank

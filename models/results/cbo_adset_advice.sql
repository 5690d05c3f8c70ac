{#- Meta divides a campaign's budget itself: what its ad sets return, and what would let it divide better. -#}
with

unit_returns as (

    select * from {{ ref('unit_returns') }} where budget_level = 'campaign' and unit_level = 'adset'

),

campaigns as (

    select * from {{ ref('decisions') }} where budget_level = 'campaign'

),

adsets as (

    select * from {{ ref('int_entities') }} where entity_level = 'adset'

),

settings as (

    select * from {{ ref('stg_meta__adsets') }}

),

evidence as (

    select * from {{ ref('evidence_settings') }}

),

returns as (

    select
        campaigns.decision_date,
        campaigns.account_id,
        campaigns.campaign_id,
        campaigns.campaign_name,
        unit_returns.unit_id as adset_id,
        adsets.entity_name as adset_name,
        unit_returns.audience_type,
        campaigns.currency,
        unit_returns.current_spend,
        unit_returns.current_spend / nullif(
            sum(unit_returns.current_spend) over (partition by campaigns.decision_date, campaigns.campaign_id), 0
        ) as spend_share,
        count(*) over (partition by campaigns.decision_date, campaigns.campaign_id) as adsets_that_spend,
        settings.daily_min_spend_target as minimum_spend,
        unit_returns.evidence_purchases,
        unit_returns.projected_roas,
        unit_returns.elasticity,
        campaigns.marginal_roas as campaign_marginal_roas,
        -- 80 of 100 in a lognormal lie within 1.2816 standard deviations; what an account has in common moves ROAS
        -- alone, not the ratio of two returns
        exp(1.2816 * sqrt(
            unit_returns.roas_variance + power(evidence.week_drift, 2) + power(evidence.shared_week_drift, 2)
        )) as spread,
        exp(1.2816 * sqrt(unit_returns.roas_variance + power(evidence.week_drift, 2))) as spread_of_ratio,
        campaigns.run_id
    from campaigns
    cross join evidence
    inner join unit_returns
        on campaigns.decision_date = unit_returns.decision_date
            and campaigns.budget_entity_id = unit_returns.budget_entity_id
    inner join adsets on unit_returns.unit_id = adsets.entity_id
    left join settings on unit_returns.unit_id = settings.adset_id

),

compared as (

    select
        *,
        projected_roas * elasticity as marginal_roas,
        projected_roas * elasticity / nullif(campaign_marginal_roas, 0) as marginal_index
    from returns

),

advised as (

    select
        *,
        case
            when adsets_that_spend = 1 then 'leave it to Meta'
            when marginal_index / spread_of_ratio > 1 then 'let it spend more'
            when marginal_index * spread_of_ratio < 1 then 'let it spend less'
            when marginal_index is null then 'not known'
            else 'leave it to Meta'
        end as advice
    from compared

),

final as (

    select
        decision_date,
        account_id,
        campaign_id,
        campaign_name,
        adset_id,
        adset_name,
        audience_type,
        currency,
        cast(current_spend as decimal(18, 2)) as current_spend,
        spend_share,
        cast(minimum_spend as decimal(18, 2)) as minimum_spend,
        projected_roas,
        projected_roas / spread as projected_roas_low,
        projected_roas * spread as projected_roas_high,
        marginal_roas,
        marginal_index,
        marginal_index / spread_of_ratio as marginal_index_low,
        marginal_index * spread_of_ratio as marginal_index_high,
        evidence_purchases,
        advice,
        case
            when advice = 'not known' then 'No purchases to judge it by.'
            when adsets_that_spend = 1 then 'No other ad set of the campaign spends: there is nothing to divide.'
            else 'The next unit of money returns ' || round(marginal_roas, 2) || ' here and '
                || round(campaign_marginal_roas, 2) || ' in the campaign; by an 80 % interval it is '
                || round(marginal_index / spread_of_ratio, 2) || ' to '
                || round(marginal_index * spread_of_ratio, 2) || ' times that. '
                || case
                    when advice = 'let it spend more'
                        then 'If it has a maximum, remove it; if others have a minimum, lower theirs.'
                    when advice = 'let it spend less' and minimum_spend > 0
                        then 'Remove its minimum of ' || round(minimum_spend, 2) || ' a day.'
                    when advice = 'let it spend less'
                        then 'If Meta goes on giving it as much, set a maximum or pause it.'
                    else 'That is no sure difference: leave the division to Meta.'
                end
        end as reason,
        run_id
    from advised

)

select * from final

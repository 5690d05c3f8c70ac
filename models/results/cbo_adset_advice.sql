{#- Meta divides a campaign's budget itself: what its ad sets return, and what would let it divide better. -#}
with

response as (

    select * from {{ ref('unit_response') }} where budget_level = 'campaign' and unit_level = 'adset'

),

evidence as (

    select * from {{ ref('unit_evidence') }}

),

shopify as (

    select * from {{ ref('shopify_correction') }}

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

returns as (

    select
        campaigns.decision_date,
        campaigns.account_id,
        campaigns.campaign_id,
        campaigns.campaign_name,
        response.unit_id as adset_id,
        adsets.entity_name as adset_name,
        response.audience_type,
        campaigns.currency,
        response.current_spend,
        response.current_spend / nullif(
            sum(response.current_spend) over (partition by campaigns.decision_date, campaigns.campaign_id), 0
        ) as spend_share,
        count(*) over (partition by campaigns.decision_date, campaigns.campaign_id) as adsets_that_spend,
        settings.daily_min_spend_target as minimum_spend,
        evidence.evidence_purchases,
        evidence.purchase_rate * evidence.order_value * coalesce(shopify.correction, 1) * response.incrementality
            as projected_roas,
        response.elasticity,
        campaigns.marginal_roas as campaign_marginal_roas,
        -- 80 of 100 in a lognormal lie within 1.2816 standard deviations
        exp(1.2816 * sqrt(evidence.roas_variance)) as spread,
        campaigns.run_id
    from campaigns
    inner join response
        on campaigns.decision_date = response.decision_date
            and campaigns.budget_entity_id = response.budget_entity_id
    inner join adsets on response.unit_id = adsets.entity_id
    left join evidence
        on response.decision_date = evidence.decision_date
            and response.unit_level = evidence.unit_level
            and response.unit_id = evidence.unit_id
    left join shopify
        on response.decision_date = shopify.decision_date
            and response.account_id = shopify.account_id
            and response.audience_type = shopify.audience_type
    left join settings on response.unit_id = settings.adset_id

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
            when marginal_index / spread > 1 then 'let it spend more'
            when marginal_index * spread < 1 then 'let it spend less'
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
        marginal_index / spread as marginal_index_low,
        marginal_index * spread as marginal_index_high,
        evidence_purchases,
        advice,
        case
            when advice = 'not known' then 'No purchases to judge it by.'
            when adsets_that_spend = 1 then 'No other ad set of the campaign spends: there is nothing to divide.'
            else 'The next unit of money returns ' || round(marginal_roas, 2) || ' here and '
                || round(campaign_marginal_roas, 2) || ' in the campaign; by an 80 % interval it is '
                || round(marginal_index / spread, 2) || ' to ' || round(marginal_index * spread, 2) || ' times that. '
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

{#- How much of what Meta claims shows in Shopify's last clicks, against the account's usual share. -#}
with

settings as (

    select * from {{ ref('evidence_settings') }}

),

-- days on which both speak
covered_days as (

    select
        units.decision_date,
        units.account_id,
        units.campaign_id,
        units.audience_type,
        unit_days.date_day,
        unit_days.purchases,
        unit_days.shopify_orders
    from {{ ref('unit_days') }} as unit_days
    inner join {{ ref('units') }} as units
        on unit_days.decision_date = units.decision_date
            and unit_days.unit_level = units.unit_level
            and unit_days.unit_id = units.unit_id
    cross join settings
    where unit_days.age_days < settings.shopify_days
        and unit_days.shopify_orders is not null
        and unit_days.purchases is not null

),

campaigns as (

    select
        decision_date,
        account_id,
        campaign_id,
        audience_type,
        sum(purchases) as purchases,
        sum(shopify_orders) as orders,
        sum(sum(shopify_orders)) over (partition by decision_date, account_id, campaign_id) as campaign_orders
    from covered_days
    group by decision_date, account_id, campaign_id, audience_type

),

-- a campaign without a single matched order carries no UTM: it is no witness
types as (

    select
        decision_date,
        account_id,
        audience_type,
        sum(purchases) as purchases,
        sum(orders) as orders,
        sum(sum(purchases)) over account as account_purchases,
        sum(sum(orders)) over account as account_orders
    from campaigns
    where campaign_orders > 0
    group by decision_date, account_id, audience_type
    window account as (partition by decision_date, account_id)

),

covered as (

    select
        decision_date,
        account_id,
        count(distinct date_day) as days
    from covered_days
    group by decision_date, account_id

),

ratios as (

    select
        types.*,
        covered.days as covered_days,
        types.account_orders / nullif(types.account_purchases, 0) as account_ratio,
        (types.orders + settings.shopify_prior_purchases * account_ratio)
        / nullif(types.purchases + settings.shopify_prior_purchases, 0) / nullif(account_ratio, 0) as relative_ratio
    from types
    inner join covered on types.decision_date = covered.decision_date and types.account_id = covered.account_id
    cross join settings

)

select
    ratios.decision_date,
    ratios.account_id,
    ratios.audience_type,
    ratios.purchases,
    ratios.orders,
    ratios.account_ratio,
    ratios.covered_days,
    case
        when ratios.covered_days < settings.shopify_min_days then 'none'
        when ratios.account_orders < settings.shopify_min_orders then 'none'
        when ratios.relative_ratio is null then 'none'
        else 'audience type'
    end as correction_source,
    case when correction_source = 'none' then 1 else power(ratios.relative_ratio, settings.shopify_weight) end
        as correction
from ratios
cross join settings

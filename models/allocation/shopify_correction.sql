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
        -- orders say nothing of leads and the like
        and units.value_per_result is null
        and unit_days.shopify_orders is not null
        and unit_days.purchases is not null

),

-- a campaign without a single matched order carries no UTM: it is no witness
cells as (

    select
        decision_date,
        account_id,
        campaign_id,
        audience_type,
        sum(purchases) as purchases,
        sum(shopify_orders) as orders,
        sum(sum(shopify_orders)) over (partition by decision_date, account_id, campaign_id) > 0 as is_witness
    from covered_days
    group by decision_date, account_id, campaign_id, audience_type

),

accounts as (

    select
        decision_date,
        account_id,
        count(distinct date_day) as days
    from covered_days
    group by decision_date, account_id

),

types as (

    select
        decision_date,
        account_id,
        audience_type,
        sum(purchases) as purchases,
        sum(orders) as orders,
        sum(sum(purchases)) over (partition by decision_date, account_id) as account_purchases,
        sum(sum(orders)) over (partition by decision_date, account_id) as account_orders
    from cells
    where is_witness
    group by decision_date, account_id, audience_type

),

type_ratios as (

    select
        types.decision_date,
        types.account_id,
        types.audience_type,
        types.account_orders / nullif(types.account_purchases, 0) as account_ratio,
        (types.orders + settings.shopify_prior_purchases * account_ratio)
        / nullif(types.purchases + settings.shopify_prior_purchases, 0) as type_ratio
    from types
    inner join accounts
        on types.decision_date = accounts.decision_date and types.account_id = accounts.account_id
    cross join settings
    where accounts.days >= settings.shopify_min_days
        and types.account_orders >= settings.shopify_min_orders

),

campaigns as (

    select
        cells.decision_date,
        cells.account_id,
        cells.campaign_id,
        sum(cells.orders) as orders,
        sum(cells.purchases * type_ratios.type_ratio) as expected_orders
    from cells
    inner join type_ratios
        on cells.decision_date = type_ratios.decision_date
            and cells.account_id = type_ratios.account_id
            and cells.audience_type = type_ratios.audience_type
    where cells.is_witness
    group by cells.decision_date, cells.account_id, cells.campaign_id

),

-- how unlike campaigns of the same audience types are, beyond what counting explains; few of them prove little
spreads as (

    select
        campaigns.decision_date,
        campaigns.account_id,
        greatest(
            (sum(power(campaigns.orders - campaigns.expected_orders, 2) / campaigns.expected_orders) - count(*))
            / (sum(campaigns.expected_orders) * (1 + any_value(settings.prior_variance_units) / count(*))), 0
        ) as campaign_variance
    from campaigns
    cross join settings
    where campaigns.expected_orders > 0
    group by campaigns.decision_date, campaigns.account_id

),

final as (

    select
        cells.decision_date,
        cells.account_id,
        cells.campaign_id,
        cells.audience_type,
        cells.purchases,
        cells.orders,
        type_ratios.type_ratio / nullif(type_ratios.account_ratio, 0) as type_correction,
        coalesce(
            (1 + spreads.campaign_variance * campaigns.orders)
            / (1 + spreads.campaign_variance * campaigns.expected_orders), 1
        ) as campaign_correction
    from cells
    left join type_ratios
        on cells.decision_date = type_ratios.decision_date
            and cells.account_id = type_ratios.account_id
            and cells.audience_type = type_ratios.audience_type
    left join campaigns
        on cells.decision_date = campaigns.decision_date
            and cells.account_id = campaigns.account_id
            and cells.campaign_id = campaigns.campaign_id
    left join spreads on cells.decision_date = spreads.decision_date and cells.account_id = spreads.account_id

)

select
    final.decision_date,
    final.account_id,
    final.campaign_id,
    final.audience_type,
    final.purchases,
    final.orders,
    final.type_correction,
    final.campaign_correction,
    case
        when final.type_correction is null then 'none'
        when final.campaign_correction <> 1 then 'campaign'
        else 'audience type'
    end as correction_source,
    coalesce(power(final.type_correction * final.campaign_correction, settings.shopify_weight), 1) as correction
from final
cross join settings

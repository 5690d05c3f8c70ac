{#- How much of Meta's claim for retargeting shows in Shopify's last clicks, against that for all others. -#}
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

-- broad, interest and lookalike audiences differ in how well links are tagged more than in what Meta claims
sides as (

    select
        decision_date,
        account_id,
        audience_type = 'retargeting' as is_retargeting,
        coalesce(sum(purchases) filter (where is_witness), 0) as purchases,
        coalesce(sum(orders) filter (where is_witness), 0) as orders,
        sum(coalesce(sum(purchases) filter (where is_witness), 0)) over account as account_purchases,
        sum(coalesce(sum(orders) filter (where is_witness), 0)) over account as account_orders
    from cells
    group by decision_date, account_id, audience_type = 'retargeting'
    window account as (partition by decision_date, account_id)

),

ratios as (

    select
        sides.*,
        sides.purchases * sides.account_orders / nullif(sides.account_purchases, 0) as expected_orders,
        case
            when accounts.days >= settings.shopify_min_days and sides.account_orders >= settings.shopify_min_orders
                then (sides.orders + settings.shopify_prior_orders)
                    / nullif(expected_orders + settings.shopify_prior_orders, 0)
        end as ratio
    from sides
    inner join accounts
        on sides.decision_date = accounts.decision_date and sides.account_id = accounts.account_id
    cross join settings

),

-- The last click goes to whoever met a buyer last: if anything too much for retargeting, and never too little.
-- Where it shows more of the claim than elsewhere, the links tell of tags and not of buyers.
believed as (

    select
        *,
        coalesce(bool_or(is_retargeting and ratio > 1) over (partition by decision_date, account_id), false)
            as is_worse_witness
    from ratios

)

select distinct
    cells.decision_date,
    cells.account_id,
    cells.audience_type,
    believed.purchases,
    believed.orders,
    believed.expected_orders,
    case
        when believed.ratio is null then 'none'
        when believed.is_worse_witness then 'not believed'
        else 'audience type'
    end as correction_source,
    case when believed.is_worse_witness then 1 else coalesce(power(believed.ratio, settings.shopify_weight), 1) end
        as correction
from cells
inner join believed
    on cells.decision_date = believed.decision_date
        and cells.account_id = believed.account_id
        and (cells.audience_type = 'retargeting') = believed.is_retargeting
cross join settings

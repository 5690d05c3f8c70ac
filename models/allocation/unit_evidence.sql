{#- ROAS of each unit as far as its own purchases show it, drawn by what they leave open to that of its peers. -#}
with

settings as (

    select * from {{ ref('evidence_settings') }}

),

sums as (

    select
        days.decision_date,
        days.account_id,
        units.comparison_pool,
        days.unit_level,
        days.unit_id,
        coalesce(sum(days.weight * days.exposure * days.share_visible) filter (where days.purchases is not null), 0)
            as exposure,
        coalesce(sum(days.weight * days.purchases), 0) as purchases,
        coalesce(sum(days.weight * days.purchase_value), 0) as purchase_value,
        coalesce(sum(days.weight * days.weight * days.purchases), 0) as purchases_weighted_twice,
        max(days.clicks_last_week) as clicks_last_week,
        max(days.expected_last_week) as expected_last_week
    from {{ ref('unit_exposure_days') }} as days
    inner join {{ ref('units') }} as units
        on days.decision_date = units.decision_date
            and days.unit_level = units.unit_level
            and days.unit_id = units.unit_id
    group by days.decision_date, days.account_id, units.comparison_pool, days.unit_level, days.unit_id

),

-- weighted purchases vary less than counts of that size: one of them is this many of those
pools as (

    select
        decision_date,
        account_id,
        comparison_pool,
        sum(purchases) / nullif(sum(exposure), 0) as purchase_rate,
        sum(purchase_value) / nullif(sum(purchases), 0) as order_value,
        sum(purchases_weighted_twice) / nullif(sum(purchases), 0) as weighted_count
    from sums
    group by decision_date, account_id, comparison_pool

),

counted as (

    select
        sums.*,
        pools.purchase_rate,
        pools.order_value as pool_order_value,
        sums.purchases / pools.weighted_count as evidence_purchases,
        pools.purchase_rate * sums.exposure / pools.weighted_count as expected_purchases
    from sums
    inner join pools
        on sums.decision_date = pools.decision_date
            and sums.account_id = pools.account_id
            and sums.comparison_pool = pools.comparison_pool

),

-- how unlike the units are: the spread of purchases over expected ones, less what counting alone explains
spreads as (

    select
        counted.decision_date,
        counted.account_id,
        counted.comparison_pool,
        count(*) as units,
        greatest(
            (
                sum(power(counted.evidence_purchases - counted.expected_purchases, 2) / counted.expected_purchases)
                - count(*)
            ) / sum(counted.expected_purchases),
            0.02
        ) as seen_variance
    from counted
    where counted.expected_purchases > 0
    group by counted.decision_date, counted.account_id, counted.comparison_pool

),

priors as (

    select
        spreads.decision_date,
        spreads.account_id,
        spreads.comparison_pool,
        (spreads.seen_variance * spreads.units + settings.prior_variance * settings.prior_variance_units)
        / (spreads.units + settings.prior_variance_units) as prior_variance
    from spreads
    cross join settings

)

select
    counted.decision_date,
    counted.account_id,
    counted.unit_level,
    counted.unit_id,
    counted.evidence_purchases,
    counted.expected_purchases,
    priors.prior_variance,
    counted.expected_purchases / (1 / priors.prior_variance + counted.expected_purchases) as evidence_weight,
    counted.purchase_rate as prior_purchase_rate,
    counted.purchase_rate
    * (1 / priors.prior_variance + counted.evidence_purchases)
    / (1 / priors.prior_variance + counted.expected_purchases) as purchase_rate,
    (counted.purchase_value + settings.aov_prior_purchases * counted.pool_order_value)
    / nullif(counted.purchases + settings.aov_prior_purchases, 0) as order_value,
    settings.interval_spread / (1 / priors.prior_variance + counted.evidence_purchases) as roas_variance,
    counted.clicks_last_week,
    counted.expected_last_week
from counted
inner join priors
    on counted.decision_date = priors.decision_date
        and counted.account_id = priors.account_id
        and counted.comparison_pool = priors.comparison_pool
cross join settings

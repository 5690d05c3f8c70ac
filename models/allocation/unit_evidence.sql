{#- ROAS of each unit as far as its own purchases show it, drawn to the account's by what they leave open. -#}
with

settings as (

    select * from {{ ref('evidence_settings') }}

),

sums as (

    select
        decision_date,
        account_id,
        unit_level,
        unit_id,
        coalesce(sum(weight * exposure * share_visible) filter (where purchases is not null), 0) as exposure,
        coalesce(sum(weight * purchases), 0) as purchases,
        coalesce(sum(weight * purchase_value), 0) as purchase_value,
        coalesce(sum(weight * weight * purchases), 0) as purchases_weighted_twice,
        max(clicks_last_week) as clicks_last_week,
        max(expected_last_week) as expected_last_week
    from {{ ref('unit_exposure_days') }}
    group by decision_date, account_id, unit_level, unit_id

),

-- weighted purchases vary less than counts of that size: one of them is this many of those
accounts as (

    select
        decision_date,
        account_id,
        sum(purchases) / nullif(sum(exposure), 0) as purchase_rate,
        sum(purchase_value) / nullif(sum(purchases), 0) as order_value,
        sum(purchases_weighted_twice) / nullif(sum(purchases), 0) as weighted_count
    from sums
    group by decision_date, account_id

),

counted as (

    select
        sums.*,
        accounts.purchase_rate,
        accounts.order_value as account_order_value,
        sums.purchases / accounts.weighted_count as evidence_purchases,
        accounts.purchase_rate * sums.exposure / accounts.weighted_count as expected_purchases
    from sums
    inner join accounts
        on sums.decision_date = accounts.decision_date and sums.account_id = accounts.account_id

),

-- how unlike the units are: the spread of purchases over expected ones, less what counting alone explains
spreads as (

    select
        counted.decision_date,
        counted.account_id,
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
    group by counted.decision_date, counted.account_id

),

priors as (

    select
        spreads.decision_date,
        spreads.account_id,
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
    (counted.purchase_value + settings.aov_prior_purchases * counted.account_order_value)
    / nullif(counted.purchases + settings.aov_prior_purchases, 0) as order_value,
    settings.interval_spread / (1 / priors.prior_variance + counted.evidence_purchases) as roas_variance,
    counted.clicks_last_week,
    counted.expected_last_week
from counted
inner join priors
    on counted.decision_date = priors.decision_date and counted.account_id = priors.account_id
cross join settings

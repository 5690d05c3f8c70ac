{#- How much better or worse than the account's weekends those of a holder are, as far as 56 days show it. -#}
with

settings as (

    select * from {{ ref('evidence_settings') }}

),

-- the account's days tell what a weekend is worth; few purchases draw a holder to it
days as (

    select
        units.decision_date,
        units.account_id,
        units.budget_level,
        units.budget_entity_id,
        extract(isodow from unit_days.date_day) in (6, 7) as is_weekend,
        sum(unit_days.spend) as spend,
        sum(unit_days.purchases / unit_days.share_visible) as purchases,
        sum(unit_days.purchase_value / unit_days.share_visible) as purchase_value
    from {{ ref('unit_days') }} as unit_days
    inner join {{ ref('units') }} as units
        on unit_days.decision_date = units.decision_date
            and unit_days.unit_level = units.unit_level
            and unit_days.unit_id = units.unit_id
    where unit_days.age_days < 56
        and unit_days.purchase_value is not null
    group by
        units.decision_date, units.account_id, units.budget_level, units.budget_entity_id,
        extract(isodow from unit_days.date_day) in (6, 7)

),

compared as (

    select
        *,
        sum(purchase_value) over account / nullif(sum(purchases) over account, 0) as order_value,
        -- what the holder's spend would return on these days if they were to it what they are to the account
        spend * (sum(purchase_value) over holder / nullif(sum(spend) over holder, 0))
        * (sum(purchase_value) over kind / nullif(sum(spend) over kind, 0))
        / nullif(sum(purchase_value) over account / nullif(sum(spend) over account, 0), 0) as expected_value
    from days
    window
        account as (partition by decision_date, account_id),
        kind as (partition by decision_date, account_id, is_weekend),
        holder as (partition by decision_date, budget_level, budget_entity_id)

),

indexes as (

    select
        compared.decision_date,
        compared.account_id,
        compared.budget_level,
        compared.budget_entity_id,
        compared.is_weekend,
        (compared.purchase_value + settings.aov_prior_purchases * compared.order_value)
        / nullif(compared.expected_value + settings.aov_prior_purchases * compared.order_value, 0) as value_index
    from compared
    cross join settings

)

select
    decision_date,
    account_id,
    budget_level,
    budget_entity_id,
    max(case when is_weekend then value_index end) / nullif(max(case when not is_weekend then value_index end), 0)
        as weekend_index
from indexes
group by decision_date, account_id, budget_level, budget_entity_id

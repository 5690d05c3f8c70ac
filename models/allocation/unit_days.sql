{#- The days that count as evidence, as each decision date knew them. -#}
with

dates as (

    select * from {{ ref('evidence_dates') }}

),

units as (

    select * from {{ ref('units') }}

),

entity_days as (

    select * from {{ ref('int_entity_days') }} where entity_level in ('adset', 'campaign')

),

curve as (

    select * from {{ ref('int_maturity_curve') }}

),

-- what a morning saw, where a build of that morning kept it
extracts as (

    select extracts.*
    from {{ source('history', 'extracts') }} as extracts
    inner join dates
        on extracts.account_id = dates.account_id
            and extracts.seen_on = dates.decision_date
            and not dates.files_are_of_that_morning

),

joined as (

    select
        units.decision_date,
        units.account_id,
        units.unit_level,
        units.unit_id,
        entity_days.date_day,
        cast(dates.data_through - entity_days.date_day as integer) as age_days,
        entity_days.spend,
        case when dates.has_link_clicks then entity_days.link_clicks else entity_days.clicks_all end as clicks,
        dates.files_are_of_that_morning,
        entity_days.purchases as purchases_now,
        entity_days.purchase_value as purchase_value_now,
        extracts.purchases as purchases_then,
        extracts.purchase_value as purchase_value_then,
        entity_days.purchases_matured,
        entity_days.purchase_value_matured,
        entity_days.shopify_orders,
        coalesce(curve.share_visible, 1) as share_visible
    from units
    inner join dates on units.account_id = dates.account_id and units.decision_date = dates.decision_date
    inner join entity_days
        on units.unit_level = entity_days.entity_level
            and units.unit_id = entity_days.entity_id
            and entity_days.date_day between dates.first_day and dates.data_through
    left join curve
        on units.account_id = curve.account_id
            and units.decision_date = curve.decision_date
            and dates.data_through - entity_days.date_day = curve.age_days
    left join extracts
        on units.decision_date = extracts.seen_on
            and units.unit_level = extracts.entity_level
            and units.unit_id = extracts.entity_id
            and entity_days.date_day = extracts.date_day

)

select
    decision_date,
    account_id,
    unit_level,
    unit_id,
    date_day,
    age_days,
    coalesce(spend, 0) as spend,
    clicks,
    {%- for measure in ['purchases', 'purchase_value'] %}
    case
        when files_are_of_that_morning then {{ measure }}_now
        else coalesce({{ measure }}_then, {{ measure }}_matured * share_visible)
    end as {{ measure }},
    {%- endfor %}
    shopify_orders,
    share_visible
from joined

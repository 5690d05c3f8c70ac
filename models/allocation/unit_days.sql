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
    from {{ ref('int_extracts') }} as extracts
    inner join dates
        on extracts.account_id = dates.account_id
            and extracts.seen_on = dates.decision_date
            and not dates.files_are_of_that_morning

),

-- days that are no evidence for the decision; within an event that sells more its own days are
left_out as (

    select
        dates.decision_date,
        left_out.*
    from {{ ref('int_left_out_days') }} as left_out
    inner join dates
        on left_out.date_day between dates.first_day and dates.data_through
            and left_out.known_on <= dates.data_through
    where not (left_out.sells_more and left_out.last_day >= dates.decision_date)

),

-- what people buy at equal spend on the day that is decided, against ordinary days
lifts as (

    select
        dates.decision_date,
        events.entity_level,
        events.entity_id,
        min(events.first_day) as first_day,
        max(events.expected_lift) as expected_lift
    from {{ ref('int_entity_events') }} as events
    inner join dates
        on events.account_id = dates.account_id
            and dates.decision_date between events.first_day and events.last_day
    where events.sells_more
    group by dates.decision_date, events.entity_level, events.entity_id

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
        coalesce(curve.share_visible, 1) as share_visible,
        left_out.date_day is not null as is_left_out,
        coalesce(left_out.is_incident, true) as is_usual_spend,
        case when entity_days.date_day >= lifts.first_day then 1 else 1 / coalesce(lifts.expected_lift, 1) end as lift
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
    left join left_out
        on units.decision_date = left_out.decision_date
            and units.unit_level = left_out.entity_level
            and units.unit_id = left_out.entity_id
            and entity_days.date_day = left_out.date_day
    left join lifts
        on units.decision_date = lifts.decision_date
            and units.unit_level = lifts.entity_level
            and units.unit_id = lifts.entity_id

)

select
    decision_date,
    account_id,
    unit_level,
    unit_id,
    date_day,
    age_days,
    coalesce(spend, 0) as spend,
    -- the last days that show what is spent on ordinary ones: 0, 1, 2, ...
    case
        when is_usual_spend
            then row_number() over (
                partition by decision_date, unit_level, unit_id, is_usual_spend order by age_days
            ) - 1
    end as spend_age_days,
    case when not is_left_out then clicks end as clicks,
    {%- for measure in ['purchases', 'purchase_value'] %}
    case
        when is_left_out then null
        when files_are_of_that_morning then {{ measure }}_now
        else coalesce({{ measure }}_then, {{ measure }}_matured * share_visible)
    end as {{ measure }},
    {%- endfor %}
    case when not is_left_out then shopify_orders end as shopify_orders,
    share_visible,
    lift
from joined

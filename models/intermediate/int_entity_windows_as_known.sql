{#- The windows of each day as they could be read on the next morning: purchases of the last days were still
    coming in. What was missing is taken off; what an extract of that very morning showed replaces the estimate. -#}
{%- set windows = [1, 3, 7, 14, 21, 28] -%}
with

windows as (

    select * from {{ ref('int_entity_windows') }}

),

entity_days as (

    select * from {{ ref('int_entity_days') }}

),

curve as (

    select * from {{ ref('int_maturity_curve') }}

),

extracts as (

    select * from {{ source('history', 'extracts') }}

),

-- every decision date a day was still immature on, with what was visible then
visible as (

    select
        entity_days.entity_level,
        entity_days.entity_id,
        curve.decision_date,
        curve.age_days,
        curve.share_visible,
        entity_days.purchases_matured,
        entity_days.purchase_value_matured,
        entity_days.purchases as purchases_now,
        entity_days.purchase_value as purchase_value_now,
        coalesce(extracts.purchases, entity_days.purchases_matured * curve.share_visible) as purchases_then,
        coalesce(extracts.purchase_value, entity_days.purchase_value_matured * curve.share_visible)
            as purchase_value_then
    from entity_days
    inner join curve
        on entity_days.account_id = curve.account_id
            and curve.decision_date = entity_days.date_day + 1 + curve.age_days
    left join extracts
        on entity_days.entity_level = extracts.entity_level
            and entity_days.entity_id = extracts.entity_id
            and entity_days.date_day = extracts.date_day
            and curve.decision_date = extracts.seen_on
    where entity_days.purchases_matured > 0

),

missing as (

    select
        entity_level,
        entity_id,
        decision_date,
        {%- for days in windows %}
        {%- for measure in ['purchases', 'purchase_value'] %}
        sum({{ measure }}_now - {{ measure }}_then) filter (where age_days < {{ days }})
            as {{ measure }}_missing_{{ days }}d,
        sum({{ measure }}_matured - {{ measure }}_then / share_visible) filter (where age_days < {{ days }})
            as {{ measure }}_matured_missing_{{ days }}d{{ "," if not loop.last }}
        {%- endfor %}{{ "," if not loop.last }}
        {%- endfor %}
    from visible
    group by entity_level, entity_id, decision_date

)

select
    windows.* replace (
        {%- for days in windows %}
        {%- for column in ['purchases', 'purchase_value', 'purchases_matured', 'purchase_value_matured'] %}
        {%- if days != 21 or column == 'purchase_value_matured' %}
        greatest(windows.{{ column }}_{{ days }}d - coalesce(missing.{{ column }}_missing_{{ days }}d, 0), 0)
            as {{ column }}_{{ days }}d{{ "," if not (loop.last and days == 28) }}
        {%- endif %}
        {%- endfor %}
        {%- endfor %}
    )
from windows
left join missing
    on windows.entity_level = missing.entity_level
        and windows.entity_id = missing.entity_id
        and windows.date_day + 1 = missing.decision_date

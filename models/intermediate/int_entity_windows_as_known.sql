{#- The windows of each day as they could be read on the next morning, when purchases of the last days were still
    coming in: final values less the share not yet visible, corrected by what an extract of that morning showed. -#}
{%- set immature = [1, 3, 7, 14] -%}
{%- set windows = [1, 3, 7, 14, 21, 28] -%}
with

windows as (

    select * from {{ ref('int_entity_windows') }}

),

entity_days as (

    select entity_days.*
    from {{ ref('int_entity_days') }} as entity_days
    left join {{ ref('int_left_out_days') }} as left_out
        on entity_days.entity_level = left_out.entity_level
            and entity_days.entity_id = left_out.entity_id
            and entity_days.date_day = left_out.date_day
            -- what shows only later did not on this day's own morning
            and left_out.known_on = left_out.date_day
    where entity_days.purchases_matured > 0
        and left_out.date_day is null

),

curve as (

    select
        *,
        decision_date - 1 - age_days as date_day
    from {{ ref('int_maturity_curve') }}

),

estimated as (

    select
        entity_days.entity_level,
        entity_days.entity_id,
        curve.decision_date,
        curve.age_days,
        entity_days.purchases - entity_days.purchases_matured * curve.share_visible as purchases,
        entity_days.purchase_value - entity_days.purchase_value_matured * curve.share_visible as purchase_value,
        0 as purchases_matured,
        0 as purchase_value_matured
    from entity_days
    inner join curve
        on entity_days.account_id = curve.account_id and entity_days.date_day = curve.date_day

),

-- the difference between what an extract showed and what the curve makes of it
extracted as (

    select
        entity_days.entity_level,
        entity_days.entity_id,
        curve.decision_date,
        curve.age_days,
        entity_days.purchases_matured * curve.share_visible - extracts.purchases as purchases,
        entity_days.purchase_value_matured * curve.share_visible - extracts.purchase_value as purchase_value,
        entity_days.purchases_matured - extracts.purchases / curve.share_visible as purchases_matured,
        entity_days.purchase_value_matured - extracts.purchase_value / curve.share_visible
            as purchase_value_matured
    from {{ ref('int_extracts') }} as extracts
    inner join entity_days
        on extracts.entity_level = entity_days.entity_level
            and extracts.entity_id = entity_days.entity_id
            and extracts.date_day = entity_days.date_day
    inner join curve
        on entity_days.account_id = curve.account_id
            and entity_days.date_day = curve.date_day
            and extracts.seen_on = curve.decision_date

),

missing_rows as (

    select * from estimated
    union all
    select * from extracted

),

missing as (

    select
        entity_level,
        entity_id,
        decision_date
        {%- for measure in ['purchases', 'purchase_value', 'purchases_matured', 'purchase_value_matured'] %}
        {%- for days in immature %},
        sum({{ measure }}) filter (where age_days < {{ days }}) as {{ measure }}_missing_{{ days }}d
        {%- endfor %}
        {%- endfor %}
    from missing_rows
    group by entity_level, entity_id, decision_date

)

select
    windows.* replace (
        {%- for days in windows %}
        {%- for column in ['purchases', 'purchase_value', 'purchases_matured', 'purchase_value_matured'] %}
        {%- if days != 21 or column == 'purchase_value_matured' %}
        greatest(
            windows.{{ column }}_{{ days }}d - coalesce(missing.{{ column }}_missing_{{ [days, 14] | min }}d, 0), 0
        ) as {{ column }}_{{ days }}d{{ "," if not (loop.last and days == 28) }}
        {%- endif %}
        {%- endfor %}
        {%- endfor %}
    )
from windows
left join missing
    on windows.entity_level = missing.entity_level
        and windows.entity_id = missing.entity_id
        and windows.date_day + 1 = missing.decision_date

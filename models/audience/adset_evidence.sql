{#- What the days say of every ad set, and the decisions' own estimate of its returns. -#}
{%- set sums = [
    'spend', 'impressions', 'link_clicks', 'add_to_carts', 'purchases', 'purchase_value', 'purchases_matured',
    'purchase_value_matured'
] -%}
with

as_of as (

    select
        *,
        {{ parameter('audience.evidence_days', 'integer') }} as evidence_days,
        {{ parameter('audience.long_days', 'integer') }} as long_days,
        {{ parameter('advantages.model_error', 'double') }} as model_error
    from {{ ref('int_as_of') }}

),

setups as (

    select * from {{ ref('adset_setups') }}

),

-- days that are no evidence leave the sums, as they leave the decisions'
days as (

    select
        entity_days.*,
        left_out.date_day is null as is_evidence,
        entity_days.date_day > as_of.data_through - as_of.evidence_days as is_recent
    from {{ ref('int_entity_days') }} as entity_days
    cross join as_of
    left join {{ ref('int_left_out_days') }} as left_out
        on entity_days.entity_level = left_out.entity_level
            and entity_days.entity_id = left_out.entity_id
            and entity_days.date_day = left_out.date_day
            and left_out.known_on <= as_of.data_through
    where entity_days.entity_level = 'adset'
        and entity_days.date_day > as_of.data_through - as_of.long_days
        and entity_days.date_day <= as_of.data_through

),

summed as (

    select
        entity_id as adset_id,
        {%- for suffix, which in {'': 'is_evidence and is_recent', '_long': 'is_evidence'}.items() %}
        count(*) filter (where {{ which }} and spend > 0) as spending_days{{ suffix }},
        {%- for column in sums %}
        sum({{ column }}) filter (where {{ which }}) as {{ column }}{{ suffix }},
        {%- endfor %}
        -- nobody was reached twice on one day; whoever was on several may be the same or not
        max(reach) filter (where {{ which }}) as reach_low{{ suffix }},
        sum(reach) filter (where {{ which }}) as reach_high{{ suffix }},
        sum(case when reach is not null then impressions end) filter (where {{ which }})
            as impressions_with_reach{{ suffix }},
        {%- endfor %}
        sum(spend) filter (where is_recent) as spend_all_days
    from days
    group by entity_id

),

features as (

    select features.*
    from {{ ref('adset_features') }} as features
    cross join as_of
    where features.date_day = as_of.data_through

),

edits as (

    select
        edits.entity_id as adset_id,
        count(distinct edits.edited_on) filter (where edits.edited_on > as_of.data_through - 7)
            as significant_edit_days_7d,
        count(distinct edits.edited_on) as significant_edit_days
    from {{ ref('int_significant_edits') }} as edits
    cross join as_of
    where edits.entity_level = 'adset' and edits.edited_on > as_of.data_through - as_of.evidence_days
    group by edits.entity_id

),

units as (

    select unit_returns.*
    from {{ ref('unit_returns') }} as unit_returns
    inner join as_of on unit_returns.decision_date = as_of.as_of
    where unit_returns.unit_level = 'adset'

),

types as (

    select * from {{ ref('audience_types') }} where entity_level = 'adset'

),

-- also of those that no decision is made of
corrections as (

    select
        types.entity_id as adset_id,
        coalesce(shopify.correction, 1) as shopify_correction,
        coalesce(try_cast(multipliers.value ->> '$' as double), 1) as incrementality
    from types
    inner join {{ ref('int_entities') }} as entities
        on types.entity_id = entities.entity_id and entities.entity_level = 'adset'
    cross join as_of
    left join {{ ref('shopify_correction') }} as shopify
        on as_of.as_of = shopify.decision_date
            and entities.account_id = shopify.account_id
            and types.audience_type = shopify.audience_type
            and entities.value_per_result is null
    left join {{ ref('landing_parameters') }} as multipliers
        on 'incrementality.' || types.audience_type = multipliers.parameter

)

select
    setups.account_id,
    setups.campaign_id,
    setups.adset_id,
    cast(as_of.data_through - as_of.evidence_days + 1 as date) as first_day,
    cast(as_of.data_through - as_of.long_days + 1 as date) as first_day_long,
    as_of.data_through as last_day,
    coalesce(summed.spend_all_days, 0) as spend_all_days,
    {%- for suffix in ['', '_long'] %}
    coalesce(summed.spending_days{{ suffix }}, 0) as spending_days{{ suffix }},
    coalesce(summed.spend{{ suffix }}, 0) as spend{{ suffix }},
    cast(coalesce(summed.impressions{{ suffix }}, 0) as bigint) as impressions{{ suffix }},
    cast(summed.reach_low{{ suffix }} as bigint) as reach_low{{ suffix }},
    cast(summed.reach_high{{ suffix }} as bigint) as reach_high{{ suffix }},
    summed.impressions_with_reach{{ suffix }} / nullif(cast(summed.reach_high{{ suffix }} as double), 0)
        as frequency_low{{ suffix }},
    summed.impressions_with_reach{{ suffix }} / nullif(cast(summed.reach_low{{ suffix }} as double), 0)
        as frequency_high{{ suffix }},
    cast(summed.link_clicks{{ suffix }} as bigint) as link_clicks{{ suffix }},
    cast(summed.add_to_carts{{ suffix }} as double) as add_to_carts{{ suffix }},
    cast(summed.purchases{{ suffix }} as double) as purchases_reported{{ suffix }},
    summed.purchase_value{{ suffix }} as purchase_value_reported{{ suffix }},
    summed.purchases_matured{{ suffix }},
    summed.purchase_value_matured{{ suffix }},
    summed.purchase_value_matured{{ suffix }} * corrections.shopify_correction * corrections.incrementality
        as purchase_value_corrected{{ suffix }},
    summed.spend{{ suffix }} / nullif(summed.purchases_matured{{ suffix }}, 0) as cpa{{ suffix }},
    {%- endfor %}
    coalesce(corrections.shopify_correction, 1) as shopify_correction,
    coalesce(corrections.incrementality, 1) as incrementality,
    units.unit_id is not null as is_unit,
    units.evidence_purchases,
    units.expected_purchases,
    units.projected_roas as roas,
    -- decisions compare ad sets of one account, so only here counts what they do not tell
    sqrt(units.roas_variance + power(as_of.model_error, 2)) as roas_log_error,
    -- 80 of 100 in a lognormal lie within 1.2816 standard deviations
    units.projected_roas * exp(-1.2816 * roas_log_error) as roas_low,
    units.projected_roas * exp(1.2816 * roas_log_error) as roas_high,
    units.projected_roas * units.elasticity as marginal_roas,
    units.elasticity,
    1 / nullif(units.purchase_rate, 0) as expected_cpa,
    units.order_value as expected_order_value,
    units.current_spend,
    features.budget_utilization_7d,
    features.frequency_7d_low,
    features.frequency_7d_high,
    features.ctr_7d,
    features.ctr_28d,
    features.ctr_trend,
    features.ctr_against_first_weeks,
    features.cpm_7d,
    features.cpm_28d,
    features.age_days,
    features.learning_status,
    features.learning_status_source,
    features.conversions_7d,
    features.days_since_budget_change,
    features.days_since_significant_edit,
    coalesce(edits.significant_edit_days_7d, 0) as significant_edit_days_7d,
    coalesce(edits.significant_edit_days, 0) as significant_edit_days,
    features.active_ads,
    features.newest_ad_age_days,
    features.best_ad_spend_share_7d
from setups
cross join as_of
left join summed on setups.adset_id = summed.adset_id
left join features on setups.adset_id = features.adset_id
left join edits on setups.adset_id = edits.adset_id
left join units on setups.adset_id = units.unit_id
left join corrections on setups.adset_id = corrections.adset_id

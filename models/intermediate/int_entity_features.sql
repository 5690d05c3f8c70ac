{{ config(materialized='view') }}
{#- Ratios of the window sums, once with the values of the newest files ('latest') and once as each next morning
    knew them ('as_known'). Ratios come from sums, never from averages of ratios. -#}
{%- set windows = [1, 3, 7, 14, 28] -%}
with

both_views as (

    select
        'latest' as basis,
        *
    from {{ ref('int_entity_windows') }}

    union all by name

    select
        'as_known' as basis,
        *
    from {{ ref('int_entity_windows_as_known') }}

),

ratios as (

    select
        *,
        {%- for days in windows %}
        link_clicks_{{ days }}d / nullif(cast(impressions_{{ days }}d as double), 0) as ctr_{{ days }}d,
        spend_{{ days }}d * 1000 / nullif(impressions_{{ days }}d, 0) as cpm_{{ days }}d,
        spend_{{ days }}d / nullif(link_clicks_{{ days }}d, 0) as cpc_{{ days }}d,
        purchases_{{ days }}d / nullif(link_clicks_{{ days }}d, 0) as cvr_{{ days }}d,
        spend_{{ days }}d / nullif(purchases_{{ days }}d, 0) as cpa_{{ days }}d,
        purchase_value_{{ days }}d / nullif(purchases_{{ days }}d, 0) as aov_{{ days }}d,
        purchase_value_{{ days }}d / nullif(spend_{{ days }}d, 0) as roas_{{ days }}d,
        purchase_value_matured_{{ days }}d / nullif(spend_{{ days }}d, 0) as roas_matured_{{ days }}d,
        shopify_revenue_{{ days }}d / nullif(covered_spend_{{ days }}d, 0) as shopify_roas_{{ days }}d,
        {%- endfor %}
        {#- this week, the week before and the one before that #}
        purchase_value_matured_7d / nullif(spend_7d, 0) as roas_week_1,
        (purchase_value_matured_14d - purchase_value_matured_7d) / nullif(spend_14d - spend_7d, 0) as roas_week_2,
        (purchase_value_matured_21d - purchase_value_matured_14d) / nullif(spend_21d - spend_14d, 0) as roas_week_3,
        link_clicks_7d / nullif(cast(impressions_7d as double), 0) as ctr_week_1,
        (link_clicks_14d - link_clicks_7d) / nullif(cast(impressions_14d - impressions_7d as double), 0)
            as ctr_week_2,
        (link_clicks_21d - link_clicks_14d) / nullif(cast(impressions_21d - impressions_14d as double), 0)
            as ctr_week_3,
        spend_7d / nullif(impressions_7d, 0) as cpm_week_1,
        (spend_14d - spend_7d) / nullif(impressions_14d - impressions_7d, 0) as cpm_week_2,
        (spend_21d - spend_14d) / nullif(impressions_21d - impressions_14d, 0) as cpm_week_3,
        spend_7d as spend_week_1,
        spend_14d - spend_7d as spend_week_2,
        spend_21d - spend_14d as spend_week_3
    from both_views

),

final as (

    select
        * exclude (
            {%- for measure in ['roas', 'ctr', 'cpm', 'spend'] %}
            {%- for week in [1, 2, 3] %}
            {{ measure }}_week_{{ week }},
            {%- endfor %}
            {%- endfor %}
            {%- for days in windows %}
            covered_spend_{{ days }}d,
            {%- endfor %}
            purchase_value_matured_21d, spend_21d, impressions_21d, link_clicks_21d
        ),
        {%- for measure in ['roas', 'ctr', 'cpm', 'spend'] %}
        case when days_observed >= 14 then {{ measure }}_week_1 / nullif({{ measure }}_week_2, 0) - 1 end
            as {{ measure }}_trend,
        case
            when days_observed >= 21
                then {{ measure }}_week_1 / nullif({{ measure }}_week_2, 0)
                    - {{ measure }}_week_2 / nullif({{ measure }}_week_3, 0)
        end as {{ measure }}_acceleration,
        {%- endfor %}
        case when days_observed >= 7 then roas_stddev_14d / nullif(roas_mean_14d, 0) end as roas_volatility_14d,
        case when days_observed >= 7 then spend_stddev_14d / nullif(spend_mean_14d, 0) end as spend_volatility_14d,
        {%- for days in [7, 28] %}
        impressions_with_reach_{{ days }}d / nullif(cast(reach_{{ days }}d as double), 0)
            as frequency_{{ days }}d_low,
        impressions_with_reach_{{ days }}d / nullif(cast(max_reach_{{ days }}d as double), 0)
            as frequency_{{ days }}d_high,
        new_buyer_orders_{{ days }}d / nullif(cast(known_buyer_orders_{{ days }}d as double), 0)
            as new_buyer_share_{{ days }}d,
        {%- endfor %}
        ctr_7d / nullif(ctr_first_14d, 0) - 1 as ctr_against_first_weeks,
        roas_28d / nullif(shopify_roas_28d, 0) as meta_to_shopify_ratio_28d
    from ratios

)

select * from final

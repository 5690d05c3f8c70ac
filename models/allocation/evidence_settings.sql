{#- The parameters that the evidence reads, typed, so that each is looked up once. -#}
{%- set settings = {
    'evidence.history_days': 'integer',
    'evidence.half_life_days': 'double',
    'evidence.elasticity_decline': 'double',
    'evidence.click_weight': 'double',
    'evidence.click_prior': 'double',
    'evidence.aov_prior_purchases': 'double',
    'evidence.prior_variance': 'double',
    'evidence.prior_variance_units': 'double',
    'evidence.shopify_weight': 'double',
    'evidence.shopify_days': 'integer',
    'evidence.shopify_prior_orders': 'double',
    'evidence.shopify_min_days': 'integer',
    'evidence.shopify_min_orders': 'integer',
    'evidence.member_response_prior': 'double',
    'evidence.member_response_half_life_days': 'double',
    'evidence.limited_below': 'double',
    'evidence.limited_days': 'integer',
    'evidence.limited_min_days': 'integer',
    'evidence.ceiling_half_life_days': 'double',
    'evidence.interval_spread': 'double',
    'evidence.week_drift': 'double',
    'evidence.shared_week_drift': 'double',
} -%}
select
    {%- for path, type in settings.items() %}
    max(case when parameter = '{{ path }}' then try_cast(value ->> '$' as {{ type }}) end)
        as {{ path.split('.')[1] }}{{ "," if not loop.last }}
    {%- endfor %}
from {{ ref('landing_parameters') }}

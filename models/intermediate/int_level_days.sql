{#- Own rows of a level win per account and day, else the next finer level rolls up. -#}
{%- set measures = [
    'spend', 'impressions', 'clicks_all', 'link_clicks', 'landing_page_views', 'add_to_carts', 'checkouts',
    'purchases', 'purchases_1d_click', 'purchases_7d_click',
    'purchase_value', 'purchase_value_1d_click', 'purchase_value_7d_click'
] -%}
{%- set ids = {
    'ad': ['account_id', 'campaign_id', 'adset_id', 'ad_id'],
    'adset': ['account_id', 'campaign_id', 'adset_id'],
    'campaign': ['account_id', 'campaign_id'],
    'account': ['account_id'],
} -%}
{%- set finer = {'adset': 'ad', 'campaign': 'adset', 'account': 'campaign'} -%}
-- depends_on: {{ ref('stg_meta__changed_from') }}
with

insights as (

    select * from {{ ref('stg_meta__insights') }} where date_day >= {{ changed_from() }}

),

own_days as (

    select distinct
        level,
        account_id,
        date_day
    from insights

),

ad_days as (

    select
        {{ ids['ad'] | join(',\n        ') }},
        date_day,
        'own' as rows_from,
        reach,
        goal_results,
        {%- for measure in measures %}
        cast({{ measure }} as double) as {{ measure }}{{ "," if not loop.last }}
        {%- endfor %}
    from insights
    where level = 'ad'

),
{% for level, finer_level in finer.items() %}
{{ level }}_days as (

    select
        {{ ids[level] | join(',\n        ') }},
        date_day,
        'own' as rows_from,
        reach,
        goal_results,
        {%- for measure in measures %}
        cast({{ measure }} as double) as {{ measure }}{{ "," if not loop.last }}
        {%- endfor %}
    from insights
    where level = '{{ level }}'

    union all

    select
        {%- for id in ids[level] %}
        {{ finer_level }}_days.{{ id }},
        {%- endfor %}
        {{ finer_level }}_days.date_day,
        'rolled up' as rows_from,
        -- people reached by several {{ finer_level }}s overlap
        null as reach,
        flatten(
            list({{ finer_level }}_days.goal_results) filter (where {{ finer_level }}_days.goal_results is not null)
        ) as goal_results,
        {%- for measure in measures %}
        sum({{ finer_level }}_days.{{ measure }}) as {{ measure }}{{ "," if not loop.last }}
        {%- endfor %}
    from {{ finer_level }}_days
    left join own_days
        on own_days.level = '{{ level }}'
            and {{ finer_level }}_days.account_id = own_days.account_id
            and {{ finer_level }}_days.date_day = own_days.date_day
    where own_days.date_day is null
    group by
        {%- for id in ids[level] %}
        {{ finer_level }}_days.{{ id }},
        {%- endfor %}
        {{ finer_level }}_days.date_day

),
{% endfor %}
all_levels as (
{% for level in ids %}
    select
        '{{ level }}' as entity_level,
        {{ level }}_id as entity_id,
        account_id,
        {{ 'campaign_id' if 'campaign_id' in ids[level] else 'cast(null as varchar) as campaign_id' }},
        {{ 'adset_id' if 'adset_id' in ids[level] else 'cast(null as varchar) as adset_id' }},
        date_day,
        rows_from,
        reach,
        goal_results,
        {{ measures | join(',\n        ') }}
    from {{ level }}_days
    {{ "union all" if not loop.last }}
{% endfor %}
)

select * from all_levels

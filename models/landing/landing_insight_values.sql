-- depends_on: {{ ref('landing_gate') }}
-- depends_on: {{ ref('landing_file_states') }}
{%- set worded = [
    'campaign_budget', 'campaign_budget_type', 'adset_budget', 'adset_budget_type', 'ends', 'attribution_setting',
    'delivery', 'objective', 'buying_type', 'result_indicator'
] %}
with

-- DuckDB would copy what is read more than once, lists and all
found as not materialized (

    select * from {{ ref('landing_insights') }} where problem is null and {{ is_new_file() }}

),

words as (

    {%- for column in worded %}
    select distinct
        '{{ column }}' as column_name,
        {{ column }} as word
    from found
    where {{ column }} <> ''
    {{- "\n\n    union all\n" if not loop.last }}
    {%- endfor %}

),

translations as (

    select
        words.column_name,
        words.word,
        min(meta_values.canonical) as english
    from words
    inner join {{ ref('meta_values') }} as meta_values
        on words.column_name like '%' || meta_values.field
            and lower(nfc_normalize(trim(words.word))) like meta_values.value
    group by words.column_name, words.word

),

-- everything later compares with what Ads Manager says in English
insights as (

    select
        found.* replace (
            {%- for column in worded %}
            coalesce({{ column }}_words.english, found.{{ column }}) as {{ column }}{{ "," if not loop.last }}
            {%- endfor %}
        )
    from found
    {%- for column in worded %}
    left join translations as {{ column }}_words
        on {{ column }}_words.column_name = '{{ column }}' and found.{{ column }} = {{ column }}_words.word
    {%- endfor %}

),

default_account as (

    select * from {{ ref('landing_default_account') }}

),

action_types as (

    select
        {%- for metric in [
            'purchase', 'add_to_cart', 'initiate_checkout', 'landing_page_view', 'link_click'
        ] %}
        list(action_type order by priority) filter (where metric = '{{ metric }}') as {{ metric }}_types
        {{- "," if not loop.last }}
        {%- endfor %}
    from {{ ref('action_priority') }}

),

goals as (

    select * from {{ ref('goals') }}

),

-- one row: what a result is worth of, and the action types that report one, widest first
valued_goals as (

    select list({ 'goal': goal, 'types': types } order by goal) as valued_goals
    from (
        select
            valued.goal,
            list(priorities.action_type order by priorities.priority)
                filter (where priorities.action_type is not null) as types
        from (select unnest(json_keys({{ parameter('targets.value_per_result', 'json') }})) as goal) as valued
        left join goals on valued.goal = goals.goal and goals.source = 'result'
        left join {{ ref('action_priority') }} as priorities on goals.name = upper(priorities.action_type)
        group by valued.goal
    )

),

with_types as (

    select
        insights.*,
        upper(replace(insights.result_indicator, 'actions:', '')) as result_type,
        goals.goal as goal_of_result,
        list_transform(actions, lambda a: a.action_type) as counted_types,
        list_transform(action_values, lambda a: a.action_type) as valued_types
    from insights
    left join goals
        on goals.source = 'result' and upper(replace(insights.result_indicator, 'actions:', '')) = goals.name

),

-- one action type per metric: the first in priority order that the row has; never a sum over types
picked as (

    select
        with_types.*,
        {{ first_action('counted_types', 'purchase_types') }} as count_type,
        {{ first_action('valued_types', 'purchase_types') }} as value_type,
        {{ first_action('counted_types', 'add_to_cart_types') }} as add_to_cart_type,
        {{ first_action('counted_types', 'initiate_checkout_types') }} as checkout_type,
        {{ first_action('counted_types', 'landing_page_view_types') }} as landing_page_view_type,
        {{ first_action('counted_types', 'link_click_types') }} as link_click_type,
        list_contains(purchase_types, replace(with_types.result_indicator, 'actions:', '')) as result_is_purchase
    from with_types
    cross join action_types

),

typed as (

    select
        file_id,
        file_row,
        level,
        account_name,
        campaign_id,
        campaign_name,
        adset_id,
        adset_name,
        ad_id,
        ad_name,
        upper(account_currency) as currency,
        objective,
        optimization_goal,
        -- Ads Manager's words for it, now and formerly
        case
            when upper(buying_type) in ('RESERVATION', 'REACH AND FREQUENCY') then 'RESERVED'
            else upper(buying_type)
        end as buying_type,
        result_type,
        attribution_setting,
        delivery,
        campaign_budget,
        campaign_budget_type,
        adset_budget,
        adset_budget_type,
        last_significant_edit,
        starts,
        ends,
        age,
        gender,
        country,
        region,
        publisher_platform,
        platform_position,
        coalesce(device_platform, impression_device) as device,
        other_breakdown,
        coalesce(
            age, gender, country, region, publisher_platform, platform_position, device_platform, impression_device,
            other_breakdown
        ) is not null as has_breakdown,
        try_cast(date_start as date) as date_day,
        try_cast(date_start as date) = try_cast(coalesce(date_stop, date_start) as date) as is_daily,
        coalesce({{ number('spend', 'decimal(18, 4)') }}, 0) as spend,
        coalesce({{ number('impressions', 'bigint') }}, 0) as impressions,
        {{ number('reach', 'bigint') }} as reach,
        {{ number('clicks_all', 'bigint') }} as clicks_all,
        coalesce(
            {{ number('link_clicks', 'bigint') }}, cast({{ action_sum('actions', 'link_click_type') }} as bigint)
        ) as link_clicks,
        {{ action_sum('actions', 'landing_page_view_type') }} as landing_page_views,
        {{ action_sum('actions', 'add_to_cart_type') }} as add_to_carts,
        {{ action_sum('actions', 'checkout_type') }} as checkouts,
        coalesce(
            {{ action_sum('actions', 'count_type') }},
            case when result_is_purchase then {{ number('results', 'double') }} end
        ) as purchases,
        {{ action_sum('actions', 'count_type', 'value_1d_click') }} as purchases_1d_click,
        {{ action_sum('actions', 'count_type', 'value_7d_click') }} as purchases_7d_click,
        case
            when value_type is not null then {{ action_sum('action_values', 'value_type') }}
            else {{ number('purchase_roas', 'double') }} * {{ number('spend', 'double') }}
        end as purchase_value,
        {{ action_sum('action_values', 'value_type', 'value_1d_click') }} as purchase_value_1d_click,
        {{ action_sum('action_values', 'value_type', 'value_7d_click') }} as purchase_value_7d_click,
        case
            when value_type is not null then 'reported'
            when purchase_roas is not null then 'roas_times_spend'
        end as purchase_value_source,
        -- of goals with a value: the results that the row itself names, else the first action type that it has
        list_filter(
            list_transform(
                valued_goals,
                lambda g: {
                    'goal': g.goal,
                    'results': case
                        when goal_of_result = g.goal then {{ number('results', 'double') }}
                        else {{ action_sum('actions', first_action('counted_types', 'g.types')) }}
                    end
                }
            ),
            lambda g: g.results is not null
        ) as goal_results,
        coalesce(
            count_type, value_type, case when result_is_purchase then replace(result_indicator, 'actions:', '') end
        ) as purchase_type,
        coalesce(picked.account_id, default_account.account_id) as account_id
    from picked
    cross join default_account
    cross join valued_goals

)

select * from typed

{{ config(materialized='view') }}
{#- Everything known of an ad set or campaign at the end of a day: its own windows beside those of its campaign
    and account, its ads, its budget, the calendar. -#}
{%- set day_columns = [
    'spend', 'impressions', 'reach', 'clicks_all', 'link_clicks', 'landing_page_views', 'add_to_carts', 'checkouts',
    'purchases', 'purchase_value', 'purchases_matured', 'purchase_value_matured', 'share_visible',
    'shopify_orders', 'shopify_revenue', 'known_buyer_orders', 'new_buyer_orders'
] -%}
{#- of these a past morning saw less, so they are the window of one day, which knows both views -#}
{%- set restated = ['purchases', 'purchase_value', 'purchases_matured', 'purchase_value_matured'] -%}
{%- set own_windows = [
    'spend', 'impressions', 'link_clicks', 'purchases', 'purchase_value', 'purchases_matured',
    'purchase_value_matured', 'shopify_orders', 'shopify_revenue',
    'ctr', 'cpm', 'cpc', 'cvr', 'cpa', 'aov', 'roas', 'roas_matured', 'shopify_roas'
] -%}
{%- set parent_columns = [
    'spend_7d', 'spend_28d', 'purchases_7d', 'purchases_28d', 'ctr_7d', 'cpm_7d', 'cpa_28d',
    'roas_7d', 'roas_28d', 'roas_matured_7d', 'roas_matured_28d', 'roas_trend', 'shopify_roas_28d'
] -%}
with

-- DuckDB would copy what is read more than once, with all of its columns
features as not materialized (

    select * from {{ ref('int_entity_features') }}

),

own as (

    select * from features where entity_level in ('adset', 'campaign')

),

campaigns as (

    select * from features where entity_level = 'campaign'

),

accounts as (

    select * from features where entity_level = 'account'

),

entity_days as (

    select * from {{ ref('int_entity_days') }}

),

account_days as (

    select * from entity_days where entity_level = 'account'

),

entities as (

    select * from {{ ref('int_entities') }}

),

budgets as (

    select * from {{ ref('int_entity_budgets') }}

),

-- few columns first: DuckDB may keep in memory either side of a join, and would the many columns of windows
days_with_all as (

    select
        entity_days.*,
        budgets.daily_budget,
        budgets.budget_source,
        budgets.days_since_budget_change,
        budgets.budget_change_ratio,
        budgets.budget_change_source,
        budgets.budget_utilization_7d,
        ads.active_ads,
        ads.best_ad_spend_share_7d,
        ads.best_ad_value_share_7d,
        ads.ad_ctr_spread_7d,
        ads.ad_roas_spread_7d,
        ads.newest_ad_age_days
    from entity_days
    left join budgets
        on entity_days.entity_level = budgets.entity_level
            and entity_days.entity_id = budgets.entity_id
            and entity_days.date_day = budgets.date_day
    left join {{ ref('int_entity_ads') }} as ads
        on entity_days.entity_level = ads.entity_level
            and entity_days.entity_id = ads.entity_id
            and entity_days.date_day = ads.date_day

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

joined as (

    select
        own.basis,
        own.date_day,
        cast(own.date_day + 1 as date) as decision_date,
        own.entity_level,
        own.entity_id,
        own.account_id,
        own.campaign_id,
        own.adset_id,
        entities.entity_name,
        entities.campaign_name,
        entities.account_name,
        entities.id_source,
        entities.currency,
        entities.objective,
        entities.optimization_goal,
        entities.attribution_setting,
        entities.budget_level,
        entities.is_budget_holder,
        entities.status,
        entities.bid_strategy,
        -- the day itself
        {%- for column in day_columns %}
        {% if column in restated -%}
        -- of a day that is in no window the files' own word
        case
            when own.basis = 'latest' then coalesce(own.{{ column }}_1d, days_with_all.{{ column }})
            else own.{{ column }}_1d
        end as {{ column }},
        {%- else -%}
        days_with_all.{{ column }},
        {%- endif %}
        {%- endfor %}
        days_with_all.rows_from,
        -- windows ending with the day
        {%- for column in own_windows %}
        {%- for days in [1, 3, 7, 14, 28] %}
        own.{{ column }}_{{ days }}d,
        {%- endfor %}
        {%- endfor %}
        own.clicks_all_7d,
        own.clicks_all_28d,
        own.add_to_carts_7d,
        own.add_to_carts_28d,
        own.checkouts_7d,
        own.checkouts_28d,
        own.spending_days_7d,
        own.spending_days_28d,
        own.roas_trend,
        own.roas_acceleration,
        own.ctr_trend,
        own.ctr_acceleration,
        own.cpm_trend,
        own.cpm_acceleration,
        own.spend_trend,
        own.spend_acceleration,
        own.roas_volatility_14d,
        own.spend_volatility_14d,
        own.frequency_7d_low,
        own.frequency_7d_high,
        own.frequency_28d_low,
        own.frequency_28d_high,
        own.ctr_against_first_weeks,
        own.meta_to_shopify_ratio_28d,
        own.new_buyer_share_28d,
        -- budget
        days_with_all.daily_budget,
        days_with_all.budget_source,
        days_with_all.days_since_budget_change,
        days_with_all.budget_change_ratio,
        days_with_all.budget_change_source,
        days_with_all.budget_utilization_7d,
        own.spend_7d / nullif(campaigns.spend_7d, 0) as campaign_spend_share_7d,
        own.spend_7d / nullif(accounts.spend_7d, 0) as account_spend_share_7d,
        -- age and learning
        coalesce(greatest(own.date_day - least(entities.start_date, entities.first_delivery_day), 0), 0) as age_days,
        own.days_observed,
        -- the later of the two where both are known
        least(
            case
                when own.date_day + 1 >= cast(entities.last_significant_edit_at as date)
                    then own.date_day + 1 - cast(entities.last_significant_edit_at as date)
            end,
            own.date_day + 1 - edits.edited_on
        ) as days_since_significant_edit,
        case
            when own.date_day = as_of.data_through and as_of.is_newest then entities.learning_status
        end as reported_learning_status,
        coalesce(
            case when own.date_day = as_of.data_through and as_of.is_newest then entities.learning_conversions end,
            own.purchases_7d
        ) as conversions_7d,
        -- against campaign and account
        own.roas_matured_7d / nullif(campaigns.roas_matured_7d, 0) as roas_to_campaign_7d,
        own.roas_matured_28d / nullif(campaigns.roas_matured_28d, 0) as roas_to_campaign_28d,
        own.roas_matured_7d / nullif(accounts.roas_matured_7d, 0) as roas_to_account_7d,
        own.roas_matured_28d / nullif(accounts.roas_matured_28d, 0) as roas_to_account_28d,
        {%- for parent in ['campaign', 'account'] %}
        {%- for column in parent_columns %}
        {{ parent }}s.{{ column }} as {{ parent }}_{{ column }},
        {%- endfor %}
        {%- endfor %}
        account_days.shopify_revenue as account_shopify_revenue,
        accounts.meta_to_shopify_ratio_28d as account_meta_to_shopify_ratio_28d,
        accounts.new_buyer_share_28d as account_new_buyer_share_28d,
        -- ads
        days_with_all.active_ads,
        days_with_all.best_ad_spend_share_7d,
        days_with_all.best_ad_value_share_7d,
        days_with_all.ad_ctr_spread_7d,
        days_with_all.ad_roas_spread_7d,
        days_with_all.newest_ad_age_days,
        -- calendar
        days.weekday,
        days.is_weekend,
        days.month,
        days.quarter,
        days.northern_season,
        days.event_name,
        days.is_event,
        as_of.run_id
    from own
    cross join as_of
    inner join days_with_all
        on own.entity_level = days_with_all.entity_level
            and own.entity_id = days_with_all.entity_id
            and own.date_day = days_with_all.date_day
    inner join entities on own.entity_level = entities.entity_level and own.entity_id = entities.entity_id
    inner join {{ ref('int_dates') }} as days on own.date_day = days.date_day
    left join campaigns
        on own.basis = campaigns.basis
            and own.campaign_id = campaigns.entity_id
            and own.date_day = campaigns.date_day
    left join accounts
        on own.basis = accounts.basis
            and own.account_id = accounts.entity_id
            and own.date_day = accounts.date_day
    left join account_days on own.account_id = account_days.entity_id and own.date_day = account_days.date_day
    left join {{ ref('int_significant_edits') }} as edits
        on own.entity_level = edits.entity_level
            and own.entity_id = edits.entity_id
            and own.date_day >= edits.known_from
            and (edits.next_known_from is null or own.date_day < edits.next_known_from)

),

final as (

    select
        * exclude (reported_learning_status, run_id),
        case
            when reported_learning_status = 'LEARNING' then 'learning'
            when reported_learning_status = 'SUCCESS' then 'out of learning'
            when reported_learning_status = 'FAIL' then 'learning limited'
            -- Meta's help: about 50 optimization events within 7 days of the start or the last significant edit
            when least(age_days, coalesce(days_since_significant_edit, age_days)) < 7 and conversions_7d < 50
                then 'learning'
            else 'out of learning'
        end as learning_status,
        case when reported_learning_status is not null then 'reported' else 'inferred' end as learning_status_source,
        run_id
    from joined

)

select * from final

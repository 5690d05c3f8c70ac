{#- All that rules and allocation read of a budget holder: its settings, its evidence and what the windows show. -#}
{%- set window_measures = [
    'spend', 'impressions', 'link_clicks', 'purchases', 'purchase_value'
] -%}
{%- set as_they_are = [
    'ctr_7d', 'ctr_28d', 'cpm_7d', 'cpm_28d', 'cpa_7d', 'cpa_28d', 'cvr_28d', 'aov_28d',
    'roas_matured_7d', 'roas_matured_28d', 'roas_trend', 'ctr_trend', 'cpm_trend', 'spend_trend',
    'roas_volatility_14d', 'spend_volatility_14d', 'frequency_7d_low', 'frequency_7d_high',
    'ctr_against_first_weeks', 'budget_utilization_7d', 'age_days', 'days_observed', 'days_since_budget_change',
    'days_since_significant_edit', 'conversions_7d', 'learning_status', 'active_ads', 'newest_ad_age_days',
    'best_ad_spend_share_7d', 'account_cpa_28d', 'account_ctr_7d', 'account_cpm_7d', 'campaign_roas_matured_28d',
    'spending_days_7d', 'spending_days_28d'
] -%}
{%- set roles = ['recent', 'base', 'long'] -%}
{%- set windows = [1, 3, 7, 14, 28] -%}
with

settings as (

    select
        {%- for role in roles %}
        {{ parameter('rolling_windows.' ~ role ~ '_days', 'integer') }} as {{ role }}_days{{ "," if not loop.last }}
        {%- endfor %}

),

dates as (

    select * from {{ ref('evidence_dates') }}

),

holders as (

    select * from {{ ref('decided_holders') }}

),

-- of the dates to decide alone: of a view, no other is worked out then
features as (

    select
        decision_date,
        budget_level,
        budget_entity_id,
        {%- for measure in window_measures %}
        {%- for days in windows %}
        {{ measure }}_{{ days }}d,
        {%- endfor %}
        {%- endfor %}
        {%- for days in windows %}
        purchase_value_matured_{{ days }}d,
        {%- endfor %}
        account_roas_28d * account_spend_28d / nullif(account_purchases_28d, 0) as account_aov_28d,
        {{ as_they_are | join(',\n        ') }}
    from {{ ref('holder_features') }}
    where data_through in (select dates.data_through from dates)

),

evidence as (

    select * from {{ ref('holder_evidence') }}

),

ceilings as (

    select * from {{ ref('delivery_ceilings') }}

),

targets as (

    select * from {{ ref('account_targets') }}

),

-- days in a row whose tracking was known to be in doubt that morning
incident_days as (

    select
        dates.decision_date,
        dates.data_through,
        days.account_id,
        days.incident_kind,
        days.date_day,
        days.purchases,
        days.expected_by_clicks,
        days.date_day - cast(row_number() over (
            partition by dates.decision_date, days.account_id, days.incident_kind order by days.date_day
        ) as integer) as island
    from {{ ref('int_incident_days') }} as days
    inner join dates on days.account_id = dates.account_id and days.known_on <= dates.data_through
    where days.is_acted_on

),

incidents as (

    select
        decision_date,
        account_id,
        min(date_day) as first_day,
        cast(count(*) as integer) as incident_days,
        sum(purchases) as purchases,
        sum(expected_by_clicks) as expected_by_clicks
    from incident_days
    group by decision_date, data_through, account_id, incident_kind, island
    having max(date_day) = data_through

),

joined as (

    select
        holders.decision_date,
        holders.data_through,
        holders.is_decided,
        holders.account_id,
        holders.account_name,
        holders.budget_level,
        holders.budget_entity_id,
        holders.budget_entity_name,
        holders.campaign_id,
        holders.campaign_name,
        holders.adset_id,
        holders.currency,
        holders.objective,
        holders.optimization_goal,
        holders.attribution_setting,
        holders.goal,
        holders.comparison_pool,
        holders.budget_group,
        holders.has_value,
        holders.value_per_result,
        coalesce(evidence.audience_type, 'unknown') as audience_type,
        holders.status,
        holders.bid_strategy,
        holders.buying_type,
        holders.is_budget_scheduled,
        holders.budget_type,
        holders.current_budget,
        holders.current_budget_source,
        targets.account_budget_target,
        holders.minimum_budget,
        evidence.projected_roas,
        -- 80 of 100 in a lognormal lie within 1.2816 standard deviations
        evidence.projected_roas * exp(-1.2816 * evidence.roas_sd) as projected_roas_low,
        evidence.projected_roas * exp(1.2816 * evidence.roas_sd) as projected_roas_high,
        evidence.roas_sd,
        evidence.prior_roas,
        evidence.evidence_weight,
        evidence.evidence_purchases,
        evidence.expected_purchases,
        evidence.marginal_roas,
        evidence.elasticity,
        evidence.curvature,
        coalesce(evidence.current_spend, 0) as current_spend,
        evidence.reference_spend,
        ceilings.delivery_ceiling,
        coalesce(evidence.shopify_correction, 1) as shopify_correction,
        coalesce(evidence.shopify_correction_source, 'none') as shopify_correction_source,
        coalesce(evidence.incrementality, 1) as incrementality,
        evidence.click_index,
        sum(evidence.current_spend * evidence.projected_roas) over pool
        / nullif(sum(case when evidence.projected_roas is not null then evidence.current_spend end) over pool, 0)
            as account_projected_roas,
        holders.current_budget / nullif(sum(holders.current_budget) over account, 0) as budget_share,
        ceilings.delivery_ceiling / nullif(holders.current_budget, 0) as delivery_room,
        {%- for role in roles %}
        {%- for measure in ['spend', 'purchases', 'purchase_value_matured'] %}
        case settings.{{ role }}_days
            {%- for days in windows %}
            when {{ days }} then features.{{ measure }}_{{ days }}d
            {%- endfor %}
        end as {{ measure }}_{{ role }},
        {%- endfor %}
        {%- endfor %}
        features.* exclude (decision_date, budget_level, budget_entity_id, account_aov_28d, account_cpa_28d),
        -- results with a value are held against those of the same goal
        coalesce(holders.value_per_result, features.account_aov_28d) as account_aov_28d,
        case
            when holders.value_per_result is null then features.account_cpa_28d
            else sum(features.spend_28d) over pool / nullif(sum(features.purchases_28d) over pool, 0)
        end as account_cpa_28d,
        weekends.weekend_index,
        days.weekday,
        days.is_weekend,
        days.month,
        days.quarter,
        coalesce(days.is_event, false) as is_event,
        days.event_name,
        own_events.own_event,
        own_events.own_event_kind,
        own_events.days_since_promo,
        own_events.event_largest_step,
        coalesce(own_events.ordinary_budget, holders.current_budget) as ordinary_budget,
        incidents.first_day as tracking_in_doubt_since,
        incidents.incident_days,
        incidents.purchases / nullif(incidents.expected_by_clicks, 0) as share_of_usual_purchases,
        holders.run_id
    from holders
    cross join settings
    inner join targets on holders.decision_date = targets.decision_date and holders.account_id = targets.account_id
    left join features
        on holders.decision_date = features.decision_date
            and holders.budget_level = features.budget_level
            and holders.budget_entity_id = features.budget_entity_id
    left join evidence
        on holders.decision_date = evidence.decision_date
            and holders.budget_level = evidence.budget_level
            and holders.budget_entity_id = evidence.budget_entity_id
    left join ceilings
        on holders.decision_date = ceilings.decision_date
            and holders.budget_level = ceilings.budget_level
            and holders.budget_entity_id = ceilings.budget_entity_id
    left join {{ ref('weekend_indexes') }} as weekends
        on holders.decision_date = weekends.decision_date
            and holders.budget_level = weekends.budget_level
            and holders.budget_entity_id = weekends.budget_entity_id
    left join {{ ref('holder_events') }} as own_events
        on holders.decision_date = own_events.decision_date
            and holders.budget_level = own_events.budget_level
            and holders.budget_entity_id = own_events.budget_entity_id
    left join incidents
        on holders.account_id = incidents.account_id
            and holders.decision_date = incidents.decision_date
    left join {{ ref('int_dates') }} as days on holders.decision_date = days.date_day
    window
        account as (partition by holders.decision_date, holders.account_id),
        pool as (partition by holders.decision_date, holders.account_id, holders.comparison_pool)

)

select
    * exclude (
        {%- for role in roles %}
        purchase_value_matured_{{ role }},
        {%- endfor %}
        run_id
    ),
    projected_roas / nullif(account_projected_roas, 0) as roas_index,
    roas_index * exp(-1.2816 * roas_sd) as roas_index_low,
    roas_index * exp(1.2816 * roas_sd) as roas_index_high,
    {%- for role in roles %}
    purchase_value_matured_{{ role }} * shopify_correction * incrementality / nullif(spend_{{ role }}, 0)
        as roas_{{ role }},
    {%- endfor %}
    run_id
from joined

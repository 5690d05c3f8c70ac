{#- Who is given a budget on a decision date: holders that are active or have spent in the last 14 days; on a past
    one, of which no file says who was active, those that spent in the last 3. -#}
with

dates as (

    select * from {{ ref('evidence_dates') }}

),

holders as (

    select * from {{ ref('int_entities') }} where is_budget_holder

),

recent as (

    select
        dates.decision_date,
        entity_days.entity_level,
        entity_days.entity_id,
        sum(entity_days.spend) as spend_14d,
        coalesce(sum(entity_days.spend) filter (where entity_days.date_day > dates.data_through - 3), 0) as spend_3d
    from {{ ref('int_entity_days') }} as entity_days
    inner join dates
        on entity_days.account_id = dates.account_id
            and entity_days.date_day between dates.decision_date - 14 and dates.data_through
    where entity_days.entity_level in ('adset', 'campaign')
    group by dates.decision_date, entity_days.entity_level, entity_days.entity_id

),

budgets as (

    select * from {{ ref('int_entity_budgets') }}

),

-- money of an account whose rows say several currencies, or none, cannot be named
account_currencies as (

    select
        account_id,
        case when count(distinct currency) = 1 and count(currency) = count(*) then max(currency) end as currency
    from holders
    group by account_id

),

-- purchases count more under one attribution setting than under another
attributions as (

    select
        dates.decision_date,
        holders.account_id,
        holders.attribution_setting,
        sum(recent.spend_14d) as spend_14d
    from holders
    inner join dates on holders.account_id = dates.account_id
    inner join recent
        on dates.decision_date = recent.decision_date
            and holders.entity_level = recent.entity_level
            and holders.entity_id = recent.entity_id
    where holders.attribution_setting is not null
    group by dates.decision_date, holders.account_id, holders.attribution_setting

),

-- who names none is taken for the most usual
usual_attributions as (

    select
        decision_date,
        account_id,
        max_by(attribution_setting, spend_14d) as usual_setting
    from attributions
    group by decision_date, account_id

),

-- a campaign cannot be given less than what its ad sets are promised
promised as (

    select
        campaign_id,
        sum(daily_min_spend_target) as minimum_spend
    from {{ ref('stg_meta__adsets') }}
    where lower(effective_status) = 'active'
    group by campaign_id

),

minimums as (

    select
        account_currencies.account_id,
        account_currencies.currency,
        coalesce(
            try_cast(
                {{ parameter('safety_rules.min_daily_budget', 'json') }} ->> account_currencies.currency as double
            ),
            {{ parameter('safety_rules.default_minimum', 'double') }}
        ) as minimum_budget
    from account_currencies

)

select
    dates.decision_date,
    dates.data_through,
    dates.is_decided,
    holders.account_id,
    holders.account_name,
    holders.entity_level as budget_level,
    holders.entity_id as budget_entity_id,
    holders.entity_name as budget_entity_name,
    holders.campaign_id,
    holders.campaign_name,
    holders.adset_id,
    minimums.currency,
    holders.objective,
    holders.optimization_goal,
    holders.attribution_setting,
    concat_ws(
        ', ',
        coalesce(holders.goal, 'purchases'),
        coalesce(holders.attribution_setting, usual_attributions.usual_setting)
    ) as comparison_pool,
    groups.budget_group,
    holders.goal,
    coalesce(holders.goal, 'purchases') = 'purchases' or holders.value_per_result is not null as has_value,
    holders.value_per_result,
    case
        when holders.end_date < dates.decision_date then 'ended'
        when dates.is_decided then holders.status
    end as status,
    holders.bid_strategy,
    holders.buying_type,
    holders.is_budget_scheduled,
    case
        when holders.current_lifetime_budget is not null then 'lifetime'
        when budgets.budget_source <> 'estimated' then 'daily'
    end as budget_type,
    coalesce(budgets.daily_budget, 0) as current_budget,
    coalesce(budgets.budget_source, 'estimated') as current_budget_source,
    greatest(
        minimums.minimum_budget,
        case when holders.entity_level = 'campaign' and dates.is_decided then promised.minimum_spend end
    ) as minimum_budget,
    coalesce(recent.spend_14d, 0) as spend_14d,
    (not dates.is_decided or coalesce(holders.status, 'active') = 'active')
    and coalesce(holders.end_date >= dates.decision_date, true) as may_spend,
    dates.run_id
from holders
inner join dates on holders.account_id = dates.account_id
inner join minimums on holders.account_id = minimums.account_id
left join recent
    on dates.decision_date = recent.decision_date
        and holders.entity_level = recent.entity_level
        and holders.entity_id = recent.entity_id
left join usual_attributions
    on dates.decision_date = usual_attributions.decision_date
        and holders.account_id = usual_attributions.account_id
left join {{ ref('holder_groups') }} as groups
    on holders.entity_level = groups.entity_level and holders.entity_id = groups.entity_id
left join promised
    on holders.campaign_id = promised.campaign_id
left join budgets
    on dates.data_through = budgets.date_day
        and holders.entity_level = budgets.entity_level
        and holders.entity_id = budgets.entity_id
where case
        when dates.is_decided then coalesce(holders.status = 'active', false) or coalesce(recent.spend_14d > 0, false)
        else recent.spend_3d > 0
    end

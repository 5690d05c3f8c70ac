with

level_days as (

    select * from {{ ref('int_level_days') }} where entity_level <> 'ad'

),

delivered as (

    select
        entity_level,
        entity_id,
        max(account_id) as account_id,
        max(campaign_id) as campaign_id,
        max(adset_id) as adset_id,
        min(date_day) as first_day,
        max(date_day) as last_day,
        min(date_day) filter (where impressions > 0 or spend > 0) as first_delivery_day
    from level_days
    group by entity_level, entity_id

),

insights as (

    select * from {{ ref('stg_meta__insights') }}

),

-- an insights row names its entity and those above it; the newest name is today's
mentions as (

    select
        'adset' as entity_level,
        adset_id as entity_id,
        adset_name as entity_name,
        currency,
        attribution_setting,
        objective,
        optimization_goal,
        buying_type,
        result_type,
        date_day
    from insights
    where adset_id is not null

    union all

    select
        'campaign' as entity_level,
        campaign_id as entity_id,
        campaign_name as entity_name,
        currency,
        attribution_setting,
        objective,
        optimization_goal,
        buying_type,
        result_type,
        date_day
    from insights
    where campaign_id is not null

    union all

    select
        'account' as entity_level,
        account_id as entity_id,
        account_name as entity_name,
        currency,
        null as attribution_setting,
        null as objective,
        null as optimization_goal,
        null as buying_type,
        null as result_type,
        date_day
    from insights

),

named as (

    select
        entity_level,
        entity_id,
        max_by(entity_name, date_day) as entity_name,
        max(currency) as currency,
        max_by(attribution_setting, date_day) as attribution_setting,
        max_by(objective, date_day) as objective,
        max_by(optimization_goal, date_day) as optimization_goal,
        max_by(buying_type, date_day) as buying_type,
        max_by(result_type, date_day) as result_type,
        case when left(entity_id, 1) = 'n' then 'derived' else 'meta' end as id_source
    from mentions
    group by entity_level, entity_id

),

objects as (

    select
        'adset' as entity_level,
        adset_id as entity_id,
        adset_name as entity_name,
        cast(null as varchar) as objective,
        optimization_goal,
        promoted_event,
        cast(null as varchar) as buying_type,
        is_budget_scheduled,
        effective_status,
        bid_strategy,
        bid_amount,
        daily_budget,
        lifetime_budget,
        learning_status,
        learning_conversions,
        last_significant_edit_at,
        coalesce(start_at, created_at) as start_at,
        end_at
    from {{ ref('stg_meta__adsets') }}

    union all

    select
        'campaign' as entity_level,
        campaign_id as entity_id,
        campaign_name as entity_name,
        objective,
        null as optimization_goal,
        null as promoted_event,
        buying_type,
        is_budget_scheduled,
        effective_status,
        bid_strategy,
        null as bid_amount,
        daily_budget,
        lifetime_budget,
        null as learning_status,
        null as learning_conversions,
        null as last_significant_edit_at,
        coalesce(start_at, created_at) as start_at,
        stop_at as end_at
    from {{ ref('stg_meta__campaigns') }}

),

export_settings as (

    select * from {{ ref('stg_meta__export_settings') }}

),

-- an edit after the newest dated object file is newer than the budget in it
newer_budgets as (

    select
        activities.entity_level,
        activities.entity_id,
        max_by(activities.new_budget, activities.changed_at) as daily_budget
    from {{ ref('stg_meta__activities') }} as activities
    cross join {{ ref('int_as_of') }} as as_of
    inner join (
        select
            entity_level,
            entity_id,
            max(seen_on) as seen_on
        from {{ ref('stg_meta__budgets_seen') }}
        group by entity_level, entity_id
    ) as seen
        on activities.entity_level = seen.entity_level and activities.entity_id = seen.entity_id
    where activities.change_type = 'budget'
        and activities.budget_period = 'daily'
        and activities.changed_on > seen.seen_on
        and activities.changed_on <= as_of.as_of
    group by activities.entity_level, activities.entity_id

),

settled as (

    select
        delivered.entity_level,
        delivered.entity_id,
        delivered.account_id,
        delivered.campaign_id,
        delivered.adset_id,
        coalesce(objects.entity_name, named.entity_name) as entity_name,
        named.currency,
        named.attribution_setting,
        coalesce(objects.objective, named.objective) as objective,
        coalesce(objects.optimization_goal, named.optimization_goal) as optimization_goal,
        objects.promoted_event,
        coalesce(objects.buying_type, named.buying_type) as buying_type,
        objects.is_budget_scheduled,
        named.result_type,
        named.id_source,
        lower(coalesce(objects.effective_status, export_settings.status)) as status,
        objects.bid_strategy,
        objects.bid_amount,
        objects.learning_status,
        objects.learning_conversions,
        coalesce(objects.last_significant_edit_at, export_settings.last_significant_edit_at)
            as last_significant_edit_at,
        coalesce(newer_budgets.daily_budget, objects.daily_budget, export_settings.daily_budget)
            as current_daily_budget,
        coalesce(objects.lifetime_budget, export_settings.lifetime_budget) as current_lifetime_budget,
        case
            when newer_budgets.daily_budget is not null then 'activity'
            when coalesce(objects.daily_budget, objects.lifetime_budget) is not null then 'object'
            when coalesce(export_settings.daily_budget, export_settings.lifetime_budget) is not null then 'export'
        end as current_budget_source,
        coalesce(export_settings.uses_campaign_budget, false) as uses_campaign_budget,
        cast(coalesce(objects.start_at, export_settings.start_at) as date) as start_date,
        cast(coalesce(objects.end_at, export_settings.end_at) as date) as end_date,
        delivered.first_day,
        delivered.last_day,
        delivered.first_delivery_day
    from delivered
    left join named
        on delivered.entity_level = named.entity_level and delivered.entity_id = named.entity_id
    left join objects
        on delivered.entity_level = objects.entity_level and delivered.entity_id = objects.entity_id
    left join export_settings
        on delivered.entity_level = export_settings.entity_level and delivered.entity_id = export_settings.entity_id
    left join newer_budgets
        on delivered.entity_level = newer_budgets.entity_level and delivered.entity_id = newer_budgets.entity_id

),

-- a campaign with a budget of its own holds it for its ad sets, as does one of which no ad set is known
campaign_holders as (

    select
        settled.campaign_id,
        max(
            case
                when settled.entity_level = 'campaign' and settled.current_budget_source is not null then 1
                when settled.uses_campaign_budget then 1
                else 0
            end
        ) = 1
        or count(settled.adset_id) = 0 as holds_budget
    from settled
    where settled.campaign_id is not null
    group by settled.campaign_id

),

goals as (

    select * from {{ ref('goals') }}

),

-- what delivery is told to bring: by the ad set's own word, else the campaign's objective; results of a campaign are
-- those of any of its ads
with_goals as (

    select
        settled.*,
        coalesce(
            optimized.goal,
            promoted.goal,
            case when settled.entity_level = 'campaign' then objectives.goal end,
            results.goal
        ) as own_goal,
        objectives.goal as goal_of_objective
    from settled
    left join goals as optimized
        on optimized.source = 'optimization_goal' and upper(settled.optimization_goal) = optimized.name
    left join goals as promoted
        on promoted.source = 'promoted_event' and upper(settled.promoted_event) = promoted.name
    left join goals as results
        on results.source = 'result' and settled.result_type = results.name
    left join goals as objectives
        on objectives.source = 'objective' and upper(settled.objective) = objectives.name

),

parents as (

    select
        entity_level,
        entity_id,
        entity_name,
        buying_type,
        is_budget_scheduled,
        goal_of_objective
    from with_goals

),

-- what each buys, if nothing inside it says otherwise
bought as (

    select
        with_goals.entity_level,
        with_goals.entity_id,
        with_goals.campaign_id,
        coalesce(with_goals.own_goal, with_goals.goal_of_objective, campaigns.goal_of_objective) as goal
    from with_goals
    left join parents as campaigns
        on with_goals.campaign_id = campaigns.entity_id and campaigns.entity_level = 'campaign'

),

-- a campaign buys what the ad sets do that spent most of its last two weeks
goals_inside as (

    select
        adsets.campaign_id,
        adsets.goal,
        sum(adset_days.spend) as spend
    from bought as adsets
    inner join delivered as campaigns
        on campaigns.entity_level = 'campaign' and adsets.campaign_id = campaigns.entity_id
    inner join level_days as adset_days
        on adset_days.entity_level = 'adset'
            and adsets.entity_id = adset_days.entity_id
            and adset_days.date_day > campaigns.last_day - 14
    where adsets.entity_level = 'adset' and adsets.goal is not null and adset_days.spend > 0
    group by adsets.campaign_id, adsets.goal

),

campaign_goals as (

    select
        bought.campaign_id,
        coalesce(max_by(goals_inside.goal, goals_inside.spend), any_value(bought.goal)) as goal
    from bought
    left join goals_inside on bought.campaign_id = goals_inside.campaign_id
    where bought.entity_level = 'campaign'
    group by bought.campaign_id

),

final as (

    select
        with_goals.* exclude (
            uses_campaign_budget, promoted_event, result_type, own_goal, goal_of_objective,
            buying_type, is_budget_scheduled
        ),
        coalesce(with_goals.buying_type, campaigns.buying_type) as buying_type,
        coalesce(with_goals.is_budget_scheduled or campaigns.is_budget_scheduled, false) as is_budget_scheduled,
        case when with_goals.entity_level = 'campaign' then campaign_goals.goal else bought.goal end as goal,
        -- money that a campaign holds is judged by what the campaign buys
        case
            when with_goals.entity_level = 'campaign' or campaign_holders.holds_budget then campaign_goals.goal
            else bought.goal
        end as judged_goal,
        cast({{ parameter('targets.value_per_result', 'json') }} ->> judged_goal as double) as value_per_result,
        accounts.entity_name as account_name,
        campaigns.entity_name as campaign_name,
        case when campaign_holders.holds_budget then 'campaign' else 'adset' end as budget_level,
        coalesce(
            with_goals.entity_level = case when campaign_holders.holds_budget then 'campaign' else 'adset' end,
            false
        ) as is_budget_holder
    from with_goals
    inner join bought
        on with_goals.entity_level = bought.entity_level and with_goals.entity_id = bought.entity_id
    left join campaign_goals on with_goals.campaign_id = campaign_goals.campaign_id
    left join campaign_holders on with_goals.campaign_id = campaign_holders.campaign_id
    left join parents as accounts
        on with_goals.account_id = accounts.entity_id and accounts.entity_level = 'account'
    left join parents as campaigns
        on with_goals.campaign_id = campaigns.entity_id and campaigns.entity_level = 'campaign'

)

select * from final

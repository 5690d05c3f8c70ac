with

insights as (

    select * from {{ ref('landing_insight_values') }}

),

ads as (

    select * from {{ ref('stg_meta__ads') }}

),

-- an insights row names its own entity and those above it
insight_mentions as (

    select
        level,
        account_id,
        campaign_id,
        adset_id,
        ad_id,
        max_by(campaign_name, date_day) as campaign_name,
        max_by(adset_name, date_day) as adset_name,
        max_by(ad_name, date_day) as ad_name,
        max(date_day) as last_day
    from insights
    where coalesce(campaign_id, adset_id, ad_id) is not null
    group by level, account_id, campaign_id, adset_id, ad_id

),

mentions as (

    select
        'ad' as entity_level,
        ad_id as entity_id,
        account_id,
        campaign_id,
        adset_id,
        ad_name as entity_name,
        last_day
    from insight_mentions
    where ad_id is not null

    union all

    select
        'ad' as entity_level,
        ad_id as entity_id,
        account_id,
        campaign_id,
        adset_id,
        ad_name as entity_name,
        null as last_day
    from ads

    union all

    select
        'adset' as entity_level,
        adset_id as entity_id,
        account_id,
        campaign_id,
        adset_id,
        adset_name as entity_name,
        last_day
    from insight_mentions
    where adset_id is not null

    union all

    select
        'adset' as entity_level,
        adset_id as entity_id,
        account_id,
        campaign_id,
        adset_id,
        adset_name as entity_name,
        null as last_day
    from {{ ref('stg_meta__adsets') }}

    union all

    select
        'campaign' as entity_level,
        campaign_id as entity_id,
        account_id,
        campaign_id,
        null as adset_id,
        campaign_name as entity_name,
        last_day
    from insight_mentions
    where campaign_id is not null

    union all

    select
        'campaign' as entity_level,
        campaign_id as entity_id,
        account_id,
        campaign_id,
        null as adset_id,
        campaign_name as entity_name,
        null as last_day
    from {{ ref('stg_meta__campaigns') }}

),

-- an object's name is today's; an insights row's is the name of its last day
entities as (

    select
        entity_level,
        entity_id,
        max(account_id) as account_id,
        max(campaign_id) as campaign_id,
        max(adset_id) as adset_id,
        max_by(entity_name, coalesce(last_day, date '9999-12-31')) as entity_name
    from mentions
    group by entity_level, entity_id

)

select * from entities

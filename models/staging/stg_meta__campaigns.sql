with

objects as (

    select * from {{ ref('landing_latest_objects') }} where object_type = 'campaign'

),

accounts as (

    select * from {{ ref('stg_meta__accounts') }}

),

typed as (

    select
        objects.object_id as campaign_id,
        objects.account_id,
        objects.object ->> '$.name' as campaign_name,
        objects.object ->> '$.objective' as objective,
        objects.object ->> '$.status' as status,
        coalesce(objects.object ->> '$.effective_status', objects.object ->> '$.status') as effective_status,
        objects.object ->> '$.buying_type' as buying_type,
        objects.object ->> '$.bid_strategy' as bid_strategy,
        try_cast(objects.object ->> '$.is_budget_schedule_enabled' as boolean) as is_budget_scheduled,
        objects.object ->> '$.smart_promotion_type' as smart_promotion_type,
        coalesce(
            objects.object ->> '$.smart_promotion_type' = 'AUTOMATED_SHOPPING_ADS'
            or upper(objects.object ->> '$.advantage_state_info.advantage_state') = 'ADVANTAGE_PLUS_SALES',
            false
        ) as is_advantage,
        objects.object ->> '$.special_ad_categories' as special_ad_categories,
        {{ minor_units("objects.object ->> '$.daily_budget'", 'accounts.minor_unit_offset') }} as daily_budget,
        {{ minor_units("objects.object ->> '$.lifetime_budget'", 'accounts.minor_unit_offset') }} as lifetime_budget,
        {{ meta_time("objects.object ->> '$.start_time'") }} as start_at,
        {{ meta_time("objects.object ->> '$.stop_time'") }} as stop_at,
        {{ meta_time("objects.object ->> '$.created_time'") }} as created_at
    from objects
    inner join accounts on objects.account_id = accounts.account_id

)

select * from typed

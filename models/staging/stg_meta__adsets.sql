with

objects as (

    select * from {{ ref('landing_latest_objects') }} where object_type = 'adset'

),

accounts as (

    select * from {{ ref('stg_meta__accounts') }}

),

typed as (

    select
        objects.object_id as adset_id,
        objects.account_id,
        objects.object ->> '$.campaign_id' as campaign_id,
        objects.object ->> '$.name' as adset_name,
        objects.object ->> '$.status' as status,
        coalesce(objects.object ->> '$.effective_status', objects.object ->> '$.status') as effective_status,
        objects.object ->> '$.optimization_goal' as optimization_goal,
        objects.object ->> '$.bid_strategy' as bid_strategy,
        {{ minor_units("objects.object ->> '$.bid_amount'", 'accounts.minor_unit_offset') }} as bid_amount,
        {{ minor_units("objects.object ->> '$.daily_budget'", 'accounts.minor_unit_offset') }} as daily_budget,
        {{ minor_units("objects.object ->> '$.lifetime_budget'", 'accounts.minor_unit_offset') }} as lifetime_budget,
        {{ minor_units("objects.object ->> '$.daily_min_spend_target'", 'accounts.minor_unit_offset') }}
            as daily_min_spend_target,
        try_cast(objects.object ->> '$.is_budget_schedule_enabled' as boolean) as is_budget_scheduled,
        objects.object ->> '$.promoted_object.custom_event_type' as promoted_event,
        objects.object ->> '$.attribution_spec' as attribution_spec,
        objects.object ->> '$.targeting' as targeting,
        objects.object ->> '$.learning_stage_info.status' as learning_status,
        try_cast(objects.object ->> '$.learning_stage_info.conversions' as bigint) as learning_conversions,
        to_timestamp(try_cast(objects.object ->> '$.learning_stage_info.last_sig_edit_ts' as bigint))
            as last_significant_edit_at,
        {{ meta_time("objects.object ->> '$.start_time'") }} as start_at,
        {{ meta_time("objects.object ->> '$.end_time'") }} as end_at,
        {{ meta_time("objects.object ->> '$.created_time'") }} as created_at
    from objects
    inner join accounts on objects.account_id = accounts.account_id

)

select * from typed

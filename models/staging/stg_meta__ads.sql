with

objects as (

    select * from {{ ref('landing_latest_objects') }} where object_type = 'ad'

),

typed as (

    select
        object_id as ad_id,
        account_id,
        object ->> '$.campaign_id' as campaign_id,
        object ->> '$.adset_id' as adset_id,
        object ->> '$.name' as ad_name,
        object ->> '$.status' as status,
        coalesce(object ->> '$.effective_status', object ->> '$.status') as effective_status,
        object ->> '$.creative.id' as creative_id,
        {{ meta_time("object ->> '$.created_time'") }} as created_at
    from objects

)

select * from typed

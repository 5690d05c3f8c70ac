with

objects as (

    select * from {{ ref('landing_latest_objects') }} where object_type = 'creative'

),

typed as (

    select
        object_id as creative_id,
        account_id,
        object ->> '$.name' as creative_name,
        object ->> '$.object_type' as object_type,
        object ->> '$.url_tags' as url_tags,
        -- object_type is INVALID for many real creatives, so what the creative holds decides first
        case
            when coalesce(
                object ->> '$.product_set_id', object ->> '$.object_story_spec.template_data'
            ) is not null then 'catalog'
            when json_array_length(object, '$.object_story_spec.link_data.child_attachments') >= 2 then 'carousel'
            when coalesce(object ->> '$.video_id', object ->> '$.object_story_spec.video_data') is not null
                or object ->> '$.object_type' = 'VIDEO' then 'video'
            when object ->> '$.asset_feed_spec' is not null then 'dynamic'
            else 'image'
        end as creative_format
    from objects

)

select * from typed

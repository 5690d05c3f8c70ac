with

objects as (

    select * from {{ ref('landing_latest_objects') }} where object_type = 'custom_audience'

),

typed as (

    select
        object_id as audience_id,
        account_id,
        object ->> '$.name' as audience_name,
        upper(object ->> '$.subtype') as subtype,
        -- of an audience too small to count Meta says -1
        nullif(greatest(try_cast(object ->> '$.approximate_count_lower_bound' as bigint), -1), -1) as size_low,
        nullif(greatest(try_cast(object ->> '$.approximate_count_upper_bound' as bigint), -1), -1) as size_high,
        try_cast(object ->> '$.retention_days' as integer) as retention_days,
        try_cast(object ->> '$.lookalike_spec.ratio' as double) * 100 as lookalike_percent,
        array_to_string(json_extract_string(object, '$.lookalike_spec.origin[*].name'), ', ') as lookalike_origin
    from objects

)

select * replace (nullif(lookalike_origin, '') as lookalike_origin)
from typed

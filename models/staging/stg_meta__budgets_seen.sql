with

objects as (

    select
        landing_objects.*,
        landing_files.extracted_on,
        landing_files.layout = 'connector_objects' as is_version,
        {{ meta_time("landing_objects.object ->> '$.updated_time'") }} as updated_at
    from {{ ref('landing_objects') }} as landing_objects
    inner join {{ ref('landing_files') }} as landing_files on landing_objects.file_id = landing_files.file_id
    where landing_objects.object_type in ('campaign', 'adset')
        and landing_objects.problem is null

),

accounts as (

    select * from {{ ref('stg_meta__accounts') }}

),

default_account as (

    select * from {{ ref('landing_default_account') }}

),

typed as (

    select
        objects.object_type as entity_level,
        objects.object_id as entity_id,
        -- a connector's table says from when on each version was in force, its file's date only when it was copied
        case
            when objects.is_version
                then cast(timezone(coalesce(accounts.time_zone, 'UTC'), objects.updated_at) as date) + 1
            else objects.extracted_on
        end as seen_on,
        objects.updated_at,
        {{ minor_units("objects.object ->> '$.daily_budget'", 'accounts.minor_unit_offset') }} as daily_budget
    from objects
    cross join default_account
    inner join accounts on coalesce(objects.account_id, default_account.account_id) = accounts.account_id

),

-- the last version of a day; of files that say of none when it was made, the higher one
one_a_day as (

    select
        entity_level,
        entity_id,
        seen_on,
        coalesce(max_by(daily_budget, updated_at), max(daily_budget)) as daily_budget
    from typed
    where daily_budget is not null
        and seen_on is not null
    group by entity_level, entity_id, seen_on

)

select * from one_a_day

with

objects as (

    select
        landing_objects.*,
        landing_files.extracted_on
    from {{ ref('landing_objects') }} as landing_objects
    inner join {{ ref('landing_files') }} as landing_files on landing_objects.file_id = landing_files.file_id
    where landing_objects.object_type in ('campaign', 'adset')
        and landing_objects.problem is null
        and landing_files.extracted_on is not null

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
        objects.extracted_on as seen_on,
        {{ minor_units("objects.object ->> '$.daily_budget'", 'accounts.minor_unit_offset') }} as daily_budget
    from objects
    cross join default_account
    inner join accounts on coalesce(objects.account_id, default_account.account_id) = accounts.account_id

),

one_a_day as (

    select
        entity_level,
        entity_id,
        seen_on,
        max(daily_budget) as daily_budget
    from typed
    where daily_budget is not null
    group by entity_level, entity_id, seen_on

)

select * from one_a_day

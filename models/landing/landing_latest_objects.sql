-- depends_on: {{ ref('landing_gate') }}
with

objects as (

    select * from {{ ref('landing_objects') }} where problem is null

),

files as (

    select * from {{ ref('landing_file_rows') }}

),

default_account as (

    select * from {{ ref('landing_default_account') }}

),

latest as (

    select
        objects.object_type,
        objects.object_id,
        coalesce(objects.account_id, default_account.account_id) as account_id,
        objects.object
    from objects
    inner join files on objects.file_id = files.file_id
    cross join default_account
    qualify row_number() over (
        partition by objects.object_type, objects.object_id order by files.extract_rank, objects.file_row
    ) = 1

)

select * from latest

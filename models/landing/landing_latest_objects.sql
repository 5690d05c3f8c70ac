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
        partition by objects.object_type, objects.object_id
        order by
            files.extract_rank,
            -- connectors keep every version of an object
            {{ meta_time("objects.object ->> '$.updated_time'") }} desc nulls last,
            coalesce(
                objects.object ->> '$._taken_at',
                objects.object ->> '$._airbyte_extracted_at',
                objects.object ->> '$._airbyte_emitted_at',
                objects.object ->> '$._sdc_extracted_at',
                objects.object ->> '$._sdc_batched_at'
            ) desc nulls last,
            objects.file_row
    ) = 1

)

select * from latest

with

inventory as (

    select * from {{ ref('landing_inventory') }}

),

-- files that turned out to be unreadable only while they were read
failures as (

    select file_id, problem from {{ ref('landing_insights') }} where file_row = 0
    union
    select file_id, problem from {{ ref('landing_objects') }} where file_row = 0
    union
    select file_id, problem from {{ ref('landing_orders') }} where file_row = 0

),

failed_files as (

    select
        file_id,
        min(problem) as problem
    from failures
    group by file_id

),

final as (

    select
        inventory.file_id,
        inventory.file_path,
        inventory.size_bytes,
        inventory.sha256,
        case when failed_files.file_id is null then inventory.status else 'refused' end as status,
        inventory.kind,
        inventory.layout,
        coalesce(failed_files.problem, inventory.message) as message,
        inventory.stops or failed_files.file_id is not null as stops,
        inventory.unmapped_columns,
        inventory.extracted_on,
        inventory.name_number
    from inventory
    left join failed_files on inventory.file_id = failed_files.file_id

)

select * from final

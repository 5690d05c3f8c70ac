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

final as (

    select
        inventory.file_id,
        inventory.file_path,
        inventory.size_bytes,
        inventory.sha256,
        inventory.kind,
        inventory.layout,
        inventory.unmapped_columns,
        inventory.extracted_on,
        inventory.name_number,
        case when failures.file_id is null then inventory.status else 'refused' end as status,
        coalesce(failures.problem, inventory.message) as message
    from inventory
    left join failures on inventory.file_id = failures.file_id

)

select * from final

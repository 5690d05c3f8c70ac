with

rejected as (

    select * from {{ ref('landing_rejected_rows') }}

),

files as (

    select * from {{ ref('landing_files') }}

),

final as (

    select
        files.file_path,
        rejected.file_row,
        rejected.column_name,
        rejected.reason,
        rejected.file_id,
        run_settings.run_id
    from rejected
    inner join files on rejected.file_id = files.file_id
    cross join {{ ref('run_settings') }} as run_settings

)

select * from final

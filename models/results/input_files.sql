with

files as (

    select * from {{ ref('landing_files') }}

),

file_rows as (

    select * from {{ ref('landing_file_rows') }}

),

rejected as (

    select
        file_id,
        count(distinct file_row) as rows_rejected
    from {{ ref('landing_rejected_rows') }}
    group by file_id

),

overlap as (

    select * from {{ ref('landing_overlap') }}

),

set_aside as (

    select * from {{ ref('landing_bad_files') }} where is_set_aside

),

final as (

    select
        files.file_path,
        case when set_aside.file_id is null then files.status else 'set_aside' end as status,
        files.kind,
        files.layout,
        coalesce(set_aside.message, files.message) as message,
        case
            when files.kind in ('actions', 'order_parts') then null
            else coalesce(file_rows.rows_read, 0)
        end as rows_read,
        coalesce(rejected.rows_rejected, 0) as rows_rejected,
        overlap.rows_used,
        overlap.rows_replaced,
        overlap.rows_identical,
        overlap.entity_days_only_here,
        file_rows.first_day,
        file_rows.last_day,
        file_rows.extract_rank,
        files.extracted_on,
        files.unmapped_columns,
        files.size_bytes,
        files.sha256,
        files.file_id,
        run_settings.run_id
    from files
    left join file_rows on files.file_id = file_rows.file_id
    left join rejected on files.file_id = rejected.file_id
    left join overlap on files.file_id = overlap.file_id
    left join set_aside on files.file_id = set_aside.file_id
    cross join {{ ref('run_settings') }} as run_settings

)

select * from final

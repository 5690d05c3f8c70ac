with

files as (

    select * from {{ ref('landing_files') }} where status = 'read'

),

all_rows as (

    select
        file_id,
        try_cast(coalesce(date_stop, date_start) as date) as day
    from {{ ref('landing_insights') }}
    where file_row > 0

    union all

    select
        file_id,
        try_cast(left(created_at, 10) as date) as day
    from {{ ref('landing_orders') }}
    where file_row > 0

    union all

    select
        file_id,
        try_cast(left(day, 10) as date) as day
    from {{ ref('landing_sales') }}
    where file_row > 0

    union all

    select
        file_id,
        null as day
    from {{ ref('landing_objects') }}
    where file_row > 0

    union all

    select
        file_id,
        cast(coalesce({{ event_time('event_time') }}, {{ wall_time('local_time') }}) as date) as day
    from {{ ref('landing_activities') }}
    where file_row > 0

),

per_file as (

    select
        file_id,
        count(*) as rows_read,
        min(day) as first_day,
        max(day) as last_day
    from all_rows
    group by file_id

),

-- the pages of an extract are as late as the last of them, whichever days each holds
per_extract as (

    select
        files.extract_name,
        max(per_file.last_day) as last_day
    from files
    inner join per_file on files.file_id = per_file.file_id
    group by files.extract_name

),

final as (

    select
        files.file_id,
        case
            when files.kind in ('actions', 'order_parts') then null
            else coalesce(per_file.rows_read, 0)
        end as rows_read,
        per_file.first_day,
        per_file.last_day,
        -- by what the file says, never by its time: copying or unpacking makes that a new one
        row_number() over (
            order by
                per_extract.last_day desc nulls last,
                files.extracted_on desc nulls last,
                per_file.last_day desc nulls last,
                files.name_number desc nulls last,
                files.file_path desc
        ) as extract_rank
    from files
    left join per_file on files.file_id = per_file.file_id
    left join per_extract on files.extract_name = per_extract.extract_name

)

select * from final

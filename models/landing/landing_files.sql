with

inventory as (

    select * from {{ ref('landing_inventory') }}

),

-- DuckDB would copy what is read more than once, lists and all
insights as not materialized (

    select * from {{ ref('landing_insights') }}

),

-- files that turned out to be unreadable only while they were read
failures as (

    select
        file_id,
        problem
    from insights
    where file_row = 0
    union
    select
        file_id,
        problem
    from {{ ref('landing_objects') }}
    where file_row = 0
    union
    select
        file_id,
        problem
    from {{ ref('landing_orders') }}
    where file_row = 0
    union
    select
        file_id,
        problem
    from {{ ref('landing_sales') }}
    where file_row = 0
    union
    select
        file_id,
        problem
    from {{ ref('landing_activities') }}
    where file_row = 0

),

failed_files as (

    select
        file_id,
        min(problem) as problem
    from failures
    group by file_id

),

insights_per_file as (

    select
        file_id,
        count(*) filter (where try_cast(date_stop as date) > try_cast(date_start as date)) as rows_of_totals
    from insights
    where problem is null
    group by file_id

),

activities_per_file as (

    select
        file_id,
        count(*) filter (where event_type is null) as events_left_out
    from {{ ref('landing_activities') }}
    where problem is null
    group by file_id

),

has_insights as (

    select count(*) > 0 as has_insights from insights where problem is null

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
        case
            when failed_files.file_id is not null then failed_files.problem
            when insights_per_file.rows_of_totals = 1
                then inventory.message
                    || '; 1 row is a total of several days: its settings are used, its delivery is set aside'
            when insights_per_file.rows_of_totals > 1
                then inventory.message || '; ' || insights_per_file.rows_of_totals
                    || ' rows are totals of several days: their settings are used, their delivery is set aside'
            when activities_per_file.events_left_out > 0
                then inventory.message
                    || '; left out, as they are no edits of budget, status, bid, targeting or schedule: '
                    || activities_per_file.events_left_out || ' of its events'
            when inventory.status = 'read' and not has_insights.has_insights
                then inventory.message || '; without insights beside it nothing can be decided'
            else inventory.message
        end as message,
        inventory.stops or failed_files.file_id is not null as stops,
        inventory.unmapped_columns,
        inventory.extracted_on,
        inventory.name_number,
        inventory.extract_name
    from inventory
    cross join has_insights
    left join failed_files on inventory.file_id = failed_files.file_id
    left join insights_per_file on inventory.file_id = insights_per_file.file_id
    left join activities_per_file on inventory.file_id = activities_per_file.file_id

)

select * from final

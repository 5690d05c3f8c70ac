{#
    Files that the build must not go on with, or only without them: damaged ones, those of which no row can be used,
    and those in which a row shows that others may be wrong.
#}
{% set recent_days = 28 %}
with

files as (

    select *
    from {{ ref('landing_files') }}
    where not regexp_matches(file_path, '(^|/)(\.|~\$)')

),

file_rows as (

    select * from {{ ref('landing_file_rows') }}

),

rejected as (

    select * from {{ ref('landing_rejected_rows') }}

),

rejected_per_file as (

    select
        file_id,
        count(distinct file_row) as rows_rejected,
        count(distinct file_row) filter (where stops) as rows_that_stop,
        min(coalesce(column_name || ' ', '') || reason) as example,
        arg_min(coalesce(column_name || ' ', '') || reason, file_row) filter (where stops) as first_that_stops,
        min(file_row) filter (where stops) as first_row
    from rejected
    group by file_id

),

sentences as (

    select
        file_id,
        message as sentence
    from files
    where stops

    union all

    select
        files.file_id,
        case
            when rejected_per_file.rows_that_stop > 0
                then 'has in row ' || rejected_per_file.first_row
                    || case
                        when rejected_per_file.rows_that_stop > 1
                            then ' and ' || rejected_per_file.rows_that_stop - 1 || ' more'
                        else ''
                    end
                    || ' what makes it doubtful: ' || rejected_per_file.first_that_stops
            else 'has ' || file_rows.rows_read || case file_rows.rows_read when 1 then ' row' else ' rows' end
                || ', none of them usable: ' || rejected_per_file.example
        end as sentence
    from files
    inner join file_rows on files.file_id = file_rows.file_id
    inner join rejected_per_file on files.file_id = rejected_per_file.file_id
    where rejected_per_file.rows_that_stop > 0
        or rejected_per_file.rows_rejected >= file_rows.rows_read

),

-- what is left without them
days_left as (

    select distinct
        coalesce(insights.account_id, 'unknown') as account_id,
        try_cast(insights.date_start as date) as date_day
    from {{ ref('landing_insights') }} as insights
    left join rejected on insights.file_id = rejected.file_id and insights.file_row = rejected.file_row
    where insights.problem is null and insights.date_start = insights.date_stop and rejected.file_id is null

),

last_day as (

    select max(date_day) as last_day from days_left

),

accounts_left as (

    select
        days_left.account_id,
        greatest(min(days_left.date_day), any_value(last_day.last_day) - {{ recent_days - 1 }}) as first_day,
        count(*) filter (where days_left.date_day > last_day.last_day - {{ recent_days }}) as days_found,
        max(days_left.date_day) as last_found
    from days_left
    cross join last_day
    group by days_left.account_id

),

-- a day without rows would count as a day without spend
holes as (

    select min(
        case accounts_left.account_id
            when 'unknown' then 'there are then no rows of '
            else 'account ' || accounts_left.account_id || ' has then no rows of '
        end
        || cast(last_day.last_day - accounts_left.first_day + 1 - accounts_left.days_found as integer)
        || ' of the last {{ recent_days }} days'
    ) as hole
    from accounts_left
    cross join last_day
    where accounts_left.days_found < last_day.last_day - accounts_left.first_day + 1

),

settings as (

    select coalesce({{ parameter('on_bad_input', 'varchar') }}, 'stop') as on_bad_input

),

pages as (

    select count(*) > 0 as has_pages from files where status = 'read' and layout = 'api_pages'

),

final as (

    select
        files.file_id,
        files.file_path,
        sentences.sentence,
        case
            when on_bad_input <> 'set_aside' then ''
            when files.kind in ('orders', 'objects')
                then '; it is not set aside, as nothing shows that other files have all of its '
                    || case files.kind when 'orders' then 'orders' else 'settings' end
            when last_day.last_day is null then '; it is not set aside, as no days are left without it'
            when pages.has_pages and regexp_matches(lower(files.file_path), '\.(json|jsonl|ndjson)$')
                then '; it is not set aside, as it may be one of several pages with ads that the others lack'
            when holes.hole is not null then '; it is not set aside, as ' || holes.hole
            when files.extracted_on > last_day.last_day + 1
                then '; it is not set aside, as by its name it is later than the last day of the others, '
                    || last_day.last_day
        end as why_it_stops
    from sentences
    inner join files on sentences.file_id = files.file_id
    cross join last_day
    cross join holes
    cross join pages
    cross join settings

)

select
    file_id,
    file_path,
    sentence || coalesce(why_it_stops, '; it is set aside, and the rest is used without it') as message,
    why_it_stops is null as is_set_aside
from final

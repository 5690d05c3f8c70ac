{% set breakdowns = [
    'age', 'gender', 'country', 'region', 'publisher_platform', 'platform_position', 'device_platform',
    'impression_device', 'other_breakdown'
] %}
with

-- read once per reason: DuckDB would copy what is read more than once, lists and all
insights as not materialized (

    select * from {{ ref('landing_insights') }}

),

orders as not materialized (

    select * from {{ ref('landing_orders') }}

),

sales as (

    select * from {{ ref('landing_sales') }}

),

readable_insights as not materialized (

    select * from insights where problem is null

),

activities as (

    select
        landing_activities.*,
        events.change_type
    from {{ ref('landing_activities') }} as landing_activities
    left join {{ ref('activity_events') }} as events
        on lower(trim(landing_activities.event_type)) = events.event

),

-- what one row of the Marketing API stands for; only ids tell two entities of one name apart
keyed as (

    select
        file_id,
        file_row,
        hash(
            level, account_id, campaign_id, adset_id, ad_id, date_start, date_stop,
            {{ breakdowns | join(', ') }}
        ) as row_key
    from readable_insights
    where case level
        when 'ad' then ad_id
        when 'adset' then adset_id
        when 'campaign' then campaign_id
        else account_id
    end is not null

),

repeated_keys as (

    select
        file_id,
        row_key
    from keyed
    group by file_id, row_key
    having count(*) > 1

),

repeated_rows as (

    select
        keyed.file_id,
        keyed.file_row,
        keyed.row_key
    from keyed
    inner join repeated_keys on keyed.file_id = repeated_keys.file_id and keyed.row_key = repeated_keys.row_key

),

-- whole rows are compared only where a key is repeated, which it rarely is
compared as (

    select
        repeated_rows.file_id,
        repeated_rows.file_row,
        repeated_rows.row_key,
        hash(*columns(readable_insights.* exclude (file_id, file_row))) as content
    from readable_insights
    inner join repeated_rows
        on readable_insights.file_id = repeated_rows.file_id
            and readable_insights.file_row = repeated_rows.file_row

),

contradicting_rows as (

    select
        file_id,
        file_row
    from compared
    qualify min(content) over (partition by file_id, row_key) <> max(content) over (partition by file_id, row_key)

),

rejected as (

    select
        file_id,
        file_row,
        null as column_name,
        problem as reason
    from insights
    where problem is not null and file_row > 0

    union all

    select
        file_id,
        file_row,
        'date_start' as column_name,
        'is blank, but every row needs a day' as reason
    from readable_insights
    where coalesce(date_start, '') = ''

    union all

    {%- for column in ['date_start', 'date_stop'] %}
    select
        file_id,
        file_row,
        '{{ column }}' as column_name,
        'is no date that can be told apart from others: write it as 2026-03-15' as reason
    from readable_insights
    where {{ column }} <> '' and try_cast({{ column }} as date) is null

    union all
    {%- endfor %}

    {%- for column in ['spend', 'impressions', 'reach', 'clicks_all', 'link_clicks'] %}
    select
        file_id,
        file_row,
        '{{ column }}' as column_name,
        'is no number: write it as 1234.56' as reason
    from readable_insights
    where {{ column }} <> '' and try_cast({{ column }} as double) is null and {{ number(column) }} is null

    union all
    {%- endfor %}

    {%- for column in ['account_id', 'campaign_id', 'adset_id', 'ad_id'] %}
    select
        file_id,
        file_row,
        '{{ column }}' as column_name,
        'was rounded by a spreadsheet (1.2E+17): export again and do not save it in the spreadsheet' as reason
    from readable_insights
    where contains({{ column }}, 'E+')

    union all
    {%- endfor %}

    select
        file_id,
        file_row,
        'ids and day' as column_name,
        'are in the file more than once with different values: export without further breakdowns' as reason
    from contradicting_rows

    union all

    select
        file_id,
        file_row,
        null as column_name,
        problem as reason
    from orders
    where problem is not null and file_row > 0

    union all

    select
        file_id,
        file_row,
        'created_at' as column_name,
        'is no time: write it as 2026-03-15 10:30:00 -0700' as reason
    from orders
    where problem is null and try_cast(left(coalesce(created_at, ''), 10) as date) is null

    {%- for column in ['total', 'subtotal', 'refunded_amount'] %}

    union all

    select
        file_id,
        file_row,
        '{{ column }}' as column_name,
        'is no number: write it as 1234.56' as reason
    from orders
    where problem is null
        and {{ column }} <> ''
        and try_cast({{ column }} as double) is null
        and {{ number(column) }} is null
    {%- endfor %}

    union all

    select
        file_id,
        file_row,
        null as column_name,
        problem as reason
    from sales
    where problem is not null and file_row > 0

    union all

    select
        file_id,
        file_row,
        'day' as column_name,
        'is no date that can be told apart from others: write it as 2026-03-15' as reason
    from sales
    where problem is null and try_cast(left(day, 10) as date) is null

    {%- for column in ['orders', 'gross_sales', 'discounts', 'returns', 'net_sales', 'total_sales'] %}

    union all

    select
        file_id,
        file_row,
        '{{ column }}' as column_name,
        'is no number: write it as 1234.56' as reason
    from sales
    where {{ column }} <> '' and {{ number(column) }} is null
    {%- endfor %}

    union all

    select
        file_id,
        file_row,
        null as column_name,
        problem as reason
    from activities
    where problem is not null and file_row > 0

    union all

    select
        file_id,
        file_row,
        'event_time' as column_name,
        'is no time that can be told apart from others: write it as 2026-03-15T10:30:00+0000' as reason
    from activities
    where change_type is not null
        and {{ event_time('event_time') }} is null
        and {{ wall_time('local_time') }} is null

    union all

    select
        file_id,
        file_row,
        'object_id' as column_name,
        'is blank and so is the name, but every edit is of something: export again with it' as reason
    from activities
    where change_type is not null and coalesce(object_id, '') = '' and coalesce(object_name, '') = ''

    union all

    select
        file_id,
        file_row,
        'object_id' as column_name,
        'was rounded by a spreadsheet (1.2E+17): export again and do not save it in the spreadsheet' as reason
    from activities
    where contains(object_id, 'E+')

    union all

    select
        file_id,
        file_row,
        'new_value' as column_name,
        'is no amount, but the edit is of a budget: export again with its extra_data or details' as reason
    from activities
    where change_type = 'budget' and {{ number('new_value') }} is null

)

select * from rejected

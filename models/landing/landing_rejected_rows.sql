{% set breakdowns = [
    'age', 'gender', 'country', 'region', 'publisher_platform', 'platform_position', 'device_platform',
    'impression_device', 'other_breakdown'
] %}
-- depends_on: {{ ref('landing_file_states') }}
with

-- read once per reason: DuckDB would copy what is read more than once, lists and all
insights as not materialized (

    select * from {{ ref('landing_insights') }} where {{ is_new_file() }}

),

orders as not materialized (

    select * from {{ ref('landing_orders') }} where {{ is_new_file() }}

),

sales as (

    select * from {{ ref('landing_sales') }} where {{ is_new_file() }}

),

readable_insights as not materialized (

    select
        *,
        try_cast(date_start as date) as first_day,
        try_cast(date_stop as date) as last_day
    from insights
    where problem is null and not {{ repeats_header('date_start', 'spend') }}

),

readable_orders as not materialized (

    select
        *,
        try_cast(left(coalesce(created_at, ''), 10) as date) as order_day
    from orders
    where problem is null and not {{ repeats_header('created_at', 'coalesce(total, subtotal)') }}

),

ahead as (

    select first_day_ahead from {{ ref('landing_first_day_ahead') }}

),

-- files of which some dates can be read and others stand in another order: 3/4/2026 may be either then
dates as (

    select
        file_id,
        min(file_row) filter (
            where first_day is null and regexp_full_match(date_start, '[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{4}.*')
        ) as first_in_another_order
    from readable_insights
    group by file_id
    having count(first_day) > 0

),

activities as (

    select
        landing_activities.*,
        events.change_type
    from {{ ref('landing_activities') }} as landing_activities
    left join {{ ref('activity_events') }} as events
        on lower(trim(landing_activities.event_type)) = events.event
    where {{ is_new_file('landing_activities.file_id') }}

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

rejected_alone as (

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

    select
        readable_insights.file_id,
        readable_insights.file_row,
        'date_start' as column_name,
        {{ not_a_day('date_start') }} as reason
    from readable_insights
    where date_start <> '' and first_day is null

    union all

    select
        file_id,
        file_row,
        'date_stop' as column_name,
        {{ not_a_day('date_stop') }} as reason
    from readable_insights
    where date_stop <> '' and last_day is null and date_stop is distinct from date_start

    union all

    select
        file_id,
        file_row,
        null as column_name,
        'is a header in the middle of the table, as where exports were put together: nothing is lost without it'
            as reason
    from insights
    where problem is null and {{ repeats_header('date_start', 'spend') }}

    union all

    {%- for column in ['spend', 'impressions', 'reach', 'clicks_all', 'link_clicks'] %}
    select
        file_id,
        file_row,
        '{{ column }}' as column_name,
        {{ not_a_number(column) }} as reason
    from readable_insights
    where {{ column }} <> ''
        -- "nan" is how other tools write a blank
        and coalesce(isinf(try_cast({{ column }} as double)), true)
        and {{ number(column) }} is null

    union all

    select
        file_id,
        file_row,
        '{{ column }}' as column_name,
        'is negative, which no day of delivery is: export again, or leave the row out' as reason
    from readable_insights
    where starts_with(trim({{ column }}), '-') and {{ number(column) }} < 0

    union all
    {%- endfor %}

    select
        file_id,
        file_row,
        'spend' as column_name,
        'is a per cent and not an amount: export the amount' as reason
    from readable_insights
    where contains(spend, '%') and not starts_with(trim(spend), '-')

    union all

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
    from readable_orders
    where order_day is null

    union all

    select
        file_id,
        file_row,
        null as column_name,
        'is a header in the middle of the table, as where exports were put together: nothing is lost without it'
            as reason
    from orders
    where problem is null and {{ repeats_header('created_at', 'coalesce(total, subtotal)') }}

    union all

    select
        file_id,
        file_row,
        'order_name' as column_name,
        'is blank and so is the id, but every order needs one: export the orders again' as reason
    from readable_orders
    where coalesce(order_name, '') = '' and coalesce(order_id, '') = ''

    {%- for column in ['total', 'subtotal', 'refunded_amount'] %}

    union all

    select
        file_id,
        file_row,
        '{{ column }}' as column_name,
        {{ not_a_number(column) }} as reason
    from readable_orders
    where {{ column }} <> ''
        and coalesce(isinf(try_cast({{ column }} as double)), true)
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

),

-- what shows that the file as a whole is not to be trusted
doubted as (

    select
        readable_insights.file_id,
        readable_insights.file_row,
        'date_start' as column_name,
        case
            when first_day >= first_day_ahead
                then 'lies in the future: see whether day and month are the wrong way round, and export again'
            when first_day < date '2004-02-04' then 'lies before Facebook was there: export again'
            when first_day > last_day then 'lies after date_stop: export again'
        end as reason
    from readable_insights
    cross join ahead
    where first_day >= first_day_ahead or first_day < date '2004-02-04' or first_day > last_day

    union all

    select
        readable_orders.file_id,
        readable_orders.file_row,
        'created_at' as column_name,
        case
            when order_day >= first_day_ahead
                then 'lies in the future: see whether day and month are the wrong way round, and export again'
            else 'lies before there were web shops: export again'
        end as reason
    from readable_orders
    cross join ahead
    where order_day >= first_day_ahead or order_day < date '1995-01-01'

    union all

    select
        file_id,
        first_in_another_order as file_row,
        'date_start' as column_name,
        'is in another order than other dates of the file, and 3/4/2026 may be either: write all as 2026-03-15'
            as reason
    from dates
    where first_in_another_order is not null

),

-- where such a file is set aside, none of its rows count
set_aside_whole as (

    select
        file_id,
        file_row,
        null as column_name,
        'is in a file that is set aside' as reason
    from (
        select
            file_id,
            file_row
        from readable_insights
        where {{ parameter('on_bad_input', 'varchar') }} = 'set_aside'
    )
    where file_id in (select file_id from doubted)

),

final as (

    select
        doubted.*,
        true as stops
    from doubted

    union all

    select
        set_aside_whole.*,
        false as stops
    from set_aside_whole

    union all

    select
        rejected_alone.*,
        false as stops
    from rejected_alone
    left join doubted
        on rejected_alone.file_id = doubted.file_id
            and rejected_alone.file_row = doubted.file_row
            and rejected_alone.column_name = doubted.column_name
    where doubted.file_id is null

)

select * from final

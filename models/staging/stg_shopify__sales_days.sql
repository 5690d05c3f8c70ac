-- depends_on: {{ ref('landing_gate') }}
with

files as (

    select * from {{ ref('landing_file_rows') }}

),

rejected_rows as (

    select distinct
        file_id,
        file_row
    from {{ ref('landing_rejected_rows') }}

),

report_rows as (

    select
        files.extract_rank,
        try_cast(left(sales.day, 10) as date) as sales_day,
        {{ number('sales.orders') }} as orders,
        abs({{ number('sales.gross_sales', 'decimal(18, 4)') }})
            - abs({{ number('sales.discounts', 'decimal(18, 4)') }})
            as sold,
        -- whether returns stand below zero or not depends on the version of the report
        abs({{ number('sales.returns', 'decimal(18, 4)') }}) as returned,
        {{ number('sales.net_sales', 'decimal(18, 4)') }} as net_sales,
        {{ number('sales.total_sales', 'decimal(18, 4)') }} as total_sales
    from {{ ref('landing_sales') }} as sales
    inner join files on sales.file_id = files.file_id
    left join rejected_rows
        on sales.file_id = rejected_rows.file_id and sales.file_row = rejected_rows.file_row
    where rejected_rows.file_id is null
        and sales.problem is null

),

per_file as (

    select
        extract_rank,
        sales_day,
        count(*) as report_rows,
        -- an order of two products stands in the rows of both
        cast(case when count(*) = 1 then max(orders) end as bigint) as orders,
        sum(sold) as sold,
        sum(returned) as returned,
        sum(net_sales) as net_sales,
        sum(total_sales) as total_sales
    from report_rows
    group by extract_rank, sales_day

),

latest as (

    select * from per_file
    qualify row_number() over (partition by sales_day order by extract_rank) = 1

)

select
    sales_day,
    report_rows,
    orders,
    total_sales,
    net_sales,
    case {{ parameter('shopify.revenue_basis', 'varchar') }}
        when 'total' then total_sales + coalesce(returned, 0)
        when 'subtotal' then coalesce(sold, net_sales + coalesce(returned, 0))
        when 'subtotal_less_refunds' then coalesce(net_sales, sold - returned)
        else total_sales
    end as revenue
from latest

-- depends_on: {{ ref('landing_gate') }}
-- depends_on: {{ ref('landing_file_states') }}
with

rejected_rows as (

    select distinct
        file_id,
        file_row
    from {{ ref('landing_rejected_rows') }}

),

order_lines as (

    select
        landing_orders.*,
        coalesce(landing_orders.order_name, landing_orders.order_id) as order_key,
        coalesce(lower(landing_orders.line_type), 'line item') as row_type,
        -- with an offset the moment is known; without one only the day as written is
        try_strptime(
            landing_orders.created_at,
            [
                '%Y-%m-%d %H:%M:%S %z', '%Y-%m-%dT%H:%M:%S%z', '%Y-%m-%dT%H:%M:%SZ', '%Y-%m-%d %H:%M:%S%z',
                '%Y-%m-%dT%H:%M:%S.%f%z', '%Y-%m-%dT%H:%M:%S.%fZ', '%Y-%m-%d %H:%M:%S.%f%z'
            ]
        ) as ordered_at
    from {{ ref('landing_orders') }} as landing_orders
    left join rejected_rows
        on landing_orders.file_id = rejected_rows.file_id and landing_orders.file_row = rejected_rows.file_row
    where rejected_rows.file_id is null
        and landing_orders.problem is null
        and {{ is_new_file('landing_orders.file_id') }}

),

-- an order is one row per line item; what belongs to the order stands only on its first row
per_order as (

    select
        file_id,
        -- the same moment is written in other ways by other tools
        coalesce(cast(ordered_at as varchar), created_at) as placed_at,
        max(order_name) as order_name,
        max(created_at) as created_at,
        max(ordered_at) as ordered_at,
        max(order_id) as order_id,
        max(customer_hash) as customer_hash,
        lower(max(financial_status)) as financial_status,
        max(cancelled_at) as cancelled_at,
        upper(max(currency)) as currency,
        max(source) as source,
        lower(max(payment_method)) as payment_method,
        lower(max(is_test)) as is_test,
        lower(max(tags)) as tags,
        max(shipping_country) as shipping_country,
        max(utm_source) as utm_source,
        max(utm_medium) as utm_medium,
        max(utm_campaign) as utm_campaign,
        max(utm_content) as utm_content,
        max(utm_term) as utm_term,
        max(landing_path) as landing_path,
        greatest(count(*) filter (where row_type = 'line item'), 1) as line_items,
        max({{ number('subtotal', 'decimal(18, 4)') }}) as subtotal,
        max({{ number('total', 'decimal(18, 4)') }}) as total,
        cast(
            coalesce(
                max({{ number('refunded_amount', 'decimal(18, 4)') }}) filter (where row_type <> 'transaction'),
                sum({{ number('refunded_amount', 'decimal(18, 4)') }}) filter (where row_type = 'transaction'),
                0
            ) as decimal(18, 4)
        ) as refunded_amount
    from order_lines
    group by file_id, order_key, placed_at

)

select * from per_order

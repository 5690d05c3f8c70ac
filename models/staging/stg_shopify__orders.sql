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

order_lines as (

    select
        landing_orders.*,
        files.extract_rank,
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
    inner join files on landing_orders.file_id = files.file_id
    left join rejected_rows
        on landing_orders.file_id = rejected_rows.file_id and landing_orders.file_row = rejected_rows.file_row
    where rejected_rows.file_id is null
        and landing_orders.problem is null

),

-- an order is one row per line item; what belongs to the order stands only on its first row
per_file as (

    select
        extract_rank,
        order_key,
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
    group by extract_rank, order_key, placed_at

),

-- found by keys alone, for to sort whole rows takes half of the time
latest_by_id as (

    select
        extract_rank,
        order_key,
        placed_at,
        order_id
    from per_file
    where total is not null or subtotal is not null
    qualify row_number() over (
        partition by coalesce(order_id, order_key || '|' || placed_at) order by extract_rank
    ) = 1

),

-- a reduced export may leave the id out
latest_keys as (

    select
        extract_rank,
        order_key,
        placed_at
    from latest_by_id
    qualify order_id is not null or max(order_id) over (partition by order_key, placed_at) is null

),

latest as (

    select per_file.*
    from per_file
    inner join latest_keys
        on per_file.extract_rank = latest_keys.extract_rank
            and per_file.order_key is not distinct from latest_keys.order_key
            and per_file.placed_at is not distinct from latest_keys.placed_at

),

final as (

    select
        coalesce(order_id, {{ derived_id(['order_name', 'created_at']) }}) as order_id,
        order_name,
        customer_hash,
        currency,
        financial_status,
        source,
        shipping_country,
        lower(utm_source) as utm_source,
        utm_medium,
        utm_campaign,
        utm_content,
        utm_term,
        landing_path,
        line_items,
        coalesce(subtotal, total) as subtotal,
        coalesce(total, subtotal) as total,
        refunded_amount,
        case {{ parameter('shopify.revenue_basis', 'varchar') }}
            when 'total' then coalesce(total, subtotal)
            when 'subtotal' then coalesce(subtotal, total)
            -- a refund is of everything paid; the goods' part of it is their share of the total
            when 'subtotal_less_refunds'
                then coalesce(subtotal, total) * (1 - coalesce(refunded_amount / nullif(total, 0), 0))
            else coalesce(total, subtotal) - refunded_amount
        end as revenue,
        {{ parameter('shopify.revenue_basis', 'varchar') }} as revenue_basis,
        case
            when cancelled_at is not null then 'cancelled'
            when financial_status in ('voided', 'expired') then financial_status
            when is_test in ('true', '1', 'yes') or payment_method like '%bogus%' then 'test order'
            when financial_status is not null
                and not list_contains({{ parameter('shopify.accepted_statuses', 'varchar[]') }}, financial_status)
                then 'status not accepted'
        end as excluded_because,
        coalesce(financial_status in ('pending', 'unpaid', 'authorized'), false) as is_unpaid,
        coalesce(len(list_intersect(
            string_split(replace(tags, ', ', ','), ','), {{ parameter('shopify.recurring_order_tags', 'varchar[]') }}
        )) > 0, false) or coalesce(source like 'subscription_contract%', false) as is_recurring,
        ordered_at,
        try_cast(left(created_at, 10) as date) as day_as_written
    from latest

)

select * from final

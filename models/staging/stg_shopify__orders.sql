-- depends_on: {{ ref('landing_gate') }}
with

-- DuckDB would copy what is read more than once, with all of its columns
per_file as not materialized (

    select
        order_values.*,
        files.extract_rank,
        coalesce(order_values.order_name, order_values.order_id) as order_key
    from {{ ref('landing_order_values') }} as order_values
    inner join {{ ref('landing_file_rows') }} as files on order_values.file_id = files.file_id

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

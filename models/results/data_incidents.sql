with

incidents as (

    select * from {{ ref('int_incidents') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

accounts as (

    select
        entity_id as account_id,
        entity_name as account_name
    from {{ ref('int_entities') }}
    where entity_level = 'account'

),

final as (

    select
        incidents.account_id,
        accounts.account_name,
        incidents.incident_kind,
        incidents.first_day,
        incidents.last_day,
        incidents.incident_days,
        incidents.last_day = as_of.data_through as is_open,
        incidents.is_acted_on,
        cast(incidents.purchases as double) as purchases,
        incidents.expected_by_clicks,
        incidents.purchases / nullif(incidents.expected_by_clicks, 0) as share_by_clicks,
        cast(incidents.shopify_orders as bigint) as shopify_orders,
        incidents.expected_by_orders,
        incidents.purchases / nullif(incidents.expected_by_orders, 0) as share_by_orders,
        as_of.run_id
    from incidents
    cross join as_of
    left join accounts on incidents.account_id = accounts.account_id

)

select * from final

with

objects as (

    select * from {{ ref('landing_latest_objects') }}

),

-- accounts that only insights or other objects name
mentioned as (

    select
        account_id,
        account_name,
        currency
    from {{ ref('landing_insight_values') }}

    union all

    select
        account_id,
        null as account_name,
        null as currency
    from objects

),

mentioned_once as (

    select
        account_id,
        max(account_name) as account_name,
        max(currency) as currency
    from mentioned
    group by account_id

),

account_objects as (

    select
        object_id as account_id,
        object ->> '$.name' as account_name,
        upper(object ->> '$.currency') as currency,
        object ->> '$.timezone_name' as time_zone
    from objects
    where object_type = 'account'

),

final as (

    select
        mentioned_once.account_id,
        coalesce(account_objects.account_name, mentioned_once.account_name) as account_name,
        coalesce(
            account_objects.currency, mentioned_once.currency, {{ parameter('account.currency', 'varchar') }}
        ) as currency,
        coalesce({{ parameter('account.time_zone', 'varchar') }}, account_objects.time_zone) as time_zone
    from mentioned_once
    left join account_objects on mentioned_once.account_id = account_objects.account_id

)

select
    final.*,
    coalesce(currencies.minor_unit_offset, 100) as minor_unit_offset
from final
left join {{ ref('currencies') }} as currencies on final.currency = currencies.currency

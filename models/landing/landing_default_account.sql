with

-- accounts named anywhere in the folder
accounts as (

    select account_id from {{ ref('landing_objects') }} where account_id is not null and problem is null
    union
    select account_id from {{ ref('landing_insights') }} where account_id is not null and problem is null

),

-- rows that name no account belong to the configured one, else to the only one there is
default_account as (

    select
        coalesce(
            {{ parameter('account.account_id', 'varchar') }},
            case when count(*) = 1 then max(account_id) end,
            'unknown'
        ) as account_id
    from accounts

)

select * from default_account

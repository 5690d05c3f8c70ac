with

orders as (

    select * from {{ ref('stg_shopify__orders') }}

),

-- orders that name no account belong to the one with most spend
account_spend as (

    select
        accounts.account_id,
        accounts.currency,
        accounts.time_zone,
        coalesce(sum(insights.spend), 0) as spend
    from {{ ref('stg_meta__accounts') }} as accounts
    left join {{ ref('stg_meta__insights') }} as insights on accounts.account_id = insights.account_id
    group by accounts.account_id, accounts.currency, accounts.time_zone

),

shop_account as (

    select * from account_spend
    qualify row_number() over (
        order by
            account_id = {{ parameter('shopify.account_id', 'varchar') }} desc nulls last, spend desc, account_id
    ) = 1

),

rates as (

    select * from {{ ref('exchange_rates') }}

),

entities as (

    select * from {{ ref('stg_meta__entities') }}

    union all

    select distinct
        level as entity_level,
        entity_id,
        account_id,
        campaign_id,
        adset_id,
        case level when 'ad' then ad_name when 'adset' then adset_name else campaign_name end as entity_name
    from {{ ref('stg_meta__insights') }}
    where id_source = 'derived' and level <> 'account'

),

-- a name that two entities of a level bear points to none of them
names as (

    select
        entity_level,
        {{ folded('entity_name') }} as folded_name,
        max(entity_id) as entity_id
    from entities
    where entity_name is not null
    group by 1, 2
    having count(distinct entity_id) = 1

),

meta_sources as (

    select utm_source from {{ ref('utm_sources') }}

),

-- what an order's utm fields may name; ids are unmistakable, names count only where the source is Meta
mentions as (

    select
        order_id,
        utm_source,
        unnest([utm_term, utm_content, utm_campaign]) as mention
    from orders
    where not is_recurring
        and coalesce(utm_term, utm_content, utm_campaign) is not null

),

candidates as (

    select
        mentions.order_id,
        entities.entity_level,
        entities.entity_id,
        'utm_id' as match_method
    from mentions
    inner join entities on trim(mentions.mention) = entities.entity_id

    union all

    select
        mentions.order_id,
        names.entity_level,
        names.entity_id,
        'utm_name' as match_method
    from mentions
    inner join meta_sources on mentions.utm_source = meta_sources.utm_source
    inner join names on {{ folded('mentions.mention') }} = names.folded_name

),

-- the finest entity named wins, an id before a name
matches as (

    select
        candidates.order_id,
        candidates.match_method,
        entities.account_id,
        entities.campaign_id,
        entities.adset_id,
        case when candidates.entity_level = 'ad' then candidates.entity_id end as ad_id
    from candidates
    inner join entities
        on candidates.entity_level = entities.entity_level and candidates.entity_id = entities.entity_id
    qualify row_number() over (
        partition by candidates.order_id
        order by
            candidates.match_method,
            case candidates.entity_level when 'ad' then 1 when 'adset' then 2 else 3 end,
            candidates.entity_id
    ) = 1

),

placed as (

    select
        orders.*,
        matches.match_method,
        matches.campaign_id,
        matches.adset_id,
        matches.ad_id,
        coalesce(matches.account_id, shop_account.account_id, 'unknown') as account_id
    from orders
    left join shop_account on true
    left join matches on orders.order_id = matches.order_id

),

dated as (

    select
        placed.*,
        accounts.currency as account_currency,
        case
            when placed.ordered_at is not null and accounts.time_zone is not null
                then cast(timezone(accounts.time_zone, placed.ordered_at) as date)
            else placed.day_as_written
        end as order_date
    from placed
    left join account_spend as accounts on placed.account_id = accounts.account_id

),

-- the last rate known on the order's day
converted as (

    select
        dated.*,
        case
            when dated.currency is null or dated.account_currency is null or dated.currency = dated.account_currency
                then 1
            else rates.rate
        end as exchange_rate
    from dated
    left join rates
        on dated.currency = rates.from_currency
            and dated.account_currency = rates.to_currency
            and rates.rate_date <= dated.order_date
    qualify row_number() over (partition by dated.order_id order by rates.rate_date desc) = 1

),

first_orders as (

    select
        customer_hash,
        min(order_date) as first_order_date
    from converted
    where excluded_because is null and customer_hash is not null
    group by customer_hash

),

reach_back as (

    select min(order_date) as first_order_date from converted

),

final as (

    select
        converted.order_id,
        converted.order_name,
        converted.account_id,
        converted.campaign_id,
        converted.adset_id,
        converted.ad_id,
        converted.match_method,
        converted.customer_hash,
        converted.financial_status,
        converted.source,
        converted.utm_source,
        converted.currency,
        converted.account_currency,
        converted.exchange_rate,
        converted.revenue_basis,
        converted.excluded_because,
        case
            when converted.exchange_rate is null
                then
                    'no rate from ' || converted.currency || ' to ' || converted.account_currency
                    || ' in exchange_rates.csv'
        end as revenue_missing_because,
        converted.is_unpaid,
        converted.is_recurring,
        case
            when converted.customer_hash is null then null
            when first_orders.first_order_date < converted.order_date then false
            when converted.order_date
                >= reach_back.first_order_date
                + to_months({{ parameter('shopify.new_buyer_lookback_months', 'integer') }})
                then true
        end as is_new_buyer,
        converted.total,
        converted.refunded_amount,
        cast(converted.revenue * converted.exchange_rate as decimal(18, 4)) as revenue,
        converted.order_date,
        converted.ordered_at
    from converted
    left join first_orders on converted.customer_hash = first_orders.customer_hash
    cross join reach_back

)

select * from final

with

orders as (

    select * from {{ ref('stg_shopify__orders') }}

),

-- orders that name no account belong to the one with most spend
shop_account as (

    {{ shop_account() }}

),

-- a rate holds until the next one
rates as (

    select
        *,
        lead(rate_date, 1, date '9999-12-31') over (
            partition by from_currency, to_currency order by rate_date
        ) as next_rate_date
    from {{ ref('exchange_rates') }}

),

derived as (

    select distinct
        account_id,
        campaign_id,
        adset_id,
        ad_id,
        campaign_name,
        adset_name,
        ad_name
    from {{ ref('stg_meta__insights') }}
    where starts_with(campaign_id, 'n') or starts_with(adset_id, 'n') or starts_with(ad_id, 'n')

),

entities as (

    select * from {{ ref('stg_meta__entities') }}
    {%- for level in ['campaign', 'adset', 'ad'] %}

    union

    select
        '{{ level }}' as entity_level,
        {{ level }}_id as entity_id,
        account_id,
        campaign_id,
        {{ 'cast(null as varchar) as adset_id' if level == 'campaign' else 'adset_id' }},
        {{ level }}_name as entity_name
    from derived
    where starts_with({{ level }}_id, 'n')
    {%- endfor %}

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

-- thousands of orders come by the same link, so links are matched, not orders
links as (

    select
        utm_source,
        utm_term,
        utm_content,
        utm_campaign,
        row_number() over (order by utm_source, utm_term, utm_content, utm_campaign) as link
    from (
        select distinct
            utm_source,
            utm_term,
            utm_content,
            utm_campaign
        from orders
        where not is_recurring
            and coalesce(utm_term, utm_content, utm_campaign) is not null
    )

),

-- what a link's utm fields may name
mentions as (

    select
        links.link,
        meta_sources.utm_source is not null as is_from_meta,
        unnest([links.utm_term, links.utm_content, links.utm_campaign]) as mention
    from links
    left join meta_sources on links.utm_source = meta_sources.utm_source

),

distinct_mentions as (

    select distinct mention from mentions where mention is not null

),

-- ids are unmistakable and go before names; the finest entity goes first
targets as (

    select
        distinct_mentions.mention,
        'utm_id' as match_method,
        entities.entity_level,
        entities.entity_id,
        case entities.entity_level when 'ad' then 1 when 'adset' then 2 else 3 end as preference
    from distinct_mentions
    inner join entities on trim(distinct_mentions.mention) = entities.entity_id

    union all

    select
        distinct_mentions.mention,
        'utm_name' as match_method,
        names.entity_level,
        names.entity_id,
        case names.entity_level when 'ad' then 4 when 'adset' then 5 else 6 end as preference
    from distinct_mentions
    inner join names on {{ folded('distinct_mentions.mention') }} = names.folded_name

),

candidates as (

    select
        mentions.link,
        targets.preference,
        targets.match_method,
        targets.entity_level,
        targets.entity_id
    from mentions
    inner join targets on mentions.mention = targets.mention
    where targets.match_method = 'utm_id' or mentions.is_from_meta

),

best as (

    select
        link,
        min(preference) as preference
    from candidates
    group by link

),

chosen as (

    select
        candidates.link,
        candidates.match_method,
        candidates.entity_level,
        min(candidates.entity_id) as entity_id
    from candidates
    inner join best
        on candidates.link = best.link and candidates.preference = best.preference
    group by candidates.link, candidates.match_method, candidates.entity_level

),

matches as (

    select
        links.utm_source,
        links.utm_term,
        links.utm_content,
        links.utm_campaign,
        chosen.match_method,
        entities.account_id,
        entities.campaign_id,
        entities.adset_id,
        case when chosen.entity_level = 'ad' then chosen.entity_id end as ad_id
    from chosen
    inner join links on chosen.link = links.link
    inner join entities
        on chosen.entity_level = entities.entity_level and chosen.entity_id = entities.entity_id

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
    left join matches
        on not orders.is_recurring
            and orders.utm_source is not distinct from matches.utm_source
            and orders.utm_term is not distinct from matches.utm_term
            and orders.utm_content is not distinct from matches.utm_content
            and orders.utm_campaign is not distinct from matches.utm_campaign

),

-- an account whose currency no file says is taken to have the orders', where these have one alone
currency_of_orders as (

    select case when count(distinct currency) = 1 then max(currency) end as currency from orders

),

dated as (

    select
        placed.*,
        coalesce(accounts.currency, currency_of_orders.currency) as account_currency,
        case
            when placed.ordered_at is not null and accounts.time_zone is not null
                then cast(timezone(accounts.time_zone, placed.ordered_at) as date)
            else placed.day_as_written
        end as order_date
    from placed
    left join {{ ref('stg_meta__accounts') }} as accounts on placed.account_id = accounts.account_id
    cross join currency_of_orders

),

converted as (

    select
        dated.*,
        case
            when dated.currency is null or dated.currency = dated.account_currency then 1
            else rates.rate
        end as exchange_rate
    from dated
    left join rates
        on dated.currency = rates.from_currency
            and dated.account_currency = rates.to_currency
            and dated.order_date >= rates.rate_date
            and dated.order_date < rates.next_rate_date

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
            when converted.exchange_rate is null and converted.account_currency is null
                then 'orders have several currencies, and no file says which the account has: set account.currency'
            when converted.exchange_rate is null
                then
                    'no rate from ' || converted.currency || ' to ' || converted.account_currency
                    || ' in exchange_rates.csv'
        end as revenue_missing_because,
        converted.is_unpaid,
        converted.is_recurring,
        -- a returning buyer would show earlier, too, but shares of new ones would then be too low
        case
            when converted.order_date
                >= reach_back.first_order_date
                + to_months({{ parameter('shopify.new_buyer_lookback_months', 'integer') }})
                then first_orders.first_order_date >= converted.order_date
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

-- How did the last seven days go, against the seven before?
-- Meta still misses purchases of the newest days, Shopify does not: compare weeks by mer
with last_day as (
    select
        account_id,
        max(date_day) as date_day
    from results.account_daily
    where spend is not null
    group by account_id
)

select
    account_name,
    case when days.date_day > last_day.date_day - 7 then 'last 7 days' else '7 days before' end as week,
    sum(spend) as spend,
    sum(purchase_value) / sum(spend) as roas_meta_so_far,
    sum(shopify_revenue) as shopify_revenue,
    sum(shopify_revenue) / sum(spend) as mer
from results.account_daily as days
inner join last_day on days.account_id = last_day.account_id and days.date_day > last_day.date_day - 14
group by account_name, week
order by account_name, week desc;

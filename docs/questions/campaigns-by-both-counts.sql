-- Which campaigns earn, by Meta's count and by Shopify's last clicks?
with last_day as (select max(date_day) as date_day from results.campaign_daily)

select
    campaign_name,
    sum(spend) as spend,
    sum(purchase_value) / sum(spend) as roas_meta,
    sum(shopify_matched_revenue) / sum(spend) as roas_shopify_last_click,
    sum(shopify_matched_orders) as orders_last_click
from results.campaign_daily
where date_day > (select date_day - 28 from last_day)
group by campaign_name
having sum(spend) > 0
order by spend desc;

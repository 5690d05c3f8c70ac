-- the last 28 complete days, and the 28 before them
select
    daily.account_id,
    (pacing.data_through - daily.date_day) // 28 as windows_ago,
    min(daily.date_day) as first_day,
    max(daily.date_day) as last_day,
    sum(daily.spend) as spend,
    sum(daily.purchases) as purchases,
    sum(daily.purchase_value) as purchase_value,
    sum(daily.shopify_orders) as shopify_orders,
    sum(daily.shopify_revenue) as shopify_revenue,
    sum(daily.purchase_value) / nullif(sum(daily.spend), 0) as roas,
    sum(daily.shopify_revenue) / nullif(sum(daily.spend), 0) as mer,
    sum(daily.spend) / nullif(sum(daily.purchases), 0) as cpa,
    sum(daily.spend) / nullif(sum(daily.new_customer_orders), 0) as ncac
from results.account_daily as daily
inner join results.monthly_budget_pacing as pacing on daily.account_id = pacing.account_id
where daily.date_day between pacing.data_through - 55 and pacing.data_through
group by all
order by daily.account_id, windows_ago

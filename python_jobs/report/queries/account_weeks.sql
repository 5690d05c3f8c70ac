-- weeks of seven days back from the last complete day
select
    daily.account_id,
    pacing.data_through - cast(7 * ((pacing.data_through - daily.date_day) // 7) as integer) as last_day,
    sum(daily.spend) as spend,
    sum(daily.purchases) as purchases,
    sum(daily.purchase_value) as purchase_value,
    sum(daily.shopify_revenue) as shopify_revenue,
    sum(daily.purchase_value) / nullif(sum(daily.spend), 0) as roas,
    sum(daily.shopify_revenue) / nullif(sum(daily.spend), 0) as mer
from results.account_daily as daily
inner join results.monthly_budget_pacing as pacing on daily.account_id = pacing.account_id
where daily.date_day between pacing.data_through - 26 * 7 + 1 and pacing.data_through
group by all
having count(daily.spend) = 7
order by daily.account_id, last_day

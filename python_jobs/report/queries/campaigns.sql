-- the last 28 complete days of each campaign
select
    daily.account_id,
    daily.campaign_id,
    coalesce(any_value(daily.campaign_name), daily.campaign_id) as campaign_name,
    sum(daily.spend) as spend,
    sum(daily.purchases) as purchases,
    sum(daily.purchase_value) as purchase_value,
    sum(daily.shopify_matched_revenue) as shopify_matched_revenue,
    sum(daily.purchase_value) / nullif(sum(daily.spend), 0) as roas,
    sum(daily.shopify_matched_revenue) / nullif(sum(daily.spend), 0) as shopify_roas,
    sum(daily.spend) / nullif(sum(daily.purchases), 0) as cpa
from results.campaign_daily as daily
inner join results.monthly_budget_pacing as pacing on daily.account_id = pacing.account_id
where daily.date_day between pacing.data_through - 27 and pacing.data_through
group by daily.account_id, daily.campaign_id
having sum(daily.spend) > 0
order by daily.account_id, sum(daily.spend) desc, daily.campaign_id

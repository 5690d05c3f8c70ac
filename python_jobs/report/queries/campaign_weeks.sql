select
    daily.account_id,
    daily.campaign_id,
    coalesce(any_value(daily.campaign_name), daily.campaign_id) as campaign_name,
    pacing.data_through - cast(7 * ((pacing.data_through - daily.date_day) // 7) as integer) as last_day,
    sum(daily.spend) as spend,
    sum(daily.purchase_value) / nullif(sum(daily.spend), 0) as roas
from results.campaign_daily as daily
inner join results.monthly_budget_pacing as pacing on daily.account_id = pacing.account_id
where daily.date_day between pacing.data_through - 12 * 7 + 1 and pacing.data_through
group by daily.account_id, daily.campaign_id, last_day
having sum(daily.spend) > 0
order by daily.account_id, daily.campaign_id, last_day

-- spend of the decision's month and of the two before it, added up day by day
select
    daily.account_id,
    date_trunc('month', daily.date_day) as month,
    daily.date_day,
    daily.spend,
    sum(daily.spend) over (
        partition by daily.account_id, date_trunc('month', daily.date_day) order by daily.date_day
    ) as spend_to_date
from results.account_daily as daily
inner join results.monthly_budget_pacing as pacing on daily.account_id = pacing.account_id
where daily.date_day between pacing.month - interval 2 month and pacing.data_through
order by daily.account_id, daily.date_day

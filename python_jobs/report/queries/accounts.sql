select
    daily.account_id,
    coalesce(any_value(daily.account_name), daily.account_id) as account_name,
    any_value(daily.currency) as currency
from results.account_daily as daily
group by daily.account_id
order by sum(daily.spend) desc nulls last, daily.account_id

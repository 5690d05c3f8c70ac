-- What did a new customer cost, week by week?
select
    account_name,
    date_trunc('week', date_day) as week,
    sum(spend) as spend,
    sum(new_customer_orders) as new_customers,
    sum(spend) / nullif(sum(new_customer_orders), 0) as ncac
from results.account_daily
where new_customer_orders is not null
group by account_name, week
order by account_name, week desc
limit 12;

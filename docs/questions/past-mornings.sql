-- How would the engine have done on past mornings, against what was set?
select distinct
    decision_date,
    account_name,
    account_gain,
    account_gain_low,
    account_gain_high,
    placebo_gain,
    currency
from results.replay
where account_gain is not null
order by decision_date desc;

-- Which ad sets are worn out: clicked less than in their first weeks, and seen often?
select
    adset_name,
    spend_7d,
    ctr_7d,
    ctr_against_first_weeks,
    frequency_7d_low,
    frequency_7d_high,
    roas_trend
from features.adset_features
where date_day = (select max(date_day) from features.adset_features) and ctr_against_first_weeks < -0.2
order by ctr_against_first_weeks;

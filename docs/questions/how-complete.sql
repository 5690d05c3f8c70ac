-- How much of the purchases of the last days is in the files so far?
select
    date_day,
    sum(purchases) as purchases_so_far,
    sum(purchases_matured) as purchases_expected,
    any_value(share_visible) as share_visible
from features.adset_features
where date_day > (select max(date_day) - 7 from features.adset_features)
group by date_day
order by date_day desc;

-- Which ad sets are in learning, and how far have they come?
select
    adset_name,
    learning_status,
    learning_status_source,
    conversions_7d,
    days_since_significant_edit,
    age_days
from features.adset_features
where date_day = (select max(date_day) from features.adset_features) and learning_status <> 'out of learning'
order by conversions_7d desc;

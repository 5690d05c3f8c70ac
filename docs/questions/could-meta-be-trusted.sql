-- On which days could Meta's purchases not be trusted? None is good news.
select
    account_name,
    incident_kind,
    first_day,
    last_day,
    is_open,
    share_by_clicks,
    share_by_orders
from results.data_incidents
order by first_day desc;

select
    incidents.account_id,
    incidents.incident_kind,
    incidents.first_day,
    incidents.last_day,
    incidents.incident_days,
    incidents.is_open,
    incidents.purchases,
    incidents.expected_by_clicks,
    incidents.share_by_clicks,
    incidents.share_by_orders
from results.data_incidents as incidents
order by incidents.account_id, incidents.first_day desc

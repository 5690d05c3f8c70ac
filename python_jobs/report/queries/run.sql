select
    runs.customer,
    runs.platform,
    runs.as_of,
    runs.data_through,
    runs.published_at,
    runs.package_version,
    runs.run_id
from results.runs as runs
order by runs.published_at desc
limit 1

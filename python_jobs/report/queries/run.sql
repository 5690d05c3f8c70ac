-- the run that the daily tables are of
select
    runs.customer,
    runs.platform,
    runs.as_of,
    runs.data_through,
    runs.published_at,
    runs.package_version,
    runs.run_id
from results.runs as runs
where list_contains(runs.tables, 'results.account_daily')

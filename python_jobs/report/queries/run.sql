-- the run that the budgets or, without any, the daily tables are of
select
    runs.customer,
    runs.platform,
    runs.as_of,
    runs.data_through,
    runs.published_at,
    runs.package_version,
    runs.run_id
from results.runs as runs
where list_has_any(runs.tables, ['results.budget_allocations', 'results.account_daily'])
order by list_contains(runs.tables, 'results.budget_allocations') desc
limit 1

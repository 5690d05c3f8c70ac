select
    coverage.account_id,
    coverage.table_name,
    coverage.recommendations,
    coverage.status
from results.recommendation_coverage as coverage
order by coverage.account_id, coverage.table_name

select
    file_id,
    file_row,
    cast(null as varchar) as column_name,
    problem as reason
from {{ ref('landing_insights') }}
where problem is not null and file_row > 0

select
    rejected.reason,
    count(rejected.file_row) as rejected_rows,
    min(rejected.file_path) as file_path
from results.rejected_rows as rejected
group by rejected.reason
order by rejected_rows desc, rejected.reason

select
    files.file_path,
    files.status,
    files.kind,
    files.message,
    files.rows_read,
    files.rows_rejected,
    files.rows_used,
    files.first_day,
    files.last_day
from results.input_files as files
order by files.status = 'read', files.kind, files.file_path

{#- Publishing makes it a view of the published history, so that it also holds the run that built it. -#}
select * from {{ source('history', 'decision_log') }}

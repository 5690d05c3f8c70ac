-- depends_on: {{ ref('landing_rejected_rows') }}
select true as is_open

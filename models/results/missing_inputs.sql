{#- What the files do not hold, and what it would add. -#}
select
    cast(gaps.place as integer) as place,
    cast(gaps.missing as varchar) as missing,
    cast(gaps.without as varchar) as without,
    cast(gaps.remedy as varchar) as remedy,
    cast(nullif(gaps.section, '') as varchar) as section,
    run_settings.run_id
from {{ ref('landing_gaps') }} as gaps
cross join {{ ref('run_settings') }} as run_settings

select
    gaps.missing,
    gaps.without,
    gaps.remedy,
    gaps.section
from results.missing_inputs as gaps
order by gaps.place

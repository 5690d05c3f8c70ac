select
    tuning.ended_at,
    tuning.data_days,
    tuning.trials,
    tuning.improvement,
    tuning.improvement_low,
    tuning.improvement_high,
    tuning.verdict,
    tuning.reason
from results.tuning_summary as tuning
order by tuning.ended_at desc

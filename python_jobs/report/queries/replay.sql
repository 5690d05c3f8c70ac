select distinct
    replay.account_id,
    replay.decision_date,
    replay.account_gain,
    replay.account_gain_low,
    replay.account_gain_high,
    replay.placebo_gain,
    replay.total_gain,
    replay.total_gain_low,
    replay.total_gain_high,
    replay.total_placebo_gain
from results.replay as replay
where replay.account_gain is not null
order by replay.account_id, replay.decision_date

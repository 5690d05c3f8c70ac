-- what engine and account did differently and mattered most
select
    replay.account_id,
    replay.decision_date,
    coalesce(replay.budget_entity_name, replay.budget_entity_id) as budget_entity_name,
    replay.budget_before,
    replay.budget_engine,
    replay.budget_set,
    replay.gain,
    replay.gain_low,
    replay.gain_high,
    replay.sentence
from results.replay as replay
where replay.gain is not null and replay.agreement in ('opposite', 'engine alone', 'hand alone')
qualify row_number() over (
    partition by replay.account_id order by abs(replay.gain) desc, replay.decision_date, replay.budget_entity_id
) <= 5
order by replay.account_id, abs(replay.gain) desc, replay.decision_date, replay.budget_entity_id

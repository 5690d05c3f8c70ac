select
    trace.budget_level,
    trace.budget_entity_id,
    trace.step_number,
    trace.step,
    trace.step_kind,
    trace.before,
    trace.after,
    trace.factor,
    trace.note
from results.decision_trace as trace
order by trace.budget_level, trace.budget_entity_id, trace.step_number

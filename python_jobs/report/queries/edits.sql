select
    edits.entity_level as budget_level,
    edits.entity_id as budget_entity_id,
    edits.changed_on,
    edits.old_budget,
    edits.new_budget,
    edits.source
from results.change_log as edits
where edits.change_type = 'budget' and edits.new_budget is not null
order by edits.entity_level, edits.entity_id, edits.changed_on

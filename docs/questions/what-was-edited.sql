-- What was edited in the account in the last four weeks?
select
    changed_on,
    entity_level,
    entity_name,
    change_type,
    old_value,
    new_value,
    source
from results.change_log
where changed_on > (select max(decision_date) - 28 from results.budget_allocations)
order by changed_on desc;

-- the last 60 days of what holds a budget; a morning's features end with the day before
select
    features.budget_level,
    features.budget_entity_id,
    features.decision_date - 1 as date_day,
    features.spend_1d,
    case when features.budget_source <> 'estimated' then features.daily_budget end as daily_budget,
    features.roas_matured_7d
from features.holder_features as features
inner join results.budget_allocations as budgets
    on
        features.budget_level = budgets.budget_level
        and features.budget_entity_id = budgets.budget_entity_id
where features.decision_date between budgets.decision_date - 59 and budgets.decision_date
order by features.budget_level, features.budget_entity_id, features.decision_date

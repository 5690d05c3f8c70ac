with

evaluations as (

    select * from {{ ref('rule_evaluations_made') }}

),

decisions as (

    select * from {{ ref('decisions') }}

),

rules as (

    select * from {{ ref('rules_declared') }}

),

final as (

    select
        evaluations.decision_date,
        evaluations.account_id,
        evaluations.budget_level,
        evaluations.budget_entity_id,
        decisions.budget_entity_name,
        evaluations.rule_id,
        rules.priority,
        rules.rule_class,
        rules.decision_path,
        evaluations.fired,
        evaluations.decided,
        evaluations.failed_condition,
        evaluations.value,
        evaluations.threshold,
        evaluations.short_by,
        decisions.run_id
    from evaluations
    inner join rules on evaluations.rule_id = rules.rule_id
    inner join decisions
        on evaluations.decision_date = decisions.decision_date
        and evaluations.budget_level = decisions.budget_level
        and evaluations.budget_entity_id = decisions.budget_entity_id

)

select * from final

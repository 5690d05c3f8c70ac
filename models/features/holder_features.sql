with

features as (

    select * from {{ ref('int_features') }}

),

holders as (

    select
        decision_date,
        date_day as data_through,
        entity_level as budget_level,
        entity_id as budget_entity_id,
        entity_name as budget_entity_name,
        * exclude (
            basis, decision_date, date_day, entity_level, entity_id, entity_name, budget_level, is_budget_holder
        )
    from features
    where basis = 'as_known' and is_budget_holder

)

select * from holders

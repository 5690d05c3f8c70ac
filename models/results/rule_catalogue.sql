with

rules as (

    select * from {{ ref('rules_declared') }}

),

parameters as (

    select * from {{ ref('landing_parameters') }}

),

run_settings as (

    select * from {{ ref('run_settings') }}

),

final as (

    select
        rules.rule_id,
        rules.priority,
        rules.rule_class,
        rules.decision_path,
        rules.direction,
        rules.condition,
        coalesce(try_cast(parameters.value ->> '$' as double), rules.factor_default) as factor,
        rules.factor_parameter,
        rules.bound,
        rules.parameters_read,
        rules.columns_read,
        rules.rationale,
        run_settings.run_id
    from rules
    cross join run_settings
    left join parameters on rules.factor_parameter = parameters.parameter

)

select * from final

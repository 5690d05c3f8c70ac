{#- Steps in order: name, the value after it, what it went by. Each starts where the one before ended. -#}
{%- set evidence_steps = [
    ('meta', 'meta_roas', "'Meta-attributed, last 28 days, as far as in'"),
    ('late_conversions', 'matured_roas', "'purchases of these days that are still to come'"),
    ('shopify', 'corrected_roas', "shopify_note"),
    ('incrementality', 'multiplied_roas', "'multiplier for ' || audience_type || ' audiences'"),
    ('weight_of_evidence', 'projected_roas', "evidence_note"),
    ('marginal_return', 'marginal_roas', "'return of the next unit of money at today''s spend'"),
] -%}
{%- set budget_steps = [
    ('rule', 'after_rule', "rule_id"),
    ('gradient', 'after_gradient', "'how far ROAS is from the account''s'"),
    ('trend', 'after_trend', "'clicks of the last 7 days against what spend leads to expect'"),
    ('health_score', 'after_health_score', "'ROAS, clicks, delivery and frequency together'"),
    ('budget_relative', 'after_budget_relative', "'share of the account''s total'"),
    ('sample_size', 'after_sample_size', "'purchases of evidence'"),
    ('smoothing', 'after_smoothing', "'recent, base and long window together'"),
    ('allocation', 'desired_budget', "allocation_note"),
    ('lower_limit', 'after_lower_limit', "lower_limit_name"),
    ('upper_limit', 'after_upper_limit', "upper_limit_name"),
    ('plan', 'budget_after_limits', "plan_note"),
    ('rounding', 'recommended_budget', "'the account adds up to its total'"),
] -%}
with

decisions as (

    select * from {{ ref('decisions') }}

),

inputs as (

    select * from {{ ref('decision_inputs') }}

),

parameters as (

    select * from {{ ref('landing_parameters') }}

),

rules as (

    select * from {{ ref('rules_declared') }}

),

evidence as (

    select
        decisions.*,
        inputs.audience_type,
        inputs.purchase_value_28d / nullif(inputs.spend_28d, 0) as meta_roas,
        inputs.roas_matured_28d as matured_roas,
        inputs.roas_matured_28d * decisions.shopify_correction as corrected_roas,
        inputs.roas_matured_28d * decisions.shopify_correction * inputs.incrementality as multiplied_roas,
        case
            when inputs.shopify_correction_source = 'none' then 'not corrected: too few matched orders'
            when inputs.shopify_correction_source = 'not believed'
                then 'not corrected: last clicks show more of retargeting''s claim than of others'''
            else 'Shopify last-click against Meta, by ' || inputs.shopify_correction_source
        end as shopify_note,
        cast(100 * decisions.evidence_weight as integer)
        || ' % by its own purchases, recent ones counting more; the rest is the account''s' as evidence_note
    from decisions
    inner join inputs
        on decisions.decision_date = inputs.decision_date
        and decisions.budget_level = inputs.budget_level
        and decisions.budget_entity_id = inputs.budget_entity_id

),

budgets as (

    select
        *,
        starting_budget * rule_factor as after_rule,
        starting_budget * factor_after_gradient as after_gradient,
        starting_budget * factor_after_trend as after_trend,
        starting_budget * factor_after_health_score as after_health_score,
        starting_budget * factor_after_budget_relative as after_budget_relative,
        starting_budget * factor_after_sample_size as after_sample_size,
        starting_budget * factor_after_smoothing as after_smoothing,
        greatest(desired_budget, lower_limit) as after_lower_limit,
        least(greatest(desired_budget, lower_limit), upper_limit) as after_upper_limit,
        case
            when binding_limit in ('plan_not_better', 'min_change', 'max_changes') then binding_limit
            -- what others' small changes would have been
            when abs(budget_after_limits - after_upper_limit) > 0.005 then 'min_change'
        end as plan_note,
        'marginal ROAS ' || round(marginal_roas, 2) || ', the account clears at ' || round(clearing_marginal_roas, 2)
        || case
            when current_spend < 0.995 * starting_budget
                then '; starts from its spend, ' || cast(100 * current_spend / starting_budget as integer)
                    || ' % of the budget'
            else ''
        end as allocation_note
    from evidence

),

steps as (

    {% for kind, steps, first in [
        ('evidence', evidence_steps, 'null'), ('budget', budget_steps, 'starting_budget')
    ] %}
    {%- set previous = namespace(value=first) -%}
    {%- for step, after, note in steps %}
    select
        decision_date,
        account_id,
        budget_level,
        budget_entity_id,
        budget_entity_name,
        rule_id,
        currency,
        run_id,
        {{ loop.index if kind == 'evidence' else loop.index + evidence_steps | length }} as step_number,
        '{{ step }}' as step,
        '{{ kind }}' as step_kind,
        cast({{ previous.value }} as double) as before,
        cast({{ after }} as double) as after,
        cast({{ note }} as varchar) as note
    from budgets
    {% set previous.value = after %}
    {{- "union all" if not (loop.last and kind == 'budget') }}
    {% endfor -%}
    {%- endfor %}

),

-- settings that a step reads: those whose path starts with the prefix; limits by what set them
read_by (step, note, prefix) as (

    values
    ('late_conversions', null, 'maturity.'),
    ('shopify', null, 'evidence.shopify_'),
    ('incrementality', null, 'incrementality.'),
    ('weight_of_evidence', null, 'evidence.history_days'),
    ('weight_of_evidence', null, 'evidence.half_life_days'),
    ('weight_of_evidence', null, 'evidence.prior_variance'),
    ('weight_of_evidence', null, 'evidence.aov_prior_purchases'),
    ('weight_of_evidence', null, 'evidence.click_'),
    ('marginal_return', null, 'evidence.elasticity'),
    ('gradient', null, 'gradient_config.'),
    ('trend', null, 'trend_config.'),
    ('health_score', null, 'health_score_config.'),
    ('budget_relative', null, 'budget_relative_config.'),
    ('sample_size', null, 'sample_size_config.'),
    ('smoothing', null, 'time_weighted_smoothing.'),
    ('smoothing', null, 'rolling_windows.'),
    ('allocation', null, 'monthly_budget.'),
    ('lower_limit', 'largest_step', 'safety_rules.max_decrease'),
    ('upper_limit', 'largest_step', 'safety_rules.max_increase'),
    ('lower_limit', 'learning', 'safety_rules.learning_'),
    ('upper_limit', 'learning', 'safety_rules.learning_'),
    ('lower_limit', 'cooldown', 'safety_rules.cooldown_days'),
    ('upper_limit', 'cooldown', 'safety_rules.cooldown_days'),
    ('lower_limit', 'minimum_budget', 'safety_rules.min_daily_budget'),
    ('lower_limit', 'minimum_budget', 'safety_rules.default_minimum'),
    ('upper_limit', 'delivery', 'safety_rules.ceiling_headroom'),
    ('upper_limit', 'delivery', 'evidence.limited_'),
    ('upper_limit', 'max_daily_budget', 'safety_rules.max_daily_budget'),
    ('upper_limit', 'max_share_of_account', 'safety_rules.max_share_of_account'),
    ('upper_limit', 'target', 'targets.'),
    ('plan', 'min_change', 'effort.min_change_pct'),
    ('plan', 'max_changes', 'effort.max_changes_per_run'),
    ('rounding', 'the account adds up to its total', 'effort.round_to')

),

-- of a table by currency the row's own entry
settings as (

    select
        read_by.step,
        read_by.note,
        currencies.currency,
        string_agg(
            parameters.parameter || case
                when parameters.parameter <> 'safety_rules.min_daily_budget' then ' = ' || parameters.value
                else '.' || currencies.currency || ' = ' || (parameters.value ->> currencies.currency)
            end,
            '; ' order by parameters.parameter
        ) as parameters_used
    from read_by
    inner join parameters on starts_with(parameters.parameter, read_by.prefix)
    cross join (select distinct currency from decisions) as currencies
    group by read_by.step, read_by.note, currencies.currency

),

settings_of_rules as (

    select
        rules.rule_id,
        string_agg(parameters.parameter || ' = ' || parameters.value, '; ' order by parameters.parameter)
            as parameters_used
    from rules
    inner join parameters on list_contains(string_split(rules.parameters_read, ', '), parameters.parameter)
    group by rules.rule_id

),

final as (

    select
        steps.decision_date,
        steps.account_id,
        steps.budget_level,
        steps.budget_entity_id,
        steps.budget_entity_name,
        steps.step_number,
        steps.step,
        steps.step_kind,
        steps.before,
        steps.after,
        steps.after / nullif(steps.before, 0) as factor,
        case
            when steps.step = 'rule' or steps.note = 'rule' then settings_of_rules.parameters_used
            else settings.parameters_used
        end as parameters_used,
        case
            when steps.step = 'rule' then concat_ws(': ', steps.rule_id, rules.rationale)
            else steps.note
        end as note,
        steps.run_id
    from steps
    left join settings
        on steps.step = settings.step
        and (settings.note is null or steps.note = settings.note)
        and steps.currency is not distinct from settings.currency
    left join settings_of_rules on steps.rule_id = settings_of_rules.rule_id
    left join rules on steps.rule_id = rules.rule_id

)

select * from final

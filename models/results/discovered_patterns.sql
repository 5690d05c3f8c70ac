{#- Conditions under which past weeks earned more or less than was to be expected. -#}
select
    patterns.pattern_id,
    patterns.target,
    patterns.condition,
    patterns.rows_learned,
    patterns.rows_tested,
    patterns.holders,
    patterns.purchases,
    patterns.lift,
    patterns.lift_low,
    patterns.lift_high,
    patterns.p_value,
    patterns.q_value,
    patterns.stability,
    patterns.is_found,
    patterns.nearest_rule,
    patterns.nearest_rule_overlap,
    patterns.declaration,
    run_settings.run_id
from {{ ref('patterns_mined') }} as patterns
cross join {{ ref('run_settings') }} as run_settings

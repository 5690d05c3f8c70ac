select
    patterns.target,
    patterns.condition,
    patterns.rows_tested,
    patterns.lift,
    patterns.lift_low,
    patterns.lift_high,
    patterns.nearest_rule
from results.discovered_patterns as patterns
where patterns.is_found
order by patterns.q_value, patterns.pattern_id

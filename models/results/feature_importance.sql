{#- What each number that rules may read tells of the weeks to come. -#}
select
    features_told.target,
    features_told.transform,
    features_told.feature,
    features_told.feature_group,
    features_told.importance,
    features_told.importance_error,
    run_settings.run_id
from {{ ref('features_told') }} as features_told
cross join {{ ref('run_settings') }} as run_settings

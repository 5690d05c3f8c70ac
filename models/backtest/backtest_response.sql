{#- How each holder answers to money, as its weeks before a fold show it: two-way fixed effects on weekly spend and
    revenue, less what they are known to show too much, drawn to the audience type and to what is usual. -#}
with

folds as (

    select * from {{ ref('backtest_folds') }}

),

settings as (

    select
        {{ parameter('backtest.elasticity.usual', 'double') }} as usual,
        {{ parameter('backtest.elasticity.usual_deviation', 'double') }} as usual_deviation,
        {{ parameter('backtest.elasticity.own_deviation', 'double') }} as own_deviation,
        {{ parameter('backtest.elasticity.bias', 'double') }} as bias,
        {{ parameter('backtest.elasticity.lowest', 'double') }} as lowest,
        {{ parameter('backtest.elasticity.highest', 'double') }} as highest

),

panel as (

    select
        folds.fold,
        folds.train_to,
        panel.decision_date between folds.test_from and folds.test_to - 6 as is_tested,
        panel.decision_date <= folds.train_to + 1 as is_before,
        panel.*
    from {{ ref('backtest_panel') }} as panel
    inner join folds on panel.account_id = folds.account_id and panel.decision_date <= folds.test_to - 6

),

-- what was known when the training part ended; of a newer holder, on its own first morning
known as (

    select
        account_id,
        fold,
        budget_level,
        budget_entity_id,
        bool_or(is_tested) as is_tested,
        {%- for column in ['audience_type', 'shopify_correction', 'incrementality'] %}
        coalesce(
            max_by({{ column }}, decision_date) filter (where is_before),
            min_by({{ column }}, decision_date) filter (where is_tested)
        ) as {{ column }},
        {%- endfor %}
        max_by(delivery_ceiling, decision_date) filter (where is_before) as delivery_ceiling
    from panel
    group by account_id, fold, budget_level, budget_entity_id

),

-- whole weeks back from the end of the training part, without days that are no evidence
weeks as (

    select
        known.account_id,
        known.fold,
        known.budget_level,
        known.budget_entity_id,
        known.audience_type,
        cast(floor((folds.train_to - entity_days.date_day) / 7.0) as integer) as week,
        sum(entity_days.spend) as spend,
        sum(entity_days.purchases_matured) as purchases,
        sum(entity_days.purchase_value_matured) as purchase_value
    from known
    inner join folds on known.account_id = folds.account_id and known.fold = folds.fold
    inner join {{ ref('int_entity_days') }} as entity_days
        on known.budget_level = entity_days.entity_level
            and known.budget_entity_id = entity_days.entity_id
            and entity_days.date_day between folds.train_from and folds.train_to
    left join {{ ref('int_left_out_days') }} as left_out
        on entity_days.entity_level = left_out.entity_level
            and entity_days.entity_id = left_out.entity_id
            and entity_days.date_day = left_out.date_day
    group by all
    having count(*) = 7
        and count(left_out.date_day) = 0
        and min(entity_days.spend) > 0
        and sum(entity_days.purchase_value_matured) is not null

),

-- a week without a purchase counts as half of one
logs_0 as (

    select
        *,
        ln(spend) as x,
        ln(greatest(
            purchase_value,
            0.5 * sum(purchase_value) over (partition by account_id, fold)
            / nullif(sum(purchases) over (partition by account_id, fold), 0)
        )) as y
    from weeks

),

{#- alternating projections take out both effects where not every holder has every week -#}
{%- for round in range(1, 5) %}
logs_{{ round }} as (

    select
        * replace (
            x - avg(x) over unit as x,
            y - avg(y) over unit as y
        )
    from logs_{{ round - 1 }}
    window unit as (
        partition by account_id, fold, {{ 'budget_level, budget_entity_id' if round % 2 else 'week' }}
    )

),
{%- endfor %}

sums as (

    select
        account_id,
        fold,
        budget_level,
        budget_entity_id,
        any_value(audience_type) as audience_type,
        count(*) as weeks,
        sum(x * x) as sxx,
        sum(x * y) as sxy,
        sum(y * y) as syy
    from logs_4
    group by account_id, fold, budget_level, budget_entity_id

),

-- chance is taken to be the same for all: one holder's weeks cannot tell
chance as (

    select
        account_id,
        fold,
        sum(syy - sxy * sxy / nullif(sxx, 0)) / greatest(sum(weeks) - 2 * count(*) - max(weeks), 1) as variance
    from sums
    group by account_id, fold

),

type_sums as (

    select
        account_id,
        fold,
        audience_type,
        count(*) as holders,
        sum(sxx) as sxx,
        sum(sxy) as sxy
    from sums
    group by account_id, fold, audience_type

),

types as (

    select
        type_sums.account_id,
        type_sums.fold,
        type_sums.audience_type,
        type_sums.sxy / nullif(type_sums.sxx, 0) as slope,
        chance.variance / nullif(type_sums.sxx, 0) as slope_variance,
        slope_variance + power(settings.own_deviation, 2) / type_sums.holders as told_variance,
        coalesce(
            power(settings.usual_deviation, 2) / (power(settings.usual_deviation, 2) + told_variance), 0
        ) as share_told,
        settings.usual + share_told * coalesce(slope - settings.bias - settings.usual, 0) as elasticity,
        (1 - share_told) * power(settings.usual_deviation, 2) as variance
    from type_sums
    inner join chance on type_sums.account_id = chance.account_id and type_sums.fold = chance.fold
    cross join settings

),

final as (

    select
        known.account_id,
        known.fold,
        known.budget_level,
        known.budget_entity_id,
        known.audience_type,
        coalesce(sums.weeks, 0) as weeks,
        sums.sxy / nullif(sums.sxx, 0) as own_slope,
        sqrt(chance.variance / nullif(sums.sxx, 0)) as own_slope_error,
        types.slope as type_slope,
        sqrt(types.slope_variance) as type_slope_error,
        coalesce(types.elasticity, settings.usual) as type_elasticity,
        sqrt(coalesce(types.variance, power(settings.usual_deviation, 2))) as type_deviation,
        coalesce(
            power(settings.own_deviation, 2) / (power(settings.own_deviation, 2) + power(own_slope_error, 2)), 0
        ) as share_own,
        type_elasticity + share_own * coalesce(own_slope - settings.bias - type_elasticity, 0) as drawn,
        least(greatest(drawn, settings.lowest), settings.highest) as elasticity,
        sqrt(1 - share_own) * settings.own_deviation as own_deviation,
        known.delivery_ceiling,
        known.shopify_correction,
        known.incrementality
    from known
    cross join settings
    left join sums
        on known.account_id = sums.account_id
            and known.fold = sums.fold
            and known.budget_level = sums.budget_level
            and known.budget_entity_id = sums.budget_entity_id
    left join chance on known.account_id = chance.account_id and known.fold = chance.fold
    left join types
        on known.account_id = types.account_id
            and known.fold = types.fold
            and known.audience_type = types.audience_type
    where known.is_tested

)

select
    final.* exclude (share_own, drawn),
    as_of.run_id
from final
cross join {{ ref('int_as_of') }} as as_of

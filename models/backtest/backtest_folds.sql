{#- Spans of past mornings: those on which parameters are chosen, and the last one, which no choice looks at. -#}
with

as_of as (

    select * from {{ ref('int_as_of') }}

),

settings as (

    select
        {{ parameter('backtest.min_history_days', 'integer') }} as min_history_days,
        {{ parameter('backtest.folds', 'integer') }} as most_folds,
        {{ parameter('backtest.kept_out_days', 'integer') }} as kept_out_days,
        {{ parameter('backtest.kept_out_share', 'double') }} as kept_out_share,
        {{ parameter('backtest.kept_out_days_of_short', 'integer') }} as kept_out_days_of_short,
        {{ parameter('backtest.long_history_days', 'integer') }} as long_history_days,
        {{ parameter('backtest.adopt_from_days', 'integer') }} as adopt_from_days,
        {{ parameter('maturity.share_visible_by_age', 'double[]') }} as shares

),

-- mornings are a week apart: the gap is as many whole weeks as purchases take to come in, one at least
gaps as (

    select
        *,
        list_position(list_transform(shares, lambda s: s >= 1), true) - 1 as mature_age,
        cast(7 * greatest(ceil(mature_age / 7.0), 1) as integer) as gap_days
    from settings

),

mornings as (

    select * from {{ ref('evidence_dates') }} where not is_decided

),

first_days as (

    select
        account_id,
        min(date_day) as first_day
    from {{ ref('int_entity_days') }}
    where entity_level = 'account'
    group by account_id

),

first_mornings as (

    select
        account_id,
        min(decision_date) as first_morning
    from mornings
    group by account_id

),

accounts as (

    select
        first_days.account_id,
        first_days.first_day,
        gaps.gap_days,
        gaps.most_folds,
        gaps.adopt_from_days,
        cast(as_of.as_of - first_days.first_day as integer) as data_days,
        -- the last day of the last whole week that is mature
        as_of.data_through - gaps.gap_days as mature_through,
        mature_through - case
            when data_days >= gaps.long_history_days
                then greatest(gaps.kept_out_days, cast(7 * round(gaps.kept_out_share * data_days / 7) as integer))
            else gaps.kept_out_days_of_short
        end + 1 as kept_out_from,
        kept_out_from - gaps.gap_days - 1 as choice_to,
        -- something must have been learned before
        greatest(
            first_mornings.first_morning, first_days.first_day + gaps.min_history_days + gaps.gap_days
        ) as choice_from,
        as_of.run_id
    from first_days
    inner join first_mornings on first_days.account_id = first_mornings.account_id
    cross join as_of
    cross join gaps

),

lengths as (

    select
        *,
        greatest(least(most_folds, floor((choice_to - choice_from + 1) / 7.0)), 0) as choice_folds,
        cast(7 * floor((choice_to - choice_from + 1) / 7.0 / nullif(choice_folds, 0)) as integer) as test_days
    from accounts

),

choices as (

    select
        lengths.*,
        cast(numbers.number as integer) as fold,
        'choice' as role,
        cast(
            lengths.choice_to - cast((lengths.choice_folds - numbers.number) * lengths.test_days as integer) as date
        ) as test_to,
        cast(test_to - lengths.test_days + 1 as date) as test_from
    from lengths
    inner join (select cast(unnest(generate_series(1, 20)) as integer) as number) as numbers
        on numbers.number <= lengths.choice_folds

),

kept_out as (

    select
        *,
        cast(choice_folds + 1 as integer) as fold,
        'kept_out' as role,
        cast(mature_through as date) as test_to,
        cast(kept_out_from as date) as test_from
    from lengths
    where kept_out_from >= choice_from

),

folds as (

    select * from choices
    union all by name
    select * from kept_out

)

select
    folds.account_id,
    folds.fold,
    folds.role,
    folds.first_day as train_from,
    cast(folds.test_from - folds.gap_days - 1 as date) as train_to,
    folds.gap_days,
    folds.test_from,
    folds.test_to,
    cast(count(mornings.decision_date) as integer) as mornings,
    folds.data_days,
    folds.data_days >= folds.adopt_from_days as may_adopt,
    folds.run_id
from folds
left join mornings
    on folds.account_id = mornings.account_id
        and mornings.decision_date >= folds.test_from
        and mornings.decision_date + 6 <= folds.test_to
group by all

{#- Share of a day's final purchases that is visible `age_days` later, as it could be known on each decision
    date. One exponent k bends the prior curve: share = prior ** k. -#}
with

as_of as (

    select * from {{ ref('int_as_of') }}

),

configured as (

    select {{ parameter('maturity.share_visible_by_age', 'double[]') }} as shares

),

ages as (

    select
        cast(unnest(generate_series(0, len(shares) - 1)) as integer) as age_days,
        shares
    from configured

),

prior_curve as (

    select
        age_days,
        shares[age_days + 1] as share_visible
    from ages

),

mature_age as (

    select
        -- the first age at which nothing more is expected
        min(case when share_visible >= 1 then age_days end) as first_mature_age,
        -- purchases within 24 hours of the click: on average halfway between the day's own evening and the next
        avg(case when age_days <= 1 then share_visible end) as share_within_a_day
    from prior_curve

),

account_days as (

    select
        level_days.account_id,
        level_days.date_day,
        level_days.purchases,
        level_days.purchases_1d_click,
        level_days.purchases_7d_click
    from {{ ref('int_level_days') }} as level_days
    cross join as_of
    where level_days.entity_level = 'account'
        and level_days.date_day < as_of.as_of

),

decision_dates as (

    select distinct
        account_days.account_id,
        days.date_day + 1 as decision_date
    from account_days
    inner join {{ ref('int_dates') }} as days on account_days.date_day <= days.date_day
    cross join as_of
    where days.date_day < as_of.as_of

),

-- 1-day against 7-day clicks of the eight mature weeks before the decision; what follows a view comes within a day
click_windows as (

    select
        decision_dates.account_id,
        decision_dates.decision_date,
        sum(greatest(account_days.purchases, account_days.purchases_7d_click)) as purchases_seen,
        1 - sum(account_days.purchases_7d_click - account_days.purchases_1d_click) / nullif(purchases_seen, 0)
            as day_share
    from decision_dates
    cross join mature_age
    inner join account_days
        on decision_dates.account_id = account_days.account_id
            and account_days.date_day < decision_dates.decision_date - mature_age.first_mature_age
            and account_days.date_day >= decision_dates.decision_date - mature_age.first_mature_age - 56
    where account_days.purchases_1d_click is not null
    group by decision_dates.account_id, decision_dates.decision_date

),

click_window_exponents as (

    select
        click_windows.account_id,
        click_windows.decision_date,
        ln(click_windows.day_share) / ln(mature_age.share_within_a_day) as exponent
    from click_windows
    cross join mature_age
    where click_windows.purchases_seen >= {{ parameter('maturity.min_purchases', 'double') }}
        and click_windows.day_share > 0
        and click_windows.day_share < 1

),

-- what earlier extracts showed of days that are mature by now
extracted as (

    select
        extracts.account_id,
        extracts.seen_on - extracts.date_day - 1 as age_days,
        greatest(
            extracts.seen_on, cast(extracts.date_day + mature_age.first_mature_age + 1 as date)
        ) as usable_on,
        extracts.purchases as purchases_then,
        account_days.purchases as purchases_final
    from {{ source('history', 'extracts') }} as extracts
    cross join mature_age
    inner join account_days
        on extracts.account_id = account_days.account_id and extracts.date_day = account_days.date_day
    where extracts.entity_level = 'account'

),

extracted_shares as (

    select
        decision_dates.account_id,
        decision_dates.decision_date,
        extracted.age_days,
        sum(extracted.purchases_then) / nullif(sum(extracted.purchases_final), 0) as share_seen,
        sum(extracted.purchases_final) as purchases_seen
    from decision_dates
    inner join extracted
        on decision_dates.account_id = extracted.account_id
            and decision_dates.decision_date >= extracted.usable_on
    group by decision_dates.account_id, decision_dates.decision_date, extracted.age_days

),

-- least squares through the origin of ln(seen) on ln(prior), weighted by purchases
extract_exponents as (

    select
        extracted_shares.account_id,
        extracted_shares.decision_date,
        sum(extracted_shares.purchases_seen * ln(extracted_shares.share_seen) * ln(prior_curve.share_visible))
        / sum(extracted_shares.purchases_seen * power(ln(prior_curve.share_visible), 2)) as exponent
    from extracted_shares
    inner join prior_curve on extracted_shares.age_days = prior_curve.age_days
    where prior_curve.share_visible < 1
        and extracted_shares.share_seen > 0
    group by extracted_shares.account_id, extracted_shares.decision_date
    -- a purchase that seven extracts show is still one
    having max(extracted_shares.purchases_seen) >= {{ parameter('maturity.min_purchases', 'double') }}

),

exponents as (

    select
        decision_dates.account_id,
        decision_dates.decision_date,
        case
            when extract_exponents.exponent is not null then 'extracts'
            when click_window_exponents.exponent is not null then 'click windows'
            else 'prior'
        end as curve_source,
        -- beyond these the data, not the account, is strange
        least(greatest(
            coalesce(extract_exponents.exponent, click_window_exponents.exponent, 1), 0.1
        ), 4) as exponent
    from decision_dates
    left join click_window_exponents
        on decision_dates.account_id = click_window_exponents.account_id
            and decision_dates.decision_date = click_window_exponents.decision_date
    left join extract_exponents
        on decision_dates.account_id = extract_exponents.account_id
            and decision_dates.decision_date = extract_exponents.decision_date

)

select
    exponents.account_id,
    exponents.decision_date,
    prior_curve.age_days,
    power(prior_curve.share_visible, exponents.exponent) as share_visible,
    exponents.curve_source,
    exponents.exponent
from exponents
cross join prior_curve
where prior_curve.share_visible < 1

{#- What each day's spend was worth in returns, at today's spend and today's response to the ads. -#}
with

settings as (

    select * from {{ ref('evidence_settings') }}

),

-- a day at another spend returned more or less per unit of money: state it at today's
normalised as (

    select
        unit_days.decision_date,
        unit_days.account_id,
        unit_days.unit_level,
        unit_days.unit_id,
        unit_days.date_day,
        unit_days.age_days,
        unit_days.clicks,
        unit_days.purchases,
        unit_days.purchase_value,
        unit_days.share_visible,
        unit_days.lift,
        case
            when unit_days.spend = 0 then 0
            when settings.elasticity_decline = 0
                then unit_days.spend
                    * power(unit_response.spend_level / unit_days.spend, 1 - unit_response.usual_elasticity)
            else unit_days.spend * power(
                (
                    unit_response.elasticity_odds
                    + power(unit_response.spend_level / unit_response.reference_spend, settings.elasticity_decline)
                ) / (
                    unit_response.elasticity_odds
                    + power(unit_days.spend / unit_response.reference_spend, settings.elasticity_decline)
                ),
                1 / settings.elasticity_decline
            )
        end as exposure_by_spend
    from {{ ref('unit_days') }} as unit_days
    inner join {{ ref('unit_response') }} as unit_response
        on unit_days.decision_date = unit_response.decision_date
            and unit_days.unit_level = unit_response.unit_level
            and unit_days.unit_id = unit_response.unit_id
    cross join settings

),

-- clicks that the account's day leads to expect
click_rates as (

    select
        decision_date,
        account_id,
        date_day,
        sum(clicks) / nullif(sum(exposure_by_spend), 0) as click_rate
    from normalised
    where clicks is not null
    group by decision_date, account_id, date_day

),

expected as (

    select
        normalised.*,
        case when normalised.clicks is not null then normalised.exposure_by_spend * click_rates.click_rate end
            as expected_clicks
    from normalised
    left join click_rates
        on normalised.decision_date = click_rates.decision_date
            and normalised.account_id = click_rates.account_id
            and normalised.date_day = click_rates.date_day

),

-- clicks against the unit's own usual share of what was expected, over the week around each day
weeks as (

    select
        *,
        sum(clicks) over unit / nullif(sum(expected_clicks) over unit, 0) as usual_share,
        coalesce(sum(case when age_days < 7 then clicks end) over unit, 0) as clicks_last_week,
        coalesce(sum(case when age_days < 7 then expected_clicks end) over unit, 0) as expected_last_week,
        coalesce(sum(clicks) over week, 0) as clicks_around,
        coalesce(sum(expected_clicks) over week, 0) as expected_around
    from expected
    window
        unit as (partition by decision_date, unit_level, unit_id),
        week as (
            partition by decision_date, unit_level, unit_id order by date_day
            rows between 3 preceding and 3 following
        )

),

indexed as (

    select
        weeks.*,
        (weeks.clicks_last_week / nullif(weeks.usual_share, 0) + settings.click_prior)
        / nullif(weeks.expected_last_week + settings.click_prior, 0) as click_index_last_week,
        case
            when weeks.age_days < 3 then click_index_last_week
            else (weeks.clicks_around / nullif(weeks.usual_share, 0) + settings.click_prior)
                / nullif(weeks.expected_around + settings.click_prior, 0)
        end as click_index,
        settings.click_weight,
        power(0.5, weeks.age_days / settings.half_life_days) as weight
    from weeks
    cross join settings

)

select
    decision_date,
    account_id,
    unit_level,
    unit_id,
    date_day,
    age_days,
    weight,
    purchases,
    purchase_value,
    share_visible,
    exposure_by_spend,
    click_index,
    clicks_last_week / nullif(usual_share, 0) as clicks_last_week,
    expected_last_week,
    -- a day on which people answered better than they do now was worth more of today's money, one before a sale less
    exposure_by_spend * lift
    * coalesce(power(click_index / nullif(click_index_last_week, 0), click_weight), 1) as exposure
from indexed

{#- How an ad set's spend follows its campaign's: one per cent more for the campaign is this many for it. -#}
with

settings as (

    select * from {{ ref('evidence_settings') }}

),

members as (

    select
        *,
        1 / greatest(1 - elasticity, 0.08) as steepness
    from {{ ref('unit_response') }}
    where budget_level = 'campaign' and unit_level = 'adset'

),

-- whoever evens out marginal returns moves the flatter responses more
expected as (

    select
        *,
        steepness / nullif(
            sum(weight * steepness) over (partition by decision_date, budget_entity_id)
            / nullif(sum(weight) over (partition by decision_date, budget_entity_id), 0), 0
        ) as expected_response
    from members

),

campaign_days as (

    select
        entity_id as campaign_id,
        date_day,
        ln(spend) as log_spend
    from {{ ref('int_entity_days') }}
    where entity_level = 'campaign' and spend > 0

),

days as (

    select
        unit_days.decision_date,
        unit_days.unit_id,
        power(0.5, unit_days.age_days / settings.member_response_half_life_days) as weight,
        campaign_days.log_spend as x,
        ln(unit_days.spend) as y
    from {{ ref('unit_days') }} as unit_days
    inner join expected
        on unit_days.decision_date = expected.decision_date and unit_days.unit_id = expected.unit_id
    inner join campaign_days
        on expected.budget_entity_id = campaign_days.campaign_id and unit_days.date_day = campaign_days.date_day
    cross join settings
    where unit_days.spend > 0

),

moments as (

    select
        decision_date,
        unit_id,
        sum(weight * x * x) - sum(weight * x) * sum(weight * x) / sum(weight) as sxx,
        sum(weight * x * y) - sum(weight * x) * sum(weight * y) / sum(weight) as sxy
    from days
    group by decision_date, unit_id

)

select
    expected.decision_date,
    expected.account_id,
    expected.budget_entity_id as campaign_id,
    expected.unit_id as adset_id,
    expected.expected_response,
    -- the slope of a ridge regression that is drawn to what was expected
    least(greatest(
        (coalesce(moments.sxy, 0) + settings.member_response_prior * expected.expected_response)
        / (coalesce(moments.sxx, 0) + settings.member_response_prior), 0
    ), 4) as response
from expected
left join moments on expected.decision_date = moments.decision_date and expected.unit_id = moments.unit_id
cross join settings

{#- How a unit answers to money: its spend now and usually, and what one per cent more of it brings. -#}
with

settings as (

    select * from {{ ref('evidence_settings') }}

),

units as (

    select * from {{ ref('units') }}

),

unit_spend as (

    select
        decision_date,
        unit_level,
        unit_id,
        coalesce(avg(spend) filter (where spend_age_days < 3), 0) as current_spend,
        coalesce(sum(spend) filter (where age_days < 14), 0) as spend_14d,
        exp(avg(ln(spend)) filter (where spend > 0 and spend_age_days is not null)) as reference_spend
    from {{ ref('unit_days') }}
    group by decision_date, unit_level, unit_id

),

types as (

    select
        replace(elasticities.parameter, 'evidence.elasticity.', '') as audience_type,
        try_cast(elasticities.value ->> '$' as double) as usual_elasticity,
        try_cast(multipliers.value ->> '$' as double) as incrementality
    from {{ ref('landing_parameters') }} as elasticities
    inner join {{ ref('landing_parameters') }} as multipliers
        on replace(elasticities.parameter, 'evidence.elasticity.', 'incrementality.') = multipliers.parameter
    where starts_with(elasticities.parameter, 'evidence.elasticity.')

),

-- an ad set that ended in a campaign that goes on says nothing about what the campaign's next budget buys
living as (

    select
        units.*,
        unit_spend.current_spend,
        unit_spend.reference_spend,
        sum(unit_spend.current_spend) over holder as holder_spend,
        sum(unit_spend.reference_spend) over holder as holder_reference
    from units
    inner join unit_spend
        on units.decision_date = unit_spend.decision_date
            and units.unit_level = unit_spend.unit_level
            and units.unit_id = unit_spend.unit_id
    window holder as (partition by units.decision_date, units.budget_level, units.budget_entity_id)
    qualify unit_spend.spend_14d > 0 or sum(unit_spend.spend_14d) over holder = 0

),

-- returns are stated at today's spend, of a unit that rests at its usual one
at_level as (

    select
        living.*,
        types.usual_elasticity,
        types.incrementality,
        types.usual_elasticity / (1 - types.usual_elasticity) as elasticity_odds,
        case when living.current_spend > 0 then living.current_spend else living.reference_spend end as spend_level,
        -- how much the unit counts in its holder
        case
            when living.holder_spend > 0 then living.current_spend
            when living.holder_reference > 0 then coalesce(living.reference_spend, 0)
            else 1
        end as weight
    from living
    inner join types on living.audience_type = types.audience_type

),

final as (

    select
        at_level.* exclude (holder_spend, holder_reference),
        -- the usual elasticity holds at the reference; above it returns fall faster
        elasticity_odds / (
            elasticity_odds + power(coalesce(spend_level / reference_spend, 1), settings.elasticity_decline)
        ) as elasticity,
        (1 - elasticity) * (1 + settings.elasticity_decline) as curvature
    from at_level
    cross join settings

)

select * from final

{#- Pairs of ad sets that run and may meet the same people, by what their targeting says. -#}
with

setups as (

    select * from {{ ref('adset_setups') }}

),

inputs as (

    select * from {{ ref('detector_inputs_adset') }}

),

-- a lookalike is told apart by what it is made after, and is part of a wider one of the same
sources as (

    select
        included.adset_id,
        string_agg(
            coalesce(audiences.lookalike_origin, included.lookalike_source), ', ' order by included.audience_id
        ) as origin
    from {{ ref('int_adset_audiences') }} as included
    left join {{ ref('stg_meta__custom_audiences') }} as audiences on included.audience_id = audiences.audience_id
    where not included.is_excluded and included.audience_type = 'lookalike'
    group by included.adset_id

),

publics as (

    select
        inputs.account_id,
        inputs.account_name,
        inputs.adset_id,
        inputs.adset_name,
        inputs.campaign_id,
        inputs.campaign_name,
        inputs.currency,
        inputs.audience_type,
        inputs.spend_30d,
        -- what was off spent nothing, which says nothing of delivery
        case when coalesce(inputs.status_flips_14d, 0) = 0 then inputs.budget_utilization_7d end
            as budget_utilization_7d,
        inputs.days_without_spend,
        inputs.run_id,
        setups.goal,
        setups.targeting_hash,
        min(inputs.adset_id) over (
            partition by inputs.account_id, inputs.audience_type, setups.goal, setups.targeting_hash
        ) as first_alike_id,
        setups.countries,
        coalesce(setups.regions, []) || coalesce(setups.cities, []) as places,
        greatest(coalesce(setups.age_min, 18), 18) as age_min,
        coalesce(setups.age_max, 65) as age_max,
        case when len(setups.genders) = 1 then setups.genders else [1, 2] end as genders,
        case
            when inputs.audience_type = 'interest' then setups.interests
            when inputs.audience_type in ('broad', 'lookalike') then ['all']
            else setups.included_audience_ids
        end as parts,
        case when inputs.audience_type = 'lookalike' then sources.origin else '' end as origin,
        case when inputs.audience_type = 'lookalike' then inputs.lookalike_percent else 1 end as percent
    from inputs
    inner join setups on inputs.adset_id = setups.adset_id
    left join sources on inputs.adset_id = sources.adset_id
    where setups.setup_source = 'targeting' and setups.is_active and not setups.is_advantage_campaign

),

-- ad sets share theirs: one by one they would be a square of rows
country_lists as (

    select distinct countries from publics

),

-- countries count by their people, those of unknown numbers all alike
countries as (

    select
        placed.countries,
        placed.country,
        coalesce(known.people, 10000000) as people
    from (
        select
            countries,
            unnest(countries) as country
        from country_lists
    ) as placed
    left join {{ ref('country_people') }} as known on placed.country = known.country

),

public_people as (

    select
        countries,
        sum(people) as people
    from countries
    group by countries

),

in_common as (

    select
        one.countries,
        other.countries as other_countries,
        sum(one.people) as people
    from countries as one
    inner join countries as other on one.country = other.country
    group by one.countries, other.countries

),

pairs as (

    select
        one.account_id,
        one.account_name,
        one.adset_id || '+' || other.adset_id as pair_id,
        one.adset_id,
        other.adset_id as other_adset_id,
        one.adset_name || ' + ' || other.adset_name as pair_name,
        one.adset_name,
        other.adset_name as other_adset_name,
        one.campaign_id,
        one.campaign_name,
        one.currency,
        one.audience_type,
        one.spend_30d + other.spend_30d as spend_30d,
        least(one.budget_utilization_7d, other.budget_utilization_7d) as budget_utilization_7d,
        case
            when one.budget_utilization_7d <= other.budget_utilization_7d then one.adset_name
            else other.adset_name
        end as held_back_adset_name,
        cast(one.targeting_hash = other.targeting_hash as integer) as is_same,
        one.run_id,
        in_common.people
        * greatest(least(one.age_max, other.age_max) - greatest(one.age_min, other.age_min) + 1, 0)
        * len(list_intersect(one.genders, other.genders))
        * len(list_intersect(one.parts, other.parts))
        * least(one.percent, other.percent) as shared_public,
        one_all.people * (one.age_max - one.age_min + 1) * len(one.genders) * len(one.parts) * one.percent as public,
        other_all.people * (other.age_max - other.age_min + 1) * len(other.genders) * len(other.parts) * other.percent
            as other_public
    from publics as one
    inner join publics as other
        on one.account_id = other.account_id
            and one.adset_id < other.adset_id
            and one.audience_type = other.audience_type
            and coalesce(one.goal, '') = coalesce(other.goal, '')
            and one.places = other.places
            and (one.origin = other.origin or one.targeting_hash = other.targeting_hash)
            -- of many alike, the pairs with the first say all: each pair of them would be a square of rows
            and (one.targeting_hash <> other.targeting_hash or one.adset_id = one.first_alike_id)
    inner join in_common on one.countries = in_common.countries and other.countries = in_common.other_countries
    inner join public_people as one_all on one.countries = one_all.countries
    inner join public_people as other_all on other.countries = other_all.countries

)

select
    * exclude (shared_public, public, other_public),
    case when is_same = 1 then 1 else shared_public / nullif(public + other_public - shared_public, 0) end as overlap
from pairs
where shared_public > 0 or is_same = 1

{#- What breakdowns say inside every ad set: its best and worst country, Audience Network, people it leaves out. -#}
with

as_of as (

    select
        *,
        {{ parameter('audience.evidence_days', 'integer') }} as evidence_days,
        cast(data_through - {{ parameter('audience.evidence_days', 'integer') }} + 1 as date) as first_day
    from {{ ref('int_as_of') }}

),

setups as (

    select * from {{ ref('adset_setups') }}

),

left_out as (

    select left_out.*
    from {{ ref('int_left_out_days') }} as left_out
    cross join as_of
    where left_out.entity_level = 'adset' and left_out.known_on <= as_of.data_through

),

breakdowns as (

    select
        breakdowns.*,
        concat_ws(
            ',',
            {%- for column in [
                'age', 'gender', 'country', 'region', 'publisher_platform', 'platform_position', 'device', 'other_breakdown'
            ] %}
            case when breakdowns.{{ column }} is not null then '{{ column }}' end{{ "," if not loop.last }}
            {%- endfor %}
        ) as breakdown
    from {{ ref('stg_meta__breakdowns') }} as breakdowns
    cross join as_of
    left join left_out
        on breakdowns.adset_id = left_out.entity_id and breakdowns.date_day = left_out.date_day
    where breakdowns.adset_id is not null
        and breakdowns.date_day between as_of.first_day and as_of.data_through
        and left_out.date_day is null

),

cells as (
    {% for kind, cell in {
        'country': 'country', 'placement': 'publisher_platform', 'people': "age || ' ' || gender"
    }.items() %}
    select
        account_id,
        adset_id,
        level,
        breakdown,
        '{{ kind }}' as kind,
        {{ cell }} as cell,
        spend,
        impressions,
        purchases,
        purchase_value
    from breakdowns
    where {{ cell }} is not null
    {{ "union all" if not loop.last }}
    {%- endfor %}

),

-- of several files that break the same down, the one that knows of most money
read as (

    select
        account_id,
        kind,
        level,
        breakdown
    from cells
    group by account_id, kind, level, breakdown
    having sum(spend) > 0
    qualify row_number() over (partition by account_id, kind order by sum(spend) desc, length(breakdown), level) = 1

),

sums as (

    select
        cells.account_id,
        cells.adset_id,
        cells.kind,
        cells.cell,
        sum(cells.spend) as spend,
        sum(cells.impressions) as impressions,
        coalesce(sum(cells.purchases), 0) as purchases,
        coalesce(sum(cells.purchase_value), 0) as purchase_value
    from cells
    inner join read
        on cells.account_id = read.account_id
            and cells.kind = read.kind
            and cells.level = read.level
            and cells.breakdown = read.breakdown
    group by cells.account_id, cells.adset_id, cells.kind, cells.cell

),

-- countries of which enough was bought to compare them
countries as (

    select
        *,
        purchase_value / spend as roas,
        1000 * spend / impressions as cpm
    from sums
    where kind = 'country'
        and purchases >= {{ parameter('detectors.segments.min_purchases_each', 'double') }}
        and spend > 0
        and impressions > 0

),

country_cells as (

    select
        adset_id,
        count(*) as country_cells
    from sums
    where kind = 'country'
    group by adset_id

),

by_country as (

    select
        adset_id,
        count(*) * (count(*) - 1) / 2 as country_pairs,
        max_by(cell, roas) as best_country,
        min_by(cell, roas) as worst_country,
        max(roas) as best_country_roas,
        min(roas) as worst_country_roas,
        max(roas) / nullif(min(roas), 0) as country_roas_ratio,
        sqrt(1 / max_by(purchases, roas) + 1 / min_by(purchases, roas)) as country_purchases_log_error,
        min_by(spend, roas) as worst_country_spend,
        max(cpm) / min(cpm) as country_cpm_ratio,
        max_by(cell, cpm) as dearest_country,
        min_by(cell, cpm) as cheapest_country
    from countries
    group by adset_id
    having count(*) > 1

),

-- half a purchase to each side, so that none is not nothing
by_placement as (

    select
        adset_id,
        coalesce(sum(spend) filter (where cell ilike 'audience%network'), 0) as network_spend,
        network_spend / sum(spend) as network_share,
        coalesce(sum(purchases) filter (where cell ilike 'audience%network'), 0) + 0.5 as network_purchases,
        (network_spend / network_purchases) / (sum(spend) / (sum(purchases) + 0.5)) as network_cpa_ratio,
        sqrt(1 / network_purchases + 1 / (sum(purchases) + 0.5)) as network_log_error
    from sums
    where kind = 'placement'
    group by adset_id
    having sum(spend) > 0

),

-- how people of each age and gender do where nobody is left out
people as (

    select
        sums.account_id,
        sums.cell,
        cast(regexp_extract(sums.cell, '^[0-9]+') as integer) as age_from,
        case split_part(sums.cell, ' ', 2) when 'male' then 1 when 'female' then 2 end as gender,
        sum(sums.spend) as spend,
        sum(sums.purchases) as purchases,
        sum(sums.purchase_value) as purchase_value
    from sums
    inner join setups on sums.adset_id = setups.adset_id
    where sums.kind = 'people'
        and regexp_matches(sums.cell, '^[0-9]+')
        and coalesce(setups.age_min, 18) <= 18
        and coalesce(setups.age_max, 65) >= 65
        and coalesce(len(setups.genders), 0) = 0
    group by sums.account_id, sums.cell

),

cuts as (

    select
        setups.adset_id,
        people.*,
        people.age_from between setups.age_min and setups.age_max
        and (len(setups.genders) = 0 or list_contains(setups.genders, people.gender)) as is_inside
    from setups
    inner join people on setups.account_id = people.account_id
    where people.gender is not null
        and (setups.age_min > 18 or setups.age_max < 65 or len(setups.genders) = 1)

),

by_cut as (

    select
        adset_id,
        {%- for side, which in {'inside': 'is_inside', 'outside': 'not is_inside'}.items() %}
        coalesce(sum(purchases) filter (where {{ which }}), 0) as {{ side }}_purchases,
        sum(purchase_value) filter (where {{ which }}) / nullif(sum(spend) filter (where {{ which }}), 0)
            as {{ side }}_roas{{ "," if not loop.last }}
        {%- endfor %}
    from cuts
    group by adset_id

)

select
    setups.adset_id,
    country_cells.country_cells,
    by_country.* exclude (adset_id, country_purchases_log_error, worst_country_spend),
    by_country.country_purchases_log_error * sqrt(settings.interval_spread) as country_roas_log_error,
    by_country.worst_country_spend * 30 / as_of.evidence_days as worst_country_spend_30d,
    by_placement.* exclude (adset_id, network_spend, network_purchases),
    by_placement.network_spend * 30 / as_of.evidence_days as network_spend_30d,
    by_cut.* exclude (adset_id),
    by_cut.outside_roas / nullif(by_cut.inside_roas, 0) as cut_roas_ratio,
    sqrt(
        settings.interval_spread
        * (1 / nullif(by_cut.inside_purchases, 0) + 1 / nullif(by_cut.outside_purchases, 0))
    ) as cut_log_error
from setups
cross join as_of
cross join {{ ref('evidence_settings') }} as settings
left join country_cells on setups.adset_id = country_cells.adset_id
left join by_country on setups.adset_id = by_country.adset_id
left join by_placement on setups.adset_id = by_placement.adset_id
left join by_cut on setups.adset_id = by_cut.adset_id

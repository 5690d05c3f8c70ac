{#- Kind of audience: what the targeting says, else what the name says. -#}
{%- set lookalike = '(lookalike|look-alike|\\blal\\b|\\blla\\b|_lal_|_lla_|semelhante|similar)' -%}
{%- set retargeting = '(retarget|remarket|\\brmkt\\b|_rmkt_|website visitors|\\bdpa\\b|_dpa_|\\bwarm\\b|_warm_)' -%}
{%- set interest = '(interest|\\bint_|_int_)' -%}
{%- set broad = '(broad|\\bopen\\b|_open_|adv\\+|advantage)' -%}
with

entities as (

    select
        entity_level,
        entity_id,
        lower(coalesce(entity_name, '')) as own_name,
        lower(coalesce(campaign_name, '')) as campaign_name
    from {{ ref('int_entities') }}
    where entity_level in ('adset', 'campaign')

),

targetings as (

    select
        adset_id,
        lower(nullif(targeting ->> '$.custom_audiences', '[]')) as audiences,
        coalesce(
            nullif(targeting ->> '$.flexible_spec', '[]'),
            nullif(targeting ->> '$.interests', '[]'),
            nullif(targeting ->> '$.behaviors', '[]')
        ) as interests
    from {{ ref('stg_meta__adsets') }}
    where targeting is not null

),

joined as (

    select
        entities.*,
        targetings.adset_id is not null as has_targeting,
        targetings.audiences,
        targetings.interests
    from entities
    left join targetings on entities.entity_level = 'adset' and entities.entity_id = targetings.adset_id

)

select
    entity_level,
    entity_id,
    case
        when audiences is not null and regexp_matches(audiences || ' ' || own_name, '{{ lookalike }}')
            then 'lookalike'
        when audiences is not null then 'retargeting'
        when interests is not null then 'interest'
        when has_targeting then 'broad'
        {%- for name in ['own_name', 'campaign_name'] %}
        when regexp_matches({{ name }}, '{{ retargeting }}') then 'retargeting'
        when regexp_matches({{ name }}, '{{ lookalike }}') then 'lookalike'
        when regexp_matches({{ name }}, '{{ interest }}') then 'interest'
        when regexp_matches({{ name }}, '{{ broad }}') then 'broad'
        {%- endfor %}
        else 'unknown'
    end as audience_type,
    case
        when has_targeting then 'targeting'
        when audience_type <> 'unknown' then 'name'
    end as audience_type_source
from joined

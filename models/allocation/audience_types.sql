{#- Kind of audience: what the targeting says, else what the name says, in the words that buyers use. -#}
{%- set words = {
    'retargeting': 'retarget|remarket| rmkt | rtg | website visitors | dpa | warm | bofu? ',
    'lookalike': 'look ?alike| lal[0-9]* | lla[0-9]* ',
    'interest': 'interest| int ',
    'broad': ' broad | open |adv\\+|advantage',
} -%}
with

entities as (

    select * from {{ ref('int_entities') }} where entity_level in ('adset', 'campaign')

),

targetings as (

    select
        adset_id,
        nullif(targeting ->> '$.custom_audiences', '[]') as audiences,
        coalesce(
            nullif(targeting ->> '$.flexible_spec', '[]'),
            nullif(targeting ->> '$.interests', '[]'),
            nullif(targeting ->> '$.behaviors', '[]')
        ) as interests
    from {{ ref('stg_meta__adsets') }}
    where targeting is not null

),

-- words with a space around each, whatever was between them
worded as (

    select
        entities.entity_level,
        entities.entity_id,
        targetings.adset_id is not null as has_targeting,
        targetings.audiences is not null as has_audiences,
        targetings.interests is not null as has_interests,
        {%- for names in ["entities.entity_name", "entities.campaign_name", "targetings.audiences"] %}
        ' ' || regexp_replace(lower({{ names }}), '[^a-z0-9+]+', ' ', 'g') || ' ' as {{ names.split('.')[1] }}_words
        {{- "," if not loop.last }}
        {%- endfor %}
    from entities
    left join targetings on entities.entity_level = 'adset' and entities.entity_id = targetings.adset_id

)

select
    entity_level,
    entity_id,
    case
        when has_audiences and regexp_matches(concat(audiences_words, entity_name_words), '{{ words.lookalike }}')
            then 'lookalike'
        when has_audiences then 'retargeting'
        when has_interests then 'interest'
        when has_targeting then 'broad'
        {%- for names in ['entity_name_words', 'campaign_name_words'] %}
        {%- for audience_type, of_type in words.items() %}
        when regexp_matches({{ names }}, '{{ of_type }}') then '{{ audience_type }}'
        {%- endfor %}
        {%- endfor %}
        else 'unknown'
    end as audience_type,
    case
        when has_targeting then 'targeting'
        when audience_type <> 'unknown' then 'name'
    end as audience_type_source
from worded

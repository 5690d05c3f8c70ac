{#- What names say by the seed `name_patterns`; numbers are read here. -#}
{%- set kinds = ['buyers', 'list', 'visitors', 'engagers'] -%}
with

names as (

    select entity_name as name
    from {{ ref('stg_meta__entities') }}
    where entity_level in ('adset', 'campaign')

    union

    select entity_name as name
    from {{ ref('int_entities') }}
    where entity_level in ('adset', 'campaign')

    union

    select audience_name as name
    from {{ ref('stg_meta__custom_audiences') }}

    union

    select unnest(json_extract_string(targeting, '$.custom_audiences[*].name')) as name
    from {{ ref('stg_meta__adsets') }}

    union

    select unnest(json_extract_string(targeting, '$.excluded_custom_audiences[*].name')) as name
    from {{ ref('stg_meta__adsets') }}

),

worded as (

    select
        name,
        {{ name_words('name') }} as words,
        lower(words) as lower_words,
        -- a range of days is no range of ages
        regexp_replace(
            lower_words, '[0-9~]+ (d|day|days|dia|dias|t|tage|j|jours|g|giorni|dagen) ', ' ', 'g'
        ) as age_words
    from names
    where name is not null

),

matched as (

    select
        worded.name,
        list(distinct patterns.value) filter (where patterns.field = 'audience_type') as types,
        list(distinct patterns.value) filter (where patterns.field in ('audience_type', 'audience_of'))
            as people_named,
        -- who names both tells retargeting from prospecting
        max(patterns.value) filter (where patterns.field = 'funnel') as funnel,
        list(distinct patterns.value order by patterns.value) filter (where patterns.field = 'country') as countries,
        case
            when count(distinct patterns.value) filter (where patterns.field = 'gender') = 1
                then cast(max(patterns.value) filter (where patterns.field = 'gender') as integer)
        end as gender,
        min_by(patterns.value, strpos(worded.lower_words, ' ' || lower(replace(patterns.pattern, '*', ''))))
            filter (where patterns.field = 'creative_type') as creative_type
    from worded
    inner join {{ ref('name_patterns') }} as patterns
        on {{ has_words('worded.words', 'worded.lower_words', 'patterns.pattern') }}
    group by worded.name

),

typed as (

    select
        worded.name,
        matched.* exclude (name, types, people_named),
        case
            {%- for kind in kinds %}
            when list_contains(matched.people_named, '{{ kind }}') then '{{ kind }}'
            {%- endfor %}
        end as people,
        case
            {%- for kind in kinds %}
            when list_contains(matched.types, '{{ kind }}') then '{{ kind }}'
            {%- endfor %}
        end as own_people,
        case
            when list_contains(matched.types, 'lookalike') then 'lookalike'
            when matched.funnel = 'retargeting' then coalesce(people, 'custom')
            when list_contains(matched.types, 'interest') then 'interest'
            when own_people is not null and matched.funnel is null then own_people
            {%- for type in ['custom', 'advantage', 'broad'] %}
            when list_contains(matched.types, '{{ type }}') then '{{ type }}'
            {%- endfor %}
        end as audience_type,
        try_cast(coalesce(
            nullif(regexp_extract(worded.lower_words, '(?:[0-9.]+~)?([0-9.]+)%', 1), ''),
            nullif(regexp_extract(worded.lower_words, ' (?:lal|lla|lookalike)s? (10|[1-9]) ', 1), '')
        ) as double) as percent,
        regexp_extract(worded.age_words, ' (1[3-9]|[2-5][0-9]|6[0-5])~(1[89]|[2-5][0-9]|6[0-5])\+? ', ['low', 'high'])
            as ages,
        nullif(regexp_extract(worded.age_words, ' (1[3-9]|[2-5][0-9]|6[0-5])\+ ', 1), '') as age_from
    from worded
    left join matched on worded.name = matched.name

)

select
    name,
    audience_type,
    people,
    funnel,
    case when audience_type = 'lookalike' and percent between 0.1 and 20 then percent end as lookalike_percent,
    countries,
    cast(coalesce(nullif(ages.low, ''), age_from) as integer) as age_min,
    cast(nullif(ages.high, '') as integer) as age_max,
    gender,
    creative_type
from typed

with

targetings as (

    select
        adset_id,
        targeting
    from {{ ref('stg_meta__adsets') }}
    where targeting is not null

),

mentions as (
    {% for side, is_excluded in {'custom_audiences': 'false', 'excluded_custom_audiences': 'true'}.items() %}
    select
        adset_id,
        {{ is_excluded }} as is_excluded,
        unnest(from_json(targeting ->> '$.{{ side }}', '[{"id": "VARCHAR", "name": "VARCHAR"}]')) as audience
    from targetings
    {{ "union all" if not loop.last }}
    {%- endfor %}

),

named as (

    select
        adset_id,
        is_excluded,
        audience.id,
        audience.name
    from mentions

),

known as (

    select
        named.adset_id,
        named.is_excluded,
        named.id as audience_id,
        coalesce(audiences.audience_name, named.name) as audience_name,
        audiences.subtype,
        audiences.size_low,
        audiences.size_high,
        audiences.lookalike_percent as percent_of_object,
        -- Meta's own name of a lookalike ends in what it is of
        coalesce(
            audiences.lookalike_origin,
            nullif(regexp_extract(coalesce(audiences.audience_name, named.name), '\)\s*[-–]\s*(.+)$', 1), '')
        ) as lookalike_of
    from named
    left join {{ ref('stg_meta__custom_audiences') }} as audiences on named.id = audiences.audience_id

),

final as (

    select
        known.adset_id,
        known.is_excluded,
        known.audience_id,
        max(known.audience_name) as audience_name,
        max({{ custom_audience_type('known.subtype', 'readings') }}) as audience_type,
        max(coalesce(known.percent_of_object, readings.lookalike_percent)) as lookalike_percent,
        max(coalesce(readings.people, known.lookalike_of)) as lookalike_source,
        max(known.size_low) as size_low,
        max(known.size_high) as size_high
    from known
    left join {{ ref('int_name_readings') }} as readings on known.audience_name = readings.name
    group by known.adset_id, known.is_excluded, known.audience_id

)

select * replace (case when audience_type = 'lookalike' then lookalike_source end as lookalike_source)
from final

-- Fails for every pattern that is not found in its own example, and for what like would take for a wildcard.
with

examples as (

    select
        *,
        {{ name_words('example') }} as words,
        lower(words) as lower_words
    from {{ ref('name_patterns') }}

)

select *
from examples
where not ({{ has_words('words', 'lower_words', 'pattern') }})
    or regexp_matches(pattern, '[%_]')

{# Meta gives budgets and bids as whole minor units (cents; yen for JPY); "0" means the budget is set elsewhere. #}
{% macro minor_units(text, offset) -%}
    cast(nullif(try_cast({{ text }} as decimal(18, 4)), 0) / {{ offset }} as decimal(18, 4))
{%- endmacro %}

{#- Meta writes offsets without a colon (2026-05-29T17:32:32+0700), exports write a date alone. #}
{% macro meta_time(text) -%}
    coalesce(
            try_strptime({{ text }}, ['%Y-%m-%dT%H:%M:%S%z', '%Y-%m-%d %H:%M:%S %z']),
            try_cast({{ text }} as timestamptz)
        )
{%- endmacro %}

{#- The activity history of the API also counts seconds from 1970. #}
{% macro event_time(text) -%}
    coalesce(
            {{ meta_time(text) }},
            case when regexp_full_match({{ text }}, '\d{9,10}') then to_timestamp(cast({{ text }} as bigint)) end
        )
{%- endmacro %}

{#- Ads Manager writes the time of the account without its offset, with commas, `at` and narrow spaces. #}
{% macro wall_time(text) -%}
    try_strptime(
            trim(regexp_replace({{ text }}, '(,|\bat\b|[\s\x{a0}\x{202f}])+', ' ', 'g')),
            [
                '%Y-%m-%d %H:%M:%S', '%Y-%m-%d %H:%M', '%Y-%m-%d %I:%M %p', '%Y-%m-%d %I:%M%p',
                '%Y-%m-%d %I:%M:%S %p', '%b %d %Y %I:%M %p', '%b %d %Y %I:%M%p', '%b %d %Y %H:%M',
                '%d %b %Y %I:%M %p', '%d %b %Y %H:%M', '%B %d %Y %I:%M %p', '%B %d %Y %H:%M', '%d %B %Y %H:%M'
            ]
        )
{%- endmacro %}

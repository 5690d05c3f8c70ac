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

{# Numbers as sentences have them: 1,234.50; 12 or 12.4 purchases, 1 purchase; 34 %, and no chance of 0 or 100 %. #}
{% macro decimals(number, places=2) -%}
    format('{:,.{{ places }}f}', cast({{ number }} as double))
{%- endmacro %}

{#- Where no file says in which currency, without one. #}
{% macro amount(number, currency='currency') -%}
    {{ decimals(number) }} || coalesce(' ' || {{ currency }}, '')
{%- endmacro %}

{#- Matured purchases are no whole numbers; those that are read as such. #}
{% macro counted(number, plural='purchases') -%}
    regexp_replace(
                regexp_replace({{ decimals(number, 1) }}, '\.0$', '') || ' {{ plural }}',
                '^1 {{ plural }}$', '1 {{ plural[:-1] }}'
            )
{%- endmacro %}

{% macro chance(probability) -%}
    case
                when {{ probability }} < 0.01 then 'less than 1 %'
                when {{ probability }} > 0.99 then 'over 99 %'
                else cast(100 * {{ probability }} as integer) || ' %'
            end
{%- endmacro %}

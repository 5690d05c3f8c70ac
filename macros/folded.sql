{# A name as utm fields carry it: case, surrounding and repeated space, `+` and `%20` do not matter. #}
{% macro folded(text) -%}
    lower(trim(regexp_replace({{ text }}, '(\s|\+|%20|_)+', ' ', 'g')))
{%- endmacro %}

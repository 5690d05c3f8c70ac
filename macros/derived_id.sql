{# A stable id made from names, for exports without ids; the leading n keeps it apart from Meta's numbers. #}
{% macro derived_id(columns) -%}
    'n' || left(md5(
                {%- for column in columns %}coalesce({{ column }}, ''){{ " || '|' || " if not loop.last }}{% endfor -%}
            ), 16)
{%- endmacro %}

{# Whether a name matches a lower-case pattern of the settings, in any case: * stands for anything, all else for itself. #}
{% macro name_matches(name, pattern) -%}
    lower({{ name }}) like replace(
        replace(replace(replace({{ pattern }}, '!', '!!'), '%', '!%'), '_', '!_'), '*', '%'
    ) escape '!'
{%- endmacro %}

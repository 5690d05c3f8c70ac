{# The first of an ordered list of action types that is among a row's action types, else null. #}
{% macro first_action(row_types, ordered_types) -%}
    list_filter({{ ordered_types }}, lambda t: list_contains({{ row_types }}, t))[1]
{%- endmacro %}

{#- Value of one action type in a row's action list: entries repeat where the request broke actions down further. #}
{% macro action_sum(actions, action_type, field='value') -%}
    list_sum(list_transform(
            list_filter({{ actions }}, lambda a: a.action_type = {{ action_type }}),
            lambda a: try_cast(a.{{ field }} as double)
        ))
{%- endmacro %}

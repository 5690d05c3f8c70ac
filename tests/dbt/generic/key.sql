{# The key of a table: no two rows share it, and it is never null. Other columns are looked at on the way. #}
{% test key(model, column_name, not_null=[], values={}) %}

{{ test_unique_combination(model, [column_name], not_null=not_null, values=values) }}

{% endtest %}

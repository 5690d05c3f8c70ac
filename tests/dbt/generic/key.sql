{# The key of a table: no two rows share it, and it is never null. #}
{% test key(model, column_name) %}

select
    {{ column_name }},
    count(*) as rows_with_this_key
from {{ model }}
group by {{ column_name }}
having count(*) > 1 or {{ column_name }} is null

{% endtest %}

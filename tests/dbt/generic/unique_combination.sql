{# The grain of a table: no two rows share these columns, and none of them is null but the `nullable` ones. Further
   columns that are never null are looked at on the way: every test of dbt costs as much as a small query. #}
{% test unique_combination(model, columns, nullable=[], not_null=[]) %}

select
    {{ columns | join(', ') }},
    count(*) as rows_with_this_key
from {{ model }}
group by {{ columns | join(', ') }}
having count(*) > 1
    {%- for column in columns if column not in nullable %}
    or {{ column }} is null
    {%- endfor %}
    {%- for column in not_null %}
    or count({{ column }}) < count(*)
    {%- endfor %}

{% endtest %}

{# The grain of a table: no two rows share these columns, and none of them is null but the `nullable` ones. Columns that
   are never null, or have only certain values, are looked at on the way: every test of dbt costs as much as a small
   query. One wrong value a key is enough: to list all of them takes three times as long. #}
{% test unique_combination(model, columns, nullable=[], not_null=[], values={}, kept_by=none) %}

select
    {{ columns | join(', ') }},
    count(*) as rows_with_this_key
    {%- for column in not_null %},
    count(*) - count({{ column }}) as rows_without_{{ column }}
    {%- endfor %}
    {%- for column, allowed in values.items() %},
    max({{ column }}) filter ({{ column }} not in ('{{ allowed | join("', '") }}')) as other_{{ column }}
    {%- endfor %}
from {{ model }}
{%- if kept_by == 'file' %}
where file_id not in (select file_id from {{ ref('landing_file_states') }} where is_kept)
{%- elif kept_by == 'day' %}
where date_day >= (select changed_from from {{ ref('stg_meta__changed_from') }})
{%- endif %}
group by {{ columns | join(', ') }}
having
    count(*) > 1
    {%- for column in columns if column not in nullable %}
    or {{ column }} is null
    {%- endfor %}
    {%- for column in not_null %}
    or rows_without_{{ column }} > 0
    {%- endfor %}
    {%- for column in values %}
    or other_{{ column }} is not null
    {%- endfor %}

{% endtest %}

{#
    dbt-duckdb takes what an incremental model has just read for a temporary table, also where Python wrote a real
    one, which then stays. Under the name of the table that the materialization drops before it starts, what a killed
    build left goes too.
#}
{% macro duckdb__dispatch_temporary_relation(target_relation, batch_id='') %}
    {% do return({'relation': make_intermediate_relation(target_relation), 'temporary': false}) %}
{% endmacro %}

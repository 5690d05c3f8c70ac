{# Say in a warning of its own what this build went on without. #}
{% macro warn_of_what_is_left_out(results) %}
    {% set sentences = {
        'landing_bad_files': "
            select file_path || ' ' || message
            from {}
            where is_set_aside
            order by file_path",
        'int_shopify__orders': "
            select
                count(*) || ' orders of ' || min(order_date) || ' to ' || max(order_date) || ' have no revenue, nor '
                || 'have these days in account_daily: ' || revenue_missing_because
            from {}
            where excluded_because is null and revenue_missing_because is not null
            group by revenue_missing_because
            order by revenue_missing_because",
    } %}
    {% if execute and flags.WHICH == 'build' %}
        {% for result in results if result.node.name in sentences and result.status == 'success' %}
            {% set found = run_query(sentences[result.node.name].format(result.node.relation_name)) %}
            {% for row in found.rows %}
                {% do exceptions.warn(row[0]) %}
            {% endfor %}
        {% endfor %}
    {% endif %}
{% endmacro %}

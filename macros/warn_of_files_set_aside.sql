{# Say of every file that this build went on without, in a warning of its own. #}
{% macro warn_of_files_set_aside(results) %}
    {% if execute and flags.WHICH == 'build' %}
        {% for result in results if result.node.name == 'landing_bad_files' and result.status == 'success' %}
            {% set found = run_query(
                "select file_path || ' ' || message from " ~ result.node.relation_name
                ~ ' where is_set_aside order by file_path'
            ) %}
            {% for row in found.rows %}
                {% do exceptions.warn(row[0]) %}
            {% endfor %}
        {% endfor %}
    {% endif %}
{% endmacro %}

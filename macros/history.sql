{# Bring schema `history` from the published file; see the dbt source `history`. #}
{% macro restore_history() %}
    {% if execute and flags.WHICH in ['build', 'run', 'test'] %}
        {% set tables = {} %}
        {% for table in graph.sources.values() | selectattr('source_name', 'equalto', 'history') %}
            {% set columns = {} %}
            {% for column in table.columns.values() %}
                {% do columns.update({column.name: column.data_type}) %}
            {% endfor %}
            {% do tables.update({table.name: columns}) %}
        {% endfor %}
        {% do adapter.store_relation(
            'warehouse', none, [], '', '', {'step': 'restore_history', 'tables': tables}
        ) %}
    {% endif %}
{% endmacro %}

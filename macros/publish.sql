{#
    Publish what this run built and marks `meta.published`, if it is a build, everything in it passed and no
    `config_file` was tried.
    `meta.date_files` names a date column: the table is also written as one Parquet file per date.
    `meta.view_of_history` names a table of the history: published is a view of it, this run's rows included.
    The hook that calls this also runs after docs, compile, run and test.
#}
{% macro publish(results) %}
    {% if execute and flags.WHICH == 'build' and not flags.EMPTY %}
        {% set failures = [] %}
        {% set relations = [] %}
        {% set views = [] %}
        {% set date_files = [] %}
        {% set built = {} %}
        {% for result in results %}
            {% if result.status not in ['success', 'pass', 'warn', 'no-op'] %}
                {% do failures.append(result.node.name) %}
            {% elif result.node.resource_type in ['model', 'seed'] %}
                {% do built.update({result.node.name: [result.node.schema, result.node.alias]}) %}
                {% if result.node.config.meta.get('view_of_history') %}
                    {% do views.append(built[result.node.name] + [result.node.config.meta.view_of_history]) %}
                {% elif result.node.config.meta.get('published') %}
                    {% do relations.append(built[result.node.name]) %}
                    {% if result.node.config.meta.get('date_files') %}
                        {% do date_files.append([built[result.node.name], result.node.config.meta.date_files]) %}
                    {% endif %}
                {% endif %}
            {% endif %}
        {% endfor %}
        {% if failures %}
            {% do log('Nothing published: ' ~ failures | length ~ ' of ' ~ results | length
                ~ ' steps did not pass. The last good results stay.', info=true) %}
        {% elif var('config_file') %}
            {% do log('Nothing published: settings of ' ~ var('config_file') ~ ' were only tried.', info=true) %}
        {% elif relations or views %}
            {% set appends = [] %}
            {% for table in graph.sources.values() | selectattr('source_name', 'equalto', 'history') %}
                {% if table.config.meta.get('appended_from') in built %}
                    {% do appends.append({
                        'table': table.name,
                        'source': built[table.config.meta.appended_from],
                        'replaces_on': table.config.meta.replaces_on,
                    }) %}
                {% endif %}
            {% endfor %}
            {% set request = {
                'step': 'publish',
                'relations': relations,
                'views': views,
                'date_files': date_files,
                'appends': appends,
                'run_id': invocation_id,
                'started_at': run_started_at.replace(tzinfo=none).isoformat(),
                'dbt_version': dbt_version,
            } %}
            {% do adapter.store_relation('warehouse', none, [], '', '', request) %}
            {% do log(request.outcome, info=true) %}
        {% endif %}
    {% endif %}
{% endmacro %}

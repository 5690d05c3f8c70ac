{# Whether a row's file has to be worked through, which of those that are kept it has been. #}
{% macro is_new_file(file_id='file_id') -%}
    (
        getvariable('kept_files') is null
        or {{ file_id }} not in (select unnest(cast(getvariable('kept_files') as varchar[])))
    )
{%- endmacro %}

{# The first day that has to be worked out; those before it are kept. #}
{% macro changed_from() -%}
    coalesce(cast(getvariable('changed_from') as date), date '0001-01-01')
{%- endmacro %}

{# Before a table that is kept by file or by day, `meta.kept_by`, takes in what is new: delete what that replaces. #}
{% macro forget_what_changed() %}
    {% if is_incremental() and model.config.meta.kept_by == 'file' %}
        set variable kept_files = (
            select coalesce(list(file_id), []) from {{ ref('landing_file_states') }} where is_kept
        );
        delete from {{ this }} where {{ is_new_file() }};
    {% elif is_incremental() %}
        set variable changed_from = (select changed_from from {{ ref('stg_meta__changed_from') }});
        delete from {{ this }} where date_day >= {{ changed_from() }};
    {% endif %}
{% endmacro %}

{# After it, for whatever else the connection is asked. #}
{% macro reset_what_is_kept() %}
    set variable kept_files = null; set variable changed_from = null;
{% endmacro %}

{# Before a build: keep nothing unless the last one came to its end, by the same program. #}
{% macro begin_build() %}
    {% if execute and flags.WHICH in ['build', 'run', 'retry'] %}
        {% set request = {'step': 'begin', 'anew': flags.FULL_REFRESH} %}
        {% do adapter.store_relation('warehouse', none, [], '', '', request) %}
        {% if not request.may_keep %}
            {% for node in graph.nodes.values() if node.config.get('meta', {}).get('kept_by') %}
                {% do adapter.drop_relation(
                    api.Relation.create(
                        database=node.database, schema=node.schema, identifier=node.alias, type='table'
                    )
                ) %}
            {% endfor %}
        {% endif %}
    {% endif %}
{% endmacro %}

{# After a build in which everything was built and passed: the next one may keep what it made. #}
{% macro end_build(results) %}
    {% if execute and flags.WHICH == 'build' and not flags.EMPTY and not var('config_file') %}
        {% set built = [] %}
        {% set missing = [] %}
        {% for result in results %}
            {% if result.status in ['success', 'pass', 'warn', 'no-op'] %}
                {% do built.append(result.node.name) %}
            {% else %}
                {% do missing.append(result.node.name) %}
            {% endif %}
        {% endfor %}
        {% for node in graph.nodes.values() %}
            {% if node.resource_type == 'model' and node.schema in ['landing', 'staging', 'intermediate']
                and node.name not in built %}
                {% do missing.append(node.name) %}
            {% endif %}
        {% endfor %}
        {% if 'landing_file_states' in built and not missing %}
            {% do adapter.store_relation('warehouse', none, [], '', '', {'step': 'end'}) %}
        {% endif %}
    {% endif %}
{% endmacro %}

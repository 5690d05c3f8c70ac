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

{#
    dbt asks this of an incremental model before it takes in what is new. Of what was no whole build, or made by another
    program, nothing is kept: the table is made as a whole.
#}
{% macro should_full_refresh() %}
    {% set asked_for = config.get('full_refresh') %}
    {% if asked_for is none %}
        {% set asked_for = flags.FULL_REFRESH %}
    {% endif %}
    {% if not asked_for and execute and model.config.get('meta', {}).get('kept_by') %}
        {% set asked_for = run_query('select 1 from kept.files limit 1') | length == 0 %}
    {% endif %}
    {% do return(asked_for) %}
{% endmacro %}

{# Before a build: forget what the last one was made from, unless it came to its end and by the same program. #}
{% macro begin_build() %}
    {% if execute and flags.WHICH in ['build', 'run', 'retry'] %}
        {% do adapter.store_relation(
            'warehouse', none, [], '', '', {'step': 'begin', 'anew': flags.FULL_REFRESH}
        ) %}
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

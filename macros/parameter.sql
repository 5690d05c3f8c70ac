{#
    The value in force of one parameter, as a scalar:
    parameter('shopify.revenue_basis', 'varchar'), parameter('maturity.share_visible_by_age', 'double[]').
#}
{% macro parameter(path, type) -%}
    (
        select try_cast(value ->> '$' as {{ type }})
        from {{ ref('landing_parameters') }}
        where parameter = '{{ path }}'
    )
{%- endmacro %}

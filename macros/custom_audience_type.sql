{#- What people a custom audience is of: by its subtype where an object describes it, else by its name. -#}
{% macro custom_audience_type(subtype, reading) -%}
    case
        when {{ subtype }} = 'LOOKALIKE' or {{ reading }}.audience_type = 'lookalike' then 'lookalike'
        when {{ reading }}.people = 'buyers' or {{ subtype }} = 'OFFLINE_CONVERSION' then 'buyers'
        when {{ subtype }} in ('ENGAGEMENT', 'VIDEO', 'IG_BUSINESS', 'PAGE', 'FB_EVENT') then 'engagers'
        when {{ reading }}.people is not null then {{ reading }}.people
        when {{ subtype }} = 'WEBSITE' then 'visitors'
        when {{ subtype }} = 'CUSTOM' then 'list'
        else 'custom'
    end
{%- endmacro %}

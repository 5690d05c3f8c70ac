{#
    A number as files write it: plain, with thousands separators ("1,234.56"), a decimal comma ("1.234,56",
    "21,33"), a currency sign or a percent sign (left out, not divided). Null where it is none of these.
#}
{% macro number(text, type='double') -%}
    coalesce(
            try_cast({{ text }} as {{ type }}),
            case
                when {{ text }} is null then null
                else try_cast({{ plain_number("regexp_replace(" ~ text ~ ", '[\\s$€£¥₫₹%]', '', 'g')") }} as {{ type }})
            end
        )
{%- endmacro %}

{% macro plain_number(text) -%}
    case
                    when regexp_full_match({{ text }}, '-?\d{1,3}(,\d{3})+(\.\d+)?') then replace({{ text }}, ',', '')
                    when regexp_full_match({{ text }}, '-?\d{1,3}(\.\d{3})+,\d+|-?\d+,\d+')
                        then replace(replace({{ text }}, '.', ''), ',', '.')
                    else {{ text }}
                end
{%- endmacro %}

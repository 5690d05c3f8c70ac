{#
    A number as files write it: plain, with thousands separators ("1,234.56"), with a decimal comma ("1.234,56",
    "21,33"), with a currency or percent sign (left out, not divided). Null where it is none of these, and for
    the "nan" and "inf" that stand for nothing in other tools' tables. Whether "1.234" is more than a thousand is
    decided for a whole file while it is read; what is left of it here is a fraction.
#}
{% macro number(text, type='double') -%}
    coalesce(
            {% if type == 'double' -%}
            case when isfinite(try_cast({{ text }} as double)) then try_cast({{ text }} as double) end
            {%- else -%}
            try_cast({{ text }} as {{ type }})
            {%- endif %},
            case
                when regexp_matches({{ text }}, '[0-9]')
                    then try_cast({{ plain_number("regexp_replace(" ~ text ~ ", '" ~ number_signs() ~ "', '', 'g')") }} as {{ type }})
            end
        )
{%- endmacro %}

{#- Spaces, also those that do not break, apostrophes, currency signs and codes, percent signs. #}
{% macro number_signs() -%}
    [\s\x{a0}\x{202f}\x{2019}\x27%]|\p{Sc}|^([A-Z]{1,3}|kr)\.?|([A-Z]{3}|kr|zł)\.?$
{%- endmacro %}

{% macro plain_number(text) -%}
    case
                    when regexp_full_match({{ text }}, '-?\d{1,3}(,\d{3})+(\.\d+)?') then replace({{ text }}, ',', '')
                    when regexp_full_match({{ text }}, '-?\d{1,3}(\.\d{3})+,\d+|-?\d+,\d+')
                        then replace(replace({{ text }}, '.', ''), ',', '.')
                    else {{ text }}
                end
{%- endmacro %}

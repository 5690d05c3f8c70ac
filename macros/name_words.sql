{#
    The words of a name with a space around each: letters keep their case and lose their accents, a range of numbers
    stays one word (`25-44`), letters and the digits behind them are two (`LAL1%` is `LAL 1%`). What a name says it leaves out
    (`excl buyers`) is left out.
#}
{% macro name_words(name) -%}
    {%- set steps = [
        ['([0-9])\\s*[-–—]\\s*([0-9])', '\\1~\\2'],
        ['([a-zA-Z])([0-9])', '\\1 \\2'],
        ['([0-9%])([a-zA-Z])', '\\1 \\2'],
        ['\\.([^0-9]|$)', ' \\1'],
        ['[^a-zA-Z0-9+%~.]+', ' '],
        ['(?i)(^| )(excl|exclude|excluded|excludes|excluding|without|minus|no|ohne|sin|sem|sans|senza|zonder) [^ ]+', ' '],
    ] -%}
    ' ' || trim(
        {%- for step in steps %}
        regexp_replace(
        {%- endfor -%}
        strip_accents({{ name }})
        {%- for pattern, replacement in steps -%}
        , '{{ pattern }}', '{{ replacement }}', 'g')
        {%- endfor -%}
    ) || ' '
{%- endmacro %}

{#-
    Whether such words hold a pattern of the seed `name_patterns`: whole words, * for anything, in any case unless the
    pattern has capitals itself.
#}
{% macro has_words(words, lower_words, pattern) -%}
    case when {{ pattern }} = lower({{ pattern }}) then {{ lower_words }} else {{ words }} end
        like '% ' || replace({{ pattern }}, '*', '%') || ' %'
{%- endmacro %}

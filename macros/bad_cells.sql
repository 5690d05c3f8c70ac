{# Why a cell is no number: what the person who made the file did, as far as the text tells. #}
{% macro not_a_number(column) -%}
    case
            when regexp_full_match(trim({{ column }}), '#[A-Z0-9/!?#]+')
                then 'holds an error of the spreadsheet, such as #REF! or ####: mend it there and save it again'
            when starts_with({{ column }}, '=')
                then 'holds a formula instead of its result: save the sheet as CSV again'
            else 'is no number: write it as 1234.56'
        end
{%- endmacro %}

{#- Why a cell is no day, in the same way. #}
{% macro not_a_day(column) -%}
    case
            when regexp_full_match(trim({{ column }}), '#[A-Z0-9/!?#]+')
                then 'holds an error of the spreadsheet, such as #REF! or ####: mend it there and save it again'
            when regexp_full_match({{ column }}, '[2-9][0-9]{4}(\.[0-9]+)?')
                then 'is counted as Excel counts days (46081 is 2026-02-28): format the column as a date there'
            else 'is no date that can be told apart from others: write it as 2026-03-15'
        end
{%- endmacro %}

{#- A row of words where a day and an amount belong is the header of an export that was put below another. #}
{% macro repeats_header(day, amount) -%}
    coalesce({{ day }} <> '' and not regexp_matches({{ day }}, '[0-9#]')
            and not regexp_matches({{ amount }}, '[0-9#=]') and length({{ amount }}) > 3, false)
{%- endmacro %}

{#- Standard normal distribution function, within 8e-8: Abramowitz and Stegun, Handbook of Mathematical Functions, 26.2.17. -#}
{% macro normal_cdf(x) -%}
    (
        0.5 + sign({{ x }}) * (
            0.5 - exp(-power({{ x }}, 2) / 2) / sqrt(2 * pi()) * list_sum(list_transform(
                [0.319381530, -0.356563782, 1.781477937, -1.821255978, 1.330274429],
                lambda c, place: c / power(1 + 0.2316419 * abs({{ x }}), place)
            ))
        )
    )
{%- endmacro %}

{#-
    Distribution function of the gamma distribution with rate 1, within 0.003 for shapes from 1 on: Wilson and Hilferty, The
    distribution of chi-square, 1931.
#}
{% macro gamma_cdf(x, shape) -%}
    {{ normal_cdf("((cbrt((" ~ x ~ ") / (" ~ shape ~ ")) - 1 + 1 / (9 * (" ~ shape ~ "))) * 3 * sqrt(" ~ shape ~ "))") }}
{%- endmacro %}

{#- Standard normal distribution function, within 1.4e-4: Bowling and others, Journal of Industrial Engineering and Management, 2009. -#}
{% macro normal_cdf(x) -%}
    (1 / (1 + exp(-1.5976 * {{ x }} - 0.07056 * power({{ x }}, 3))))
{%- endmacro %}

{#-
    Distribution function of the gamma distribution with rate 1, within 0.003 for shapes from 1 on: Wilson and Hilferty, The
    distribution of chi-square, 1931.
#}
{% macro gamma_cdf(x, shape) -%}
    {{ normal_cdf("((cbrt((" ~ x ~ ") / (" ~ shape ~ ")) - 1 + 1 / (9 * (" ~ shape ~ "))) * 3 * sqrt(" ~ shape ~ "))") }}
{%- endmacro %}

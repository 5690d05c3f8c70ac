select
    '{{ invocation_id }}' as run_id,
    cast('{{ run_started_at.replace(tzinfo=none) }}' as timestamp) as run_started_at,
    '{{ var("customer") }}' as customer,
    '{{ var("platform") }}' as platform,
    {% if var('as_of') %}cast('{{ var("as_of") }}' as date){% else %}cast(null as date){% endif %} as as_of_requested

{#- What the rows of every file are read by, beside the file itself. -#}
with

parameters as (

    select * from {{ ref('landing_parameters') }}

),

final as (

    select
        'parameter' as kind,
        parameter as name,
        cast(value as varchar) as value
    from parameters

    union all

    select
        'default account' as kind,
        'account_id' as name,
        account_id as value
    from {{ ref('landing_default_account') }}

    union all

    select
        'first day ahead' as kind,
        'date_day' as name,
        cast(first_day_ahead as varchar) as value
    from {{ ref('landing_first_day_ahead') }}

)

select * from final

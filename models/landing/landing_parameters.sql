{# One row per parameter in force. Settings that are wrong stop the build here, with every mistake told. #}
with

parameters_read as (

    select * from {{ ref('landing_parameters_read') }}

),

mistakes as (

    select string_agg(value, chr(10) order by value) as sentences
    from parameters_read
    where tier = 'error'

),

final as (

    select
        case
            when mistakes.sentences is null then parameters_read.parameter else error(mistakes.sentences)
        end as parameter,
        parameters_read.* exclude (parameter)
    from parameters_read
    cross join mistakes

)

select * from final

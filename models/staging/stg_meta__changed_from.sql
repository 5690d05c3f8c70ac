with

files as (

    select * from {{ ref('landing_file_states') }}

),

files_before as (

    select * from {{ source('kept', 'files') }}

),

-- of overlapping files the later counts, so an order that changed is as good as another file
in_order as (

    select
        files.first_day,
        row_number() over (order by files.extract_rank) as place,
        row_number() over (order by files_before.extract_rank) as place_before
    from files
    inner join files_before on files.file_id = files_before.file_id

),

changed_files as (

    select first_day from files where not is_kept

    union all

    select files_before.first_day
    from files_before
    left join files on files_before.file_id = files.file_id
    where files.file_id is null

    union all

    select first_day from in_order where place <> place_before

),

context as (

    select * from {{ ref('stg_meta__context') }}

),

context_before as (

    select * from {{ source('kept', 'context') }}

),

all_changed as (

    select context.kind
    from context
    inner join context_before on context.kind = context_before.kind and context.name = context_before.name
    where context.value is distinct from context_before.value

    union all

    select kind from context where kind = 'told by other files'

    union all

    select kind from context_before where kind = 'told by other files'

),

final as (

    select
        case
            when exists (select 1 from all_changed) or not exists (select 1 from files_before)
                then date '0001-01-01'
            else coalesce(min(first_day), date '9999-12-31')
        end as changed_from
    from changed_files

)

select * from final

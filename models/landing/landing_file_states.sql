{#- A file is as before if the last whole build had it, and what its rows are read by has not changed since. -#}
with

files as (

    select * from {{ ref('landing_file_rows') }}

),

context as (

    select * from {{ ref('landing_context') }}

),

-- of the same kinds: what staging adds is for staging to compare
context_before as (

    select
        before.kind,
        before.name,
        before.value
    from {{ source('kept', 'context') }} as before
    where before.kind in (select kind from context)

),

context_changes as (

    (
        select * from context
        except
        select * from context_before
    )

    union all

    (
        select * from context_before
        except
        select * from context
    )

),

final as (

    select
        files.file_id,
        files.extract_rank,
        files.first_day,
        files_before.file_id is not null and not exists (select 1 from context_changes) as is_kept
    from files
    left join {{ source('kept', 'files') }} as files_before on files.file_id = files_before.file_id

)

select * from final

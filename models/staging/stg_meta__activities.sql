-- depends_on: {{ ref('landing_gate') }}
with

rejected_rows as (

    select distinct
        file_id,
        file_row
    from {{ ref('landing_rejected_rows') }}

),

edits as (

    select
        activities.*,
        events.language,
        events.entity_level,
        events.change_type,
        files.extract_rank
    from {{ ref('landing_activities') }} as activities
    inner join {{ ref('activity_events') }} as events on lower(trim(activities.event_type)) = events.event
    inner join {{ ref('landing_file_rows') }} as files on activities.file_id = files.file_id
    left join rejected_rows
        on activities.file_id = rejected_rows.file_id and activities.file_row = rejected_rows.file_row
    where rejected_rows.file_id is null
        and activities.problem is null

),

-- with the entities that have no id but one made of their names
entities as (

    select
        entity_level,
        entity_id,
        account_id,
        entity_name
    from {{ ref('stg_meta__entities') }}
    {%- for level in ['campaign', 'adset', 'ad'] %}

    union

    select
        '{{ level }}' as entity_level,
        {{ level }}_id as entity_id,
        account_id,
        {{ level }}_name as entity_name
    from {{ ref('stg_meta__insights') }}
    where starts_with({{ level }}_id, 'n')
    {%- endfor %}

),

-- a name that two entities of a level bear points to none of them
names as (

    select
        entity_level,
        entity_name,
        max(entity_id) as entity_id
    from entities
    group by entity_level, entity_name
    having count(distinct entity_id) = 1

),

entity_accounts as (

    select
        entity_level,
        entity_id,
        max(account_id) as account_id,
        max(entity_name) as entity_name
    from entities
    group by entity_level, entity_id

),

with_ids as (

    select
        edits.* exclude (account_id),
        coalesce(nullif(edits.object_id, ''), names.entity_id) as entity_id,
        coalesce(edits.account_id, entity_accounts.account_id, default_account.account_id) as account_id,
        coalesce(entity_accounts.entity_name, edits.object_name) as entity_name
    from edits
    cross join {{ ref('landing_default_account') }} as default_account
    left join names
        on coalesce(edits.object_id, '') = ''
            and edits.entity_level = names.entity_level
            and edits.object_name = names.entity_name
    left join entity_accounts
        on edits.entity_level = entity_accounts.entity_level
            and coalesce(nullif(edits.object_id, ''), names.entity_id) = entity_accounts.entity_id

),

typed as (

    select
        with_ids.account_id,
        with_ids.entity_level,
        with_ids.entity_id,
        with_ids.entity_name,
        with_ids.change_type,
        with_ids.language,
        with_ids.extract_rank,
        coalesce(accounts.time_zone, 'UTC') as time_zone,
        coalesce(
            {{ event_time('with_ids.event_time') }},
            timezone(coalesce(accounts.time_zone, 'UTC'), {{ wall_time('with_ids.local_time') }})
        ) as changed_at,
        case when with_ids.change_type = 'budget' then with_ids.budget_period end as budget_period,
        {%- for side in ['old', 'new'] %}
        with_ids.{{ side }}_value as {{ side }}_text,
        case
            when with_ids.change_type = 'budget' and with_ids.language = 'api'
                then {{ minor_units('with_ids.' ~ side ~ '_value', 'coalesce(accounts.minor_unit_offset, 100)') }}
            when with_ids.change_type = 'budget'
                then {{ number('with_ids.' ~ side ~ '_value', 'decimal(18, 4)') }}
        end as {{ side }}_budget,
        {{ minor_units('with_ids.' ~ side ~ '_bid', 'coalesce(accounts.minor_unit_offset, 100)') }}
            as {{ side }}_bid{{ "," if not loop.last }}
        {%- endfor %}
    from with_ids
    left join {{ ref('stg_meta__accounts') }} as accounts on with_ids.account_id = accounts.account_id

),

worded as (

    select
        account_id,
        entity_level,
        entity_id,
        entity_name,
        change_type,
        changed_at,
        cast(timezone(time_zone, changed_at) as date) as changed_on,
        language,
        extract_rank,
        budget_period,
        old_budget,
        new_budget,
        {%- for side in ['old', 'new'] %}
        case
            when change_type = 'budget' then cast(cast({{ side }}_budget as decimal(18, 2)) as varchar)
            when change_type = 'bid'
                then
                    nullif(
                        concat_ws(' ', {{ side }}_text, cast(cast({{ side }}_bid as decimal(18, 2)) as varchar)), ''
                    )
            when change_type <> 'status' then {{ side }}_text
            when lower({{ side }}_text) in ('inactive', 'paused') then 'paused'
            when regexp_matches(lower({{ side }}_text), '^(pending|in process|to be set after review)') then 'pending'
            else lower({{ side }}_text)
        end as {{ side }}_value{{ "," if not loop.last }}
        {%- endfor %}
    from typed

),

-- the same edit in overlapping files
once as (

    select *
    from worded
    qualify row_number() over (
        partition by
            entity_level, coalesce(entity_id, entity_name), change_type, changed_at, old_value, new_value, language
        order by extract_rank
    ) = 1

),

-- Ads Manager's table gives the minute, the API the second: of an edit that both have the API's row counts
preferred as (

    select once.*
    from once
    left join (
        select distinct
            entity_level,
            entity_id,
            change_type,
            date_trunc('minute', changed_at) as minute
        from once
        where language = 'api'
    ) as by_api
        on once.language <> 'api'
            and once.entity_level = by_api.entity_level
            and once.entity_id = by_api.entity_id
            and once.change_type = by_api.change_type
            and date_trunc('minute', once.changed_at) = by_api.minute
    where by_api.minute is null

),

-- Meta logs one pause as up to three events, by way of 'pending'
with_settled as (

    select
        *,
        last_value(nullif(new_value, 'pending') ignore nulls) over (
            edits_of_entity rows between unbounded preceding and 1 preceding
        ) as settled_before,
        last_value(nullif(old_value, 'pending') ignore nulls) over (
            edits_of_entity rows between unbounded preceding and current row
        ) as last_old_value
    from preferred
    window edits_of_entity as (
        partition by entity_level, coalesce(entity_id, entity_name), change_type
        order by changed_at, coalesce(old_value = 'pending', false), old_value, new_value
    )

),

final as (

    select
        account_id,
        entity_level,
        entity_id,
        entity_name,
        change_type,
        changed_at,
        changed_on,
        case
            when change_type = 'status' and old_value = 'pending' then coalesce(settled_before, last_old_value)
            else old_value
        end as old_value,
        new_value,
        budget_period,
        old_budget,
        new_budget
    from with_settled
    where change_type <> 'status'
        or new_value is null
        or (new_value <> 'pending' and not coalesce(old_value = 'pending' and settled_before = new_value, false))

)

select * from final

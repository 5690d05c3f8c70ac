{#
    Stop the build where it must not go on, with a line for every reason. Everything that reads landing tables
    depends on this model, so nothing later is built and the last good results stay.
#}
{% set folders = [env_var("AUTOPILOT_DATASETS", "datasets"), var("customer"), var("platform"), "raw"] %}
with

files as (

    select *
    from {{ ref('landing_files') }}
    -- hidden files, such as those that keep a folder in git, are nobody's exports
    where not regexp_matches(file_path, '(^|/)(\.|~\$)')

),

file_rows as (

    select * from {{ ref('landing_file_rows') }}

),

insights as (

    select
        count(*) as row_count,
        count(*) filter (where date_stop = date_start) as daily_row_count,
        min(date_start) as first_day,
        max(date_stop) as last_day
    from {{ ref('landing_insights') }}
    where problem is null

),

counts as (

    select
        count(*) as files_found,
        count(*) filter (where status = 'read') as files_read,
        count(*) filter (where status = 'read' and kind = 'orders') as order_files_read,
        count(*) filter (where status = 'read' and kind in ('insights', 'objects')) as meta_files_read
    from files

),

-- an account has one currency for good; a row without an account is of the only one, or of one that is set
currencies as (

    select distinct
        coalesce(insights.account_id, default_account.account_id) as account_id,
        upper(trim(insights.account_currency)) as currency,
        insights.file_id
    from {{ ref('landing_insights') }} as insights
    cross join {{ ref('landing_default_account') }} as default_account
    where insights.problem is null and insights.account_currency <> ''

),

currencies_of_accounts as (

    select
        account_id,
        regexp_replace(string_agg(distinct currency, ', ' order by currency), ', ([^,]*)$', ' and \1') as currencies,
        list(distinct file_id) as file_ids
    from currencies
    group by account_id
    having count(distinct currency) > 1

),

reasons as (

    select
        '{{ folders | join("/") }} holds no files: '
        || 'put the exports from Meta into it, or check the name of the customer' as reason
    from counts
    where files_found = 0

    union all

    select file_path || ' ' || message as reason
    from {{ ref('landing_bad_files') }}
    where not is_set_aside

    union all

    select file_path || ' ' || message as reason
    from files
    cross join counts
    where not stops
        and (
            -- a table that lacks a column stops the build only where it is the only one of its kind
            (status = 'refused' and kind = 'insights' and meta_files_read = 0)
            or (status = 'refused' and kind = 'orders' and order_files_read = 0)
            or (files_read = 0 and status <> 'read')
        )

    union all

    select
        string_agg(files.file_path, ', ' order by files.file_path)
        || case when count(*) = 1 then ' holds' else ' hold' end
        || ' totals of ' || any_value(insights.first_day) || ' to ' || any_value(insights.last_day)
        || ' and no single days: export again with the time breakdown Day' as reason
    from files
    inner join file_rows on files.file_id = file_rows.file_id
    cross join insights
    where insights.row_count > 0
        and insights.daily_row_count = 0
        and files.kind in ('insights', 'objects')
        and file_rows.last_day is not null
    having count(*) > 0

    union all

    select
        string_agg(files.file_path, ', ' order by files.file_path)
        || case when count(*) = 1 then ' gives' else ' give' end
        || case currencies_of_accounts.account_id
            when 'unknown' then ' money, without saying of which account, in '
            else ' the money of account ' || currencies_of_accounts.account_id || ' in '
        end
        || any_value(currencies_of_accounts.currencies)
        || ', but an account has one currency: export again in that one, and with Account ID where they are several'
    from currencies_of_accounts
    inner join files on list_contains(currencies_of_accounts.file_ids, files.file_id)
    group by currencies_of_accounts.account_id

),

final as (

    select
        case
            when count(*) = 0 then true
            else error(string_agg(reason, chr(10) order by reason))
        end as is_open
    from reasons

)

select * from final

{%- set measures = {'spend': 'decimal(18, 2)', 'purchases': 'double', 'purchase_value': 'decimal(18, 2)'} -%}
with

as_of as (

    select * from {{ ref('int_as_of') }}

),

-- a second look on one morning takes the place of the first
looks as (

    select
        extracts.seen_on,
        extracts.entity_level,
        extracts.entity_id,
        extracts.account_id,
        extracts.date_day,
        {{ measures | join(', ') }}
    from {{ source('history', 'extracts') }} as extracts
    cross join as_of
    where extracts.seen_on <> as_of.as_of or not as_of.is_newest

    union all

    select
        seen_on,
        entity_level,
        entity_id,
        account_id,
        date_day,
        {{ measures | join(', ') }}
    from {{ ref('int_extract_values') }}

),

with_look_before as (

    select
        *,
        {%- for measure in measures %}
        lag({{ measure }}) over looks_at_day as {{ measure }}_before,
        {%- endfor %}
        lag(seen_on) over looks_at_day as compared_with
    from looks
    where entity_level in ('account', 'adset')
    window looks_at_day as (partition by entity_level, entity_id, account_id, date_day order by seen_on)

),

adsets as (

    select
        account_id,
        seen_on,
        compared_with,
        date_day,
        count(*) as adset_days,
        count(*) filter (
            where {% for measure in measures -%}
            round({{ measure }}, 2) is distinct from round({{ measure }}_before, 2)
            {%- if not loop.last %} or {% endif %}{% endfor %}
        ) as adset_days_changed
    from with_look_before
    where entity_level = 'adset' and compared_with is not null
    group by account_id, seen_on, compared_with, date_day

),

final as (

    select
        accounts.account_id,
        accounts.seen_on,
        accounts.compared_with,
        accounts.date_day,
        cast(accounts.seen_on - 1 - accounts.date_day as integer) as age_days,
        {%- for measure, type in measures.items() %}
        cast(accounts.{{ measure }}_before as {{ type }}) as {{ measure }}_before,
        cast(accounts.{{ measure }} as {{ type }}) as {{ measure }}_after,
        cast(
            cast(accounts.{{ measure }} as {{ type }}) - cast(accounts.{{ measure }}_before as {{ type }})
            as {{ type }}
        ) as {{ measure }}_change,
        100 * (accounts.{{ measure }} - accounts.{{ measure }}_before) / nullif(accounts.{{ measure }}_before, 0)
            as {{ measure }}_change_pct,
        {%- endfor %}
        coalesce(adsets.adset_days, 0) as adset_days,
        coalesce(adsets.adset_days_changed, 0) as adset_days_changed,
        as_of.run_id
    from with_look_before as accounts
    cross join as_of
    left join adsets
        on accounts.account_id = adsets.account_id
            and accounts.seen_on = adsets.seen_on
            and accounts.compared_with = adsets.compared_with
            and accounts.date_day = adsets.date_day
    where accounts.entity_level = 'account' and accounts.compared_with is not null

)

select * from final

{#- Audiences that an account has: what people they are of, how many, and whether they are used. -#}
with

objects as (

    select * from {{ ref('stg_meta__custom_audiences') }}

),

uses as (

    select
        audiences.audience_id,
        any_value(setups.account_id) as account_id,
        max(audiences.audience_name) as audience_name,
        max(audiences.audience_type) as audience_type,
        max(audiences.lookalike_percent) as lookalike_percent,
        count(*) filter (where not audiences.is_excluded and setups.is_active) as including_adsets,
        count(*) filter (where audiences.is_excluded and setups.is_active) as excluding_adsets
    from {{ ref('int_adset_audiences') }} as audiences
    inner join {{ ref('adset_setups') }} as setups on audiences.adset_id = setups.adset_id
    group by audiences.audience_id

),

typed as (

    select
        objects.*,
        {{ custom_audience_type('objects.subtype', 'readings') }} as audience_type
    from objects
    left join {{ ref('int_name_readings') }} as readings on objects.audience_name = readings.name

)

select
    coalesce(typed.account_id, uses.account_id) as account_id,
    coalesce(typed.audience_id, uses.audience_id) as audience_id,
    coalesce(typed.audience_name, uses.audience_name) as audience_name,
    coalesce(typed.audience_type, uses.audience_type) as audience_type,
    typed.size_low,
    typed.size_high,
    typed.retention_days,
    coalesce(typed.lookalike_percent, uses.lookalike_percent) as lookalike_percent,
    typed.lookalike_origin,
    coalesce(uses.including_adsets, 0) as including_adsets,
    coalesce(uses.excluding_adsets, 0) as excluding_adsets
from typed
full join uses on typed.audience_id = uses.audience_id

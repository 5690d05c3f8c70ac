-- Fails for every account and kind of segment whose segments' spend is not the account's.
with

account_spend as (

    select
        days.account_id,
        sum(days.spend) as spend
    from {{ ref('int_level_days') }} as days
    cross join {{ ref('int_as_of') }} as as_of
    where days.entity_level = 'account'
        and days.date_day <= as_of.data_through
        and days.date_day > as_of.data_through - {{ parameter('audience.evidence_days', 'integer') }}
    group by days.account_id

),

kinds as (

    select
        account_id,
        segment_kind,
        count(*) as segments,
        sum(spend) as spend
    from {{ ref('audience_segments') }}
    where segment_kind <> 'buyers'
    group by account_id, segment_kind

)

select
    kinds.*,
    account_spend.spend as account_spend
from kinds
left join account_spend on kinds.account_id = account_spend.account_id
where account_spend.spend is null
    -- each row is rounded to cents
    or abs(kinds.spend - account_spend.spend) > 0.005 * kinds.segments + 0.001

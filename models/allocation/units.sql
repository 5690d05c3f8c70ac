{#- What returns are estimated of: ad sets, or a campaign of which no ad set is known. -#}
with

holders as (

    -- what has no value to be judged by says nothing about what has
    select * from {{ ref('decided_holders') }} where has_value

),

adsets as (

    select
        entity_id,
        campaign_id
    from {{ ref('int_entities') }}
    where entity_level = 'adset'

),

members as (

    select
        holders.decision_date,
        holders.account_id,
        holders.budget_level,
        holders.budget_entity_id,
        holders.campaign_id,
        holders.comparison_pool,
        holders.value_per_result,
        case when adsets.entity_id is null then holders.budget_level else 'adset' end as unit_level,
        coalesce(adsets.entity_id, holders.budget_entity_id) as unit_id
    from holders
    left join adsets on holders.budget_level = 'campaign' and holders.campaign_id = adsets.campaign_id

)

select
    members.*,
    audience_types.audience_type
from members
inner join {{ ref('audience_types') }} as audience_types
    on members.unit_level = audience_types.entity_level and members.unit_id = audience_types.entity_id

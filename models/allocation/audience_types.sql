{#- Kind of audience: what the targeting says, else what the name says. -#}
with

entities as (

    select
        entity_level,
        entity_id,
        entity_name,
        campaign_id,
        campaign_name
    from {{ ref('int_entities') }}
    where entity_level in ('adset', 'campaign')

    union all

    -- what never delivered
    select
        known.entity_level,
        known.entity_id,
        known.entity_name,
        known.campaign_id,
        campaigns.entity_name as campaign_name
    from {{ ref('stg_meta__entities') }} as known
    left join {{ ref('stg_meta__entities') }} as campaigns
        on known.campaign_id = campaigns.entity_id and campaigns.entity_level = 'campaign'
    left join {{ ref('int_entities') }} as delivered
        on known.entity_level = delivered.entity_level and known.entity_id = delivered.entity_id
    where known.entity_level in ('adset', 'campaign') and delivered.entity_id is null

),

included as (

    select
        adset_id,
        bool_or(audience_type = 'lookalike') as has_lookalike,
        bool_and(audience_type = 'custom') as is_of_no_known_kind,
        case when count(distinct audience_type) = 1 then nullif(max(audience_type), 'custom') end as only_type
    from {{ ref('int_adset_audiences') }}
    where not is_excluded
    group by adset_id

),

targetings as (

    select
        adsets.adset_id,
        included.adset_id is not null as has_audiences,
        coalesce(included.has_lookalike, false) as has_lookalike,
        included.is_of_no_known_kind,
        included.only_type,
        coalesce(
            nullif(adsets.targeting ->> '$.flexible_spec', '[]'),
            nullif(adsets.targeting ->> '$.interests', '[]'),
            nullif(adsets.targeting ->> '$.behaviors', '[]')
        ) is not null as has_interests
    from {{ ref('stg_meta__adsets') }} as adsets
    left join included on adsets.adset_id = included.adset_id
    where adsets.targeting is not null

),

read as (

    select
        entities.entity_level,
        entities.entity_id,
        targetings.adset_id is not null as has_targeting,
        case
            when targetings.has_lookalike then 'lookalike'
            when targetings.is_of_no_known_kind and own.audience_type = 'lookalike' then 'lookalike'
            when targetings.has_audiences
                then coalesce(
                    targetings.only_type,
                    case
                        when own.audience_type in ('buyers', 'visitors', 'engagers', 'list') then own.audience_type
                    end,
                    'custom'
                )
            when targetings.has_interests then 'interest'
            when campaigns.is_advantage then 'advantage'
            when has_targeting then 'broad'
            else coalesce(own.audience_type, of_campaign.audience_type, 'unknown')
        end as audience_kind,
        has_targeting or coalesce(campaigns.is_advantage, false) as is_by_setup,
        coalesce(own.funnel, of_campaign.funnel) as named_funnel
    from entities
    left join targetings on entities.entity_level = 'adset' and entities.entity_id = targetings.adset_id
    left join {{ ref('stg_meta__campaigns') }} as campaigns on entities.campaign_id = campaigns.campaign_id
    left join {{ ref('int_name_readings') }} as own on entities.entity_name = own.name
    left join {{ ref('int_name_readings') }} as of_campaign on entities.campaign_name = of_campaign.name

)

select
    entity_level,
    entity_id,
    case audience_kind
        when 'advantage' then 'broad'
        when 'buyers' then 'retargeting'
        when 'visitors' then 'retargeting'
        when 'engagers' then 'retargeting'
        when 'list' then 'retargeting'
        when 'custom' then 'retargeting'
        else audience_kind
    end as audience_type,
    case
        when is_by_setup then 'targeting'
        when audience_kind <> 'unknown' then 'name'
    end as audience_type_source,
    audience_kind,
    case audience_type
        when 'retargeting' then case when audience_kind = 'buyers' then 'buyers' else 'retargeting' end
        when 'unknown' then coalesce(named_funnel, 'unknown')
        else 'prospecting'
    end as funnel
from read

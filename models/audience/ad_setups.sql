{#- Every ad and the kind of its creative: by the creative itself, else by what names say. -#}
with

as_of as (

    select * from {{ ref('int_as_of') }}

),

delivered as (

    select
        level_days.entity_id as ad_id,
        max(level_days.account_id) as account_id,
        max(level_days.campaign_id) as campaign_id,
        max(level_days.adset_id) as adset_id,
        min(level_days.date_day) filter (where level_days.impressions > 0) as first_day,
        max(level_days.date_day) filter (where level_days.impressions > 0) as last_day
    from {{ ref('int_level_days') }} as level_days
    cross join as_of
    where level_days.entity_level = 'ad' and level_days.date_day <= as_of.data_through
    group by level_days.entity_id

),

names as (

    select
        ad_id,
        max_by(ad_name, date_day) as ad_name
    from {{ ref('stg_meta__insights') }}
    where level = 'ad'
    group by ad_id

),

objects as (

    select * from {{ ref('stg_meta__ads') }}

),

exported as (

    select
        entity_id as ad_id,
        status
    from {{ ref('stg_meta__export_settings') }}
    where entity_level = 'ad'

),

known as (

    select
        coalesce(delivered.ad_id, objects.ad_id) as ad_id,
        coalesce(delivered.account_id, objects.account_id) as account_id,
        coalesce(delivered.campaign_id, objects.campaign_id) as campaign_id,
        coalesce(delivered.adset_id, objects.adset_id) as adset_id,
        coalesce(objects.ad_name, names.ad_name) as ad_name,
        coalesce(objects.effective_status, exported.status) as effective_status,
        objects.creative_id,
        coalesce(cast(objects.created_at as date), delivered.first_day) as created_on,
        delivered.first_day as first_delivery_on,
        delivered.last_day as last_delivery_on
    from delivered
    full join objects on delivered.ad_id = objects.ad_id
    left join names on delivered.ad_id = names.ad_id
    left join exported on delivered.ad_id = exported.ad_id

),

ad_names as (

    select distinct ad_name as name
    from known
    where ad_name is not null

),

worded as (

    select
        name,
        {{ name_words('name') }} as words,
        lower(words) as lower_words
    from ad_names

),

-- of several the first that the name says
named as (

    select
        worded.name,
        min_by(patterns.value, strpos(worded.lower_words, ' ' || lower(replace(patterns.pattern, '*', ''))))
            as creative_type
    from worded
    inner join {{ ref('name_patterns') }} as patterns
        on patterns.field = 'creative_type'
            and {{ has_words('worded.words', 'worded.lower_words', 'patterns.pattern') }}
    group by worded.name

),

joined as (

    select
        known.account_id,
        known.campaign_id,
        adsets.campaign_name,
        known.adset_id,
        adsets.adset_name,
        known.ad_id,
        known.ad_name,
        lower(known.effective_status) as effective_status,
        -- where no file says, who delivered in the last week is on
        coalesce(
            lower(known.effective_status) = 'active',
            adsets.is_active and known.last_delivery_on > as_of.data_through - 7, false
        ) as is_active,
        known.created_on,
        known.first_delivery_on,
        known.last_delivery_on,
        known.creative_id,
        creatives.creative_name,
        creatives.creative_format as by_creative,
        coalesce(named.creative_type, of_adset.creative_type, of_campaign.creative_type) as by_name
    from known
    cross join as_of
    left join {{ ref('adset_setups') }} as adsets on known.adset_id = adsets.adset_id
    left join {{ ref('stg_meta__creatives') }} as creatives on known.creative_id = creatives.creative_id
    left join named on known.ad_name = named.name
    left join {{ ref('int_name_readings') }} as of_adset on adsets.adset_name = of_adset.name
    left join {{ ref('int_name_readings') }} as of_campaign on adsets.campaign_name = of_campaign.name

)

select
    * exclude (by_creative, by_name),
    coalesce(by_creative, by_name, 'unknown') as creative_type,
    case
        when by_creative is not null then 'creative'
        when by_name is not null then 'name'
    end as creative_type_source
from joined

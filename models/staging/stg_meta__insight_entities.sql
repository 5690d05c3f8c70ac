{{ config(materialized='view') }}
with

entities as (

    select * from {{ ref('stg_meta__entities') }}

),

rejected_rows as (

    select distinct
        file_id,
        file_row
    from {{ ref('landing_rejected_rows') }}

),

-- DuckDB would copy what is read more than once, with all of its columns
accepted as not materialized (

    select
        insights.*,
        concat_ws(
            '+',
            case when insights.age is not null then 'age' end,
            case when insights.gender is not null then 'gender' end,
            case when insights.country is not null then 'country' end,
            case when insights.region is not null then 'region' end,
            case when insights.publisher_platform is not null then 'publisher_platform' end,
            case when insights.platform_position is not null then 'platform_position' end,
            case when insights.device is not null then 'device' end,
            case when insights.other_breakdown is not null then 'other_breakdown' end
        ) as breakdown
    from {{ ref('landing_insight_values') }} as insights
    left join rejected_rows
        on insights.file_id = rejected_rows.file_id and insights.file_row = rejected_rows.file_row
    where rejected_rows.file_id is null

),

-- breakdown rows never feed totals, unless an account has nothing else: then the one with most spend does
breakdown_spend as (

    select
        account_id,
        breakdown,
        sum(spend) as spend
    from accepted
    where is_daily
    group by account_id, breakdown

),

breakdown_read as (

    select
        account_id,
        breakdown
    from breakdown_spend
    qualify row_number() over (partition by account_id order by breakdown = '' desc, spend desc, breakdown) = 1

),

with_parents as (

    select
        accepted.*,
        coalesce(accepted.adset_id, ads.adset_id) as known_adset_id,
        coalesce(accepted.campaign_id, ads.campaign_id, adsets.campaign_id) as known_campaign_id,
        case accepted.level
            when 'ad' then accepted.ad_id
            when 'adset' then accepted.adset_id
            when 'campaign' then accepted.campaign_id
            else accepted.account_id
        end is not null as has_id
    from accepted
    left join breakdown_read
        on accepted.account_id = breakdown_read.account_id and accepted.breakdown = breakdown_read.breakdown
    left join entities as ads on accepted.ad_id = ads.entity_id and ads.entity_level = 'ad'
    left join entities as adsets on accepted.adset_id = adsets.entity_id and adsets.entity_level = 'adset'
    where breakdown_read.account_id is not null or not accepted.is_daily

),

-- a name stands for an id where only one entity of its parent bears it
unique_names as (

    select
        entity_level,
        account_id,
        case entity_level when 'adset' then campaign_id when 'ad' then adset_id end as parent_id,
        entity_name,
        max(entity_id) as entity_id
    from entities
    where entity_name is not null
    group by 1, 2, 3, 4
    having count(*) = 1

),

campaigns_found as (

    select
        with_parents.*,
        case
            when with_parents.level <> 'account'
                then coalesce(
                    with_parents.known_campaign_id,
                    names.entity_id,
                    {{ derived_id(['with_parents.account_id', 'with_parents.campaign_name']) }}
                )
        end as found_campaign_id,
        names.entity_id is not null as campaign_matched
    from with_parents
    left join unique_names as names
        on with_parents.known_campaign_id is null
            and names.entity_level = 'campaign'
            and with_parents.account_id = names.account_id
            and with_parents.campaign_name = names.entity_name

),

adsets_found as (

    select
        campaigns_found.*,
        case
            when campaigns_found.level in ('adset', 'ad')
                then coalesce(
                    campaigns_found.known_adset_id,
                    names.entity_id,
                    {{ derived_id(['campaigns_found.found_campaign_id', 'campaigns_found.adset_name']) }}
                )
        end as found_adset_id,
        names.entity_id is not null as adset_matched
    from campaigns_found
    left join unique_names as names
        on campaigns_found.known_adset_id is null
            and names.entity_level = 'adset'
            and campaigns_found.account_id = names.account_id
            and campaigns_found.found_campaign_id = names.parent_id
            and campaigns_found.adset_name = names.entity_name

),

ads_found as (

    select
        adsets_found.*,
        case
            when adsets_found.level = 'ad'
                then coalesce(
                    adsets_found.ad_id,
                    names.entity_id,
                    {{ derived_id(['adsets_found.found_adset_id', 'adsets_found.ad_name']) }}
                )
        end as found_ad_id,
        case
            when adsets_found.has_id then 'meta'
            when adsets_found.level = 'campaign' and adsets_found.campaign_matched then 'matched_name'
            when adsets_found.level = 'adset' and adsets_found.adset_matched then 'matched_name'
            when names.entity_id is not null then 'matched_name'
            else 'derived'
        end as id_source
    from adsets_found
    left join unique_names as names
        on adsets_found.ad_id is null
            and names.entity_level = 'ad'
            and adsets_found.account_id = names.account_id
            and adsets_found.found_adset_id = names.parent_id
            and adsets_found.ad_name = names.entity_name

)

select
    * exclude (
        campaign_id, adset_id, ad_id, known_campaign_id, known_adset_id,
        found_campaign_id, found_adset_id, found_ad_id
    ),
    found_campaign_id as campaign_id,
    found_adset_id as adset_id,
    found_ad_id as ad_id
from ads_found

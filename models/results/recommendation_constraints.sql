{#- What every recommendation of the account must keep to. -#}
with

as_of as (

    select * from {{ ref('int_as_of') }}

),

settings as (

    select
        {{ parameter('advantages.min_purchases', 'double') }} as min_purchases,
        {{ parameter('advantages.kept_exclusion_share', 'double') }} as kept_exclusion_share

),

accounts as (

    select
        entity_id as account_id,
        entity_name as account_name
    from {{ ref('int_entities') }}
    where entity_level = 'account'

),

setups as (

    select
        setups.*,
        evidence.spend_all_days as spend
    from {{ ref('adset_setups') }} as setups
    inner join {{ ref('adset_evidence') }} as evidence on setups.adset_id = evidence.adset_id

),

spending as (

    select * from setups where spend > 0

),

-- ---- law and Meta's rules
special as (

    select
        account_id,
        campaign_id,
        any_value(campaign_name) as campaign_name,
        any_value(array_to_string(special_ad_categories, ', ')) as categories
    from setups
    where is_active and len(special_ad_categories) > 0
    group by account_id, campaign_id

),

-- ---- what the account keeps to itself
countries as (

    select
        account_id,
        list_sort(list_distinct(flatten(list(countries)))) as countries
    from spending
    where countries is not null
    group by account_id

),

ages as (

    select
        account_id,
        min(age_min) as age_min,
        max(age_max) as age_max
    from spending
    where age_min is not null and age_max is not null
    group by account_id

),

strangers as (

    select
        account_id,
        sum(spend) as spend
    from spending
    where funnel = 'prospecting' and setup_source = 'targeting'
    group by account_id

),

excluded as (

    select
        spending.account_id,
        audiences.audience_id,
        any_value(audiences.audience_name) as audience_name,
        any_value(audiences.audience_type) as audience_type,
        sum(spending.spend) as spend
    from spending
    inner join {{ ref('int_adset_audiences') }} as audiences
        on spending.adset_id = audiences.adset_id and audiences.is_excluded
    where spending.funnel = 'prospecting' and spending.setup_source = 'targeting'
    group by spending.account_id, audiences.audience_id

),

together as (

    select
        account_id,
        'minimum_evidence' as constraint_kind,
        'account' as scope_level,
        account_id as scope_id,
        account_name as scope_name,
        'purchases' as field,
        cast(cast(settings.min_purchases as integer) as varchar) as required_value,
        'Nothing is built on a segment with fewer purchases in the window.' as reason
    from accounts
    cross join settings

    union all by name

    select
        account_id,
        'special_ad_category' as constraint_kind,
        'campaign' as scope_level,
        campaign_id as scope_id,
        campaign_name as scope_name,
        'age_min, age_max, genders, geo_locations.zips, custom_audiences' as field,
        '{"age_min":18,"age_max":65,"genders":[],"zips":[],"lookalikes":[]}' as required_value,
        'Declared as ' || categories || ': Meta allows no choice of age, gender or zip code, and no lookalikes.'
            as reason
    from special

    union all by name

    select
        account_id,
        'geo' as constraint_kind,
        'account' as scope_level,
        account_id as scope_id,
        'geo_locations.countries' as field,
        cast(to_json(countries) as varchar) as required_value,
        'The account spends in ' || array_to_string(countries, ', ') || ' alone: of other countries nothing is '
        || 'known, and whether it ships there neither.' as reason
    from countries
    where len(countries) > 0

    union all by name

    select
        account_id,
        'age' as constraint_kind,
        'account' as scope_level,
        account_id as scope_id,
        'age_min, age_max' as field,
        '{"age_min":' || age_min || ',"age_max":' || age_max || '}' as required_value,
        'No ad set that spends reaches people younger than ' || age_min
        || case when age_max < 65 then ' or older than ' || age_max else '' end
        || ': there may be a reason.' as reason
    from ages
    where age_min > 18 or age_max < 65

    union all by name

    select
        excluded.account_id,
        'exclusion' as constraint_kind,
        'prospecting' as scope_level,
        excluded.audience_id as scope_id,
        excluded.audience_name as scope_name,
        'excluded_custom_audiences' as field,
        '[{"id":"' || excluded.audience_id || '"}]' as required_value,
        cast(100 * excluded.spend / strangers.spend as integer) || ' % of the spend on strangers excludes '
        || coalesce('"' || excluded.audience_name || '"', excluded.audience_id) || ': new ad sets do too.' as reason
    from excluded
    inner join strangers on excluded.account_id = strangers.account_id
    cross join settings
    where excluded.spend >= settings.kept_exclusion_share * strangers.spend

),

final as (

    select
        together.account_id,
        accounts.account_name,
        together.constraint_kind,
        together.scope_level,
        together.scope_id,
        together.scope_name,
        together.field,
        together.required_value,
        together.reason,
        as_of.run_id
    from together
    cross join as_of
    left join accounts on together.account_id = accounts.account_id

)

select * from final

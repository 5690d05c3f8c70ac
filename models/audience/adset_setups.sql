{#- How every ad set is set up: its targeting as columns, by names where no file holds it. -#}
with

as_of as (

    select * from {{ ref('int_as_of') }}

),

accounts as (

    select * from {{ ref('stg_meta__accounts') }}

),

settings as (

    select * from {{ ref('stg_meta__adsets') }}

),

campaigns as (

    select * from {{ ref('stg_meta__campaigns') }}

),

entities as (

    select * from {{ ref('int_entities') }}

),

-- who never delivered is known by its object alone
known as (

    select
        entity_id as adset_id,
        campaign_id,
        account_id
    from entities
    where entity_level = 'adset'

    union

    select
        settings.adset_id,
        coalesce(delivered.campaign_id, settings.campaign_id) as campaign_id,
        coalesce(delivered.account_id, settings.account_id) as account_id
    from settings
    left join entities as delivered on settings.adset_id = delivered.entity_id and delivered.entity_level = 'adset'

),

recent as (

    select
        entity_days.entity_id as adset_id,
        sum(entity_days.spend) as spend_14d
    from {{ ref('int_entity_days') }} as entity_days
    cross join as_of
    where entity_days.entity_level = 'adset' and entity_days.date_day between as_of.as_of - 14 and as_of.data_through
    group by entity_days.entity_id

),

-- what an export of ads says of them: where none is on, the ad set is off
ad_states as (

    select
        ads.adset_id,
        bool_or(lower(exported.status) = 'active') as has_active_ads
    from {{ ref('stg_meta__export_settings') }} as exported
    inner join (
        select distinct
            adset_id,
            ad_id
        from {{ ref('stg_meta__insights') }}
        where level = 'ad'
    ) as ads on exported.entity_id = ads.ad_id
    where exported.entity_level = 'ad'
    group by ads.adset_id

),

targetings as (

    select
        adset_id,
        list_sort(list_distinct(
            json_extract_string(targeting, '$.geo_locations.countries[*]')
            || json_extract_string(targeting, '$.geo_locations.country_groups[*]')
            || json_extract_string(targeting, '$.geo_locations.*[*].country')
        )) as countries,
        list_sort(json_extract_string(targeting, '$.geo_locations.regions[*].name')) as regions,
        list_sort(
            json_extract_string(targeting, '$.geo_locations.cities[*].name')
            || json_extract_string(targeting, '$.geo_locations.zips[*].key')
        ) as cities,
        -- where Meta may go beyond it, the range wished for stands apart
        cast(coalesce(targeting ->> '$.age_range[0]', targeting ->> '$.age_min') as integer) as age_min,
        cast(coalesce(targeting ->> '$.age_range[1]', targeting ->> '$.age_max') as integer) as age_max,
        list_sort(cast(json_extract_string(targeting, '$.genders[*]') as integer[])) as genders,
        list_sort(cast(json_extract_string(targeting, '$.locales[*]') as integer[])) as locales,
        -- interests, behaviours and the like, also where they once stood
        list_sort(list_distinct(
            json_extract_string(targeting, '$.flexible_spec[*].*[*].name')
            || json_extract_string(targeting, '$.interests[*].name')
            || json_extract_string(targeting, '$.behaviors[*].name')
        )) as interests,
        list_sort(json_extract_string(targeting, '$.publisher_platforms[*]')) as publisher_platforms,
        coalesce(
            targeting ->> '$.targeting_automation.advantage_audience' = '1'
            or targeting ->> '$.advantage_audience' = '1', false
        ) as is_advantage_audience,
        -- what else narrows it, as it stands
        {%- for key in [
            'excluded_geo_locations', 'exclusions', 'facebook_positions', 'instagram_positions',
            'audience_network_positions', 'messenger_positions', 'threads_positions', 'device_platforms', 'user_os',
            'user_device', 'flexible_spec'
        ] %}
        coalesce(targeting ->> '$.{{ key }}', '') {{ "||" if not loop.last else "as other_limits" }}
        {%- endfor %}
    from settings
    where targeting is not null

),

audiences as (

    select
        adset_id,
        list(audience_id order by audience_id) filter (where not is_excluded) as included_audience_ids,
        list(audience_id order by audience_id) filter (where is_excluded) as excluded_audience_ids,
        list(audience_name order by audience_id) filter (where not is_excluded) as included_audience_names,
        -- unknown as soon as one of them may be buyers
        case
            when bool_or(is_excluded and audience_type = 'buyers') then true
            when bool_or(is_excluded and audience_type = 'custom') then null
            else false
        end as excludes_buyers,
        max(lookalike_percent) filter (where not is_excluded) as lookalike_percent,
        string_agg(distinct lookalike_source, ', ' order by lookalike_source) filter (where not is_excluded)
            as lookalike_source,
        -- people may be in several: at least as many as in the largest, at most as many as in all
        case when count(*) filter (where not is_excluded) = count(size_low) filter (where not is_excluded)
            then max(size_low) filter (where not is_excluded) end as audience_size_low,
        case when count(*) filter (where not is_excluded) = count(size_high) filter (where not is_excluded)
            then sum(size_high) filter (where not is_excluded) end as audience_size_high
    from {{ ref('int_adset_audiences') }}
    group by adset_id

),

-- '7d_click_1d_view', from the windows that delivery is optimized for or as Ads Manager writes them
attributions as (

    select
        known.adset_id,
        coalesce(
            nullif(array_to_string(list_transform(
                from_json(settings.attribution_spec, '[{"event_type": "VARCHAR", "window_days": "VARCHAR"}]'),
                lambda w: w.window_days || case w.event_type
                    when 'CLICK_THROUGH' then 'd_click'
                    when 'VIEW_THROUGH' then 'd_view'
                    when 'ENGAGED_VIDEO_VIEW' then 'd_ev'
                    else lower(w.event_type)
                end
            ), '_'), ''),
            nullif(array_to_string(list_transform(
                regexp_extract_all(lower(entities.attribution_setting), '[0-9]+-day (click|view|engaged-view)'),
                lambda w: replace(replace(replace(w, '-day ', 'd_'), 'engaged-view', 'ev'), ' ', '')
            ), '_'), ''),
            lower(entities.attribution_setting)
        ) as attribution_setting
    from known
    left join settings on known.adset_id = settings.adset_id
    left join entities on known.adset_id = entities.entity_id and entities.entity_level = 'adset'

),

joined as (

    select
        known.account_id,
        coalesce(entities.account_name, accounts.account_name) as account_name,
        known.campaign_id,
        coalesce(campaigns.campaign_name, entities.campaign_name) as campaign_name,
        known.adset_id,
        coalesce(entities.entity_name, settings.adset_name) as adset_name,
        coalesce(entities.currency, accounts.currency) as currency,
        lower(coalesce(settings.effective_status, entities.status)) as effective_status,
        coalesce(
            cast(settings.created_at as date), cast(settings.start_at as date), entities.start_date,
            entities.first_delivery_day, entities.first_day
        ) as created_on,
        entities.first_delivery_day as first_delivery_on,
        coalesce(cast(settings.end_at as date), entities.end_date, cast(campaigns.stop_at as date)) as ends_on,
        coalesce(
            lower(coalesce(settings.effective_status, entities.status)) = 'active',
            recent.spend_14d > 0 and coalesce(ad_states.has_active_ads, true),
            false
        )
        and coalesce(ends_on >= as_of.as_of, true) as is_active,
        coalesce(campaigns.objective, entities.objective) as objective,
        coalesce(settings.optimization_goal, entities.optimization_goal) as optimization_goal,
        settings.promoted_event,
        entities.goal,
        coalesce(settings.bid_strategy, campaigns.bid_strategy) as bid_strategy,
        settings.bid_amount,
        coalesce(
            entities.budget_level = 'campaign',
            coalesce(campaigns.daily_budget, campaigns.lifetime_budget) is not null
        ) as campaign_has_budget,
        case when campaign_has_budget then known.campaign_id else known.adset_id end as holder_id,
        case when not campaign_has_budget then coalesce(entities.current_daily_budget, settings.daily_budget) end
            as daily_budget,
        case
            when campaign_has_budget then coalesce(of_campaign.current_daily_budget, campaigns.daily_budget)
        end as campaign_daily_budget,
        coalesce(settings.lifetime_budget, campaigns.lifetime_budget, entities.current_lifetime_budget)
            as lifetime_budget,
        settings.daily_min_spend_target,
        attributions.attribution_setting,
        types.audience_type_source as setup_source,
        types.audience_kind as audience_type,
        types.funnel,
        targetings.adset_id is not null as has_targeting,
        case
            when types.audience_kind = 'lookalike'
                then coalesce(
                    audiences.lookalike_percent, own_name.lookalike_percent, campaign_name.lookalike_percent
                )
        end as lookalike_percent,
        case
            when types.audience_kind = 'lookalike'
                then coalesce(audiences.lookalike_source, own_name.people, campaign_name.people)
        end as lookalike_source,
        case
            when has_targeting then targetings.countries
            else coalesce(own_name.countries, campaign_name.countries)
        end as countries,
        targetings.regions,
        targetings.cities,
        case when has_targeting then targetings.age_min else coalesce(own_name.age_min, campaign_name.age_min) end
            as age_min,
        case when has_targeting then targetings.age_max else coalesce(own_name.age_max, campaign_name.age_max) end
            as age_max,
        case
            when has_targeting then targetings.genders
            when coalesce(own_name.gender, campaign_name.gender) is not null
                then [coalesce(own_name.gender, campaign_name.gender)]
        end as genders,
        targetings.locales,
        targetings.interests,
        audiences.included_audience_ids,
        audiences.excluded_audience_ids,
        audiences.included_audience_names,
        case
            when has_targeting and audiences.excluded_audience_ids is null then false
            else audiences.excludes_buyers
        end as excludes_buyers,
        audiences.audience_size_low,
        cast(audiences.audience_size_high as bigint) as audience_size_high,
        nullif(targetings.publisher_platforms, []) as publisher_platforms,
        targetings.is_advantage_audience,
        types.audience_kind = 'advantage' or coalesce(campaigns.is_advantage, false) as is_advantage_campaign,
        list_filter(
            json_extract_string(campaigns.special_ad_categories, '$[*]'), lambda category: category <> 'NONE'
        ) as special_ad_categories,
        case
            when has_targeting
                then md5(concat_ws(
                    '|', types.audience_kind, settings.optimization_goal, settings.promoted_event,
                    targetings.countries, targetings.regions, targetings.cities, targetings.age_min,
                    targetings.age_max, targetings.genders, targetings.locales, targetings.publisher_platforms,
                    targetings.is_advantage_audience, targetings.other_limits, targetings.interests,
                    audiences.included_audience_ids, audiences.excluded_audience_ids
                ))
        end as targeting_hash
    from known
    cross join as_of
    inner join accounts on known.account_id = accounts.account_id
    inner join {{ ref('audience_types') }} as types
        on known.adset_id = types.entity_id and types.entity_level = 'adset'
    left join entities on known.adset_id = entities.entity_id and entities.entity_level = 'adset'
    left join entities as of_campaign
        on known.campaign_id = of_campaign.entity_id and of_campaign.entity_level = 'campaign'
    left join settings on known.adset_id = settings.adset_id
    left join campaigns on known.campaign_id = campaigns.campaign_id
    left join targetings on known.adset_id = targetings.adset_id
    left join audiences on known.adset_id = audiences.adset_id
    left join attributions on known.adset_id = attributions.adset_id
    left join recent on known.adset_id = recent.adset_id
    left join ad_states on known.adset_id = ad_states.adset_id
    left join {{ ref('int_name_readings') }} as own_name
        on coalesce(entities.entity_name, settings.adset_name) = own_name.name
    left join {{ ref('int_name_readings') }} as campaign_name
        on coalesce(entities.campaign_name, campaigns.campaign_name) = campaign_name.name

)

select * exclude (has_targeting)
from joined

{#- What detectors compare of an ad set: setup, evidence, edits, ads, cells, its campaign's and account's figures. -#}
with

as_of as (

    select
        *,
        {{ parameter('audience.evidence_days', 'integer') }} as evidence_days
    from {{ ref('int_as_of') }}

),

setups as (

    select * from {{ ref('adset_setups') }}

),

evidence as (

    select * from {{ ref('adset_evidence') }}

),

days as (

    select
        days.entity_id as adset_id,
        max(days.date_day) filter (where days.spend > 0) as last_spend_on,
        sum(days.spend) filter (where days.date_day > as_of.data_through - 14) as spend_14d,
        sum(days.spend) filter (where days.date_day > as_of.data_through - 7) as spend_7d,
        sum(days.spend) filter (
            where days.date_day > setups.ends_on and days.date_day > as_of.data_through - as_of.evidence_days
        ) as spend_past_end,
        sum(days.impressions) filter (where days.date_day > as_of.data_through - 7 and days.reach is not null)
            as impressions_7d,
        cast(sum(days.reach) filter (where days.date_day > as_of.data_through - 7) as double) as reach_7d,
        impressions_7d / nullif(reach_7d, 0) as daily_frequency,
        count(days.reach) filter (where days.date_day > as_of.data_through - 7) as reach_days_7d,
        sum(days.link_clicks) filter (where days.date_day > as_of.data_through - 7) as link_clicks_7d
    from {{ ref('int_entity_days') }} as days
    cross join as_of
    inner join setups on days.entity_id = setups.adset_id
    where days.entity_level = 'adset' and days.date_day <= as_of.data_through
    group by days.entity_id

),

first_days as (

    select
        account_id,
        min(date_day) as first_day
    from {{ ref('int_entity_days') }}
    where entity_level = 'account'
    group by account_id

),

credit as (

    select
        entity_id as adset_id,
        order_index,
        ln(order_index_high / order_index_low) / (2 * 1.2816) as order_index_log_error,
        purchases_compared
    from {{ ref('shopify_reconciliation') }}
    where level = 'adset' and period = 'window'

),

people as (

    select
        countries.adset_id,
        case when count(*) = count(known.people) then sum(known.people) end as people
    from (
        select
            adset_id,
            unnest(countries) as country
        from setups
    ) as countries
    left join {{ ref('country_people') }} as known on countries.country = known.country
    group by countries.adset_id

),

-- how long people stay in the widest of its audiences, and how many its lookalikes are made after
audience_facts as (

    select
        included.adset_id,
        max(coalesce(
            audiences.retention_days,
            try_cast(
                regexp_extract(lower(included.audience_name), '([0-9]+) ?(d|days|dias|tage|jours)\b', 1) as integer
            ),
            -- "Visitors_180": Meta keeps nobody for longer than a year
            case
                when try_cast(regexp_extract(included.audience_name, '[^0-9]([0-9]{1,3})$', 1) as integer) <= 365
                    then cast(regexp_extract(included.audience_name, '[^0-9]([0-9]{1,3})$', 1) as integer)
            end
        )) filter (where included.audience_type <> 'lookalike') as longest_window_days,
        min(origins.size_high) as seed_people
    from {{ ref('int_adset_audiences') }} as included
    left join {{ ref('stg_meta__custom_audiences') }} as audiences on included.audience_id = audiences.audience_id
    left join {{ ref('stg_meta__custom_audiences') }} as origins
        on audiences.lookalike_origin = origins.audience_name and audiences.account_id = origins.account_id
    where not included.is_excluded
    group by included.adset_id

),

-- "PRO | Broad | US" is written like "RET | Cart | US", and unlike "new test 3"
writings as (

    select
        adset_id,
        account_id,
        case
            when adset_name like '%|%' then 'parts between |'
            when adset_name like '[%' then 'parts in brackets'
            when adset_name like '%\_%' escape '\' then 'parts joined by _'
            when adset_name like '% - %' or adset_name like '% – %' then 'parts between dashes'
            else 'words'
        end as writing
    from setups
    where adset_name is not null and is_active

),

usual_writing as (

    select
        account_id,
        mode(writing) as usual_writing,
        count(*) as named_adsets
    from writings
    group by account_id

),

writing_shares as (

    select
        usual_writing.*,
        avg(cast(writings.writing = usual_writing.usual_writing as integer)) as usual_writing_share
    from usual_writing
    inner join writings on usual_writing.account_id = writings.account_id
    group by usual_writing.account_id, usual_writing.usual_writing, usual_writing.named_adsets

),

joined as (

    select
        setups.account_id,
        setups.account_name,
        setups.campaign_id,
        coalesce(setups.campaign_name, setups.campaign_id) as campaign_name,
        setups.adset_id,
        coalesce(setups.adset_name, setups.adset_id) as adset_name,
        setups.currency,
        setups.is_active,
        setups.effective_status,
        setups.ends_on,
        setups.optimization_goal,
        setups.goal,
        cast(setups.goal = 'purchases' as integer) as is_for_purchases,
        setups.bid_amount,
        setups.campaign_has_budget,
        setups.daily_budget,
        setups.setup_source,
        setups.audience_type,
        setups.funnel,
        setups.lookalike_percent,
        setups.is_advantage_campaign,
        cast(setups.excludes_buyers as integer) as excludes_buyers,
        case
            when setups.genders = [1] then 'men '
            when setups.genders = [2] then 'women '
            else ''
        end || coalesce(setups.age_min || ' to ' || setups.age_max, '') as people_chosen,
        cast(setups.age_min > 18 or setups.age_max < 65 or len(setups.genders) = 1 as integer) as is_cut,
        len(setups.countries) as country_count,
        array_to_string(setups.countries, ', ') as countries,
        len(setups.locales) as locale_count,
        case when setups.setup_source = 'targeting' then coalesce(len(setups.publisher_platforms), 0) end
            as platform_count,
        array_to_string(setups.publisher_platforms, ', ') as platforms,
        array_to_string(setups.included_audience_names, ', ') as audiences,
        audience_facts.longest_window_days,
        audience_facts.seed_people,
        setups.audience_size_high,
        people.people as country_people,
        coalesce(evidence.spend_all_days, 0) * 30 / as_of.evidence_days as spend_30d,
        evidence.spend,
        days.spend_14d,
        days.spend_past_end * 30 / as_of.evidence_days as spend_past_end_30d,
        -- of the days that files cover
        as_of.data_through - greatest(days.last_spend_on, setups.created_on, first_days.first_day - 1)
            as days_without_spend,
        evidence.reach_low as reach_low_28d,
        7 * (coalesce(evidence.purchases_reported, 0) + 0.5) / as_of.evidence_days as events_a_week,
        1 / sqrt(coalesce(evidence.purchases_reported, 0) + 0.5) as events_log_error,
        coalesce(evidence.purchases_matured, 0) as purchases_matured,
        coalesce(evidence.purchases_matured, 0) * 30 / as_of.evidence_days as purchases_30d,
        evidence.expected_cpa,
        evidence.roas_log_error,
        evidence.marginal_roas,
        -- where every edit is known and none changed it, today's budget was that of all seven days
        case
            when edits.status_flips_14d is not null and coalesce(evidence.days_since_budget_change, 999) > 7
                then days.spend_7d / nullif(7 * setups.daily_budget, 0)
            else evidence.budget_utilization_7d
        end as budget_utilization_7d,
        -- nobody who is not in the audience was reached
        greatest(
            evidence.frequency_7d_low,
            case
                when setups.audience_size_high > 0
                    then least(days.impressions_7d / setups.audience_size_high, evidence.frequency_7d_high)
            end
        ) as frequency_7d_low,
        evidence.frequency_7d_high,
        -- people met at random: of so many a day as many are met again within a day as this frequency says
        7 * (-3 + sqrt(9 + 12 * greatest(days.daily_frequency - 1, 0))) as weekly_exposure,
        -- and of an audience of known size as many on one day as were on another
        days.impressions_7d / (
            setups.audience_size_high * (1 - pow(
                1 - least(days.reach_7d / days.reach_days_7d / nullif(setups.audience_size_high, 0), 1),
                days.reach_days_7d
            ))
        ) as frequency_of_audience,
        case
            when evidence.frequency_7d_low is not null
                then least(
                    greatest(
                        evidence.frequency_7d_low,
                        case when weekly_exposure > 0 then weekly_exposure / (1 - exp(-weekly_exposure)) end,
                        frequency_of_audience
                    ),
                    evidence.frequency_7d_high
                )
        end as frequency_7d,
        1 + evidence.ctr_against_first_weeks as ctr_kept,
        -- clicks are counts, days are not alike: a week's rate varies by 5 % of itself
        sqrt(1.5 / nullif(days.link_clicks_7d, 0) + 0.0025) as ctr_kept_log_error,
        evidence.age_days,
        evidence.conversions_7d,
        least(
            coalesce(evidence.days_since_budget_change, 999), coalesce(evidence.days_since_significant_edit, 999)
        ) as days_since_edit,
        edits.* exclude (adset_id),
        ads.* exclude (adset_id),
        cells.* exclude (adset_id),
        credit.order_index,
        credit.order_index_log_error,
        credit.purchases_compared,
        writings.writing,
        writing_shares.usual_writing,
        cast(writings.writing = writing_shares.usual_writing as integer) as is_usual_writing,
        writing_shares.usual_writing_share,
        writing_shares.named_adsets,
        as_of.run_id
    from setups
    cross join as_of
    inner join evidence on setups.adset_id = evidence.adset_id
    left join days on setups.adset_id = days.adset_id
    left join first_days on setups.account_id = first_days.account_id
    left join {{ ref('detector_edits') }} as edits on setups.adset_id = edits.adset_id
    left join {{ ref('detector_ads') }} as ads on setups.adset_id = ads.adset_id
    left join {{ ref('detector_cells') }} as cells on setups.adset_id = cells.adset_id
    left join credit on setups.adset_id = credit.adset_id
    left join people on setups.adset_id = people.adset_id
    left join audience_facts on setups.adset_id = audience_facts.adset_id
    left join writings on setups.adset_id = writings.adset_id
    left join writing_shares on setups.account_id = writing_shares.account_id

),

accounts as (

    select
        account_id,
        sum(spend_30d) as account_spend_30d,
        sum(purchases_matured) as account_purchases,
        sum(spend) filter (where goal = 'purchases')
        / nullif(sum(purchases_matured) filter (where goal = 'purchases'), 0) as account_cpa,
        max_by(goal, goal_spend) as account_goal,
        sum(marginal_roas * spend) as marginal_value,
        sum(spend) filter (where marginal_roas is not null) as marginal_spend,
        stddev_pop(ln(marginal_roas)) filter (where marginal_roas > 0 and is_active) as account_marginal_log_sd
    from (
        select
            *,
            sum(spend) over (partition by account_id, goal) as goal_spend
        from joined
    )
    group by account_id

),

-- what ad sets that run bring together, each of which needs events enough to end learning
campaigns as (

    select
        campaign_id,
        count(*) as campaign_running_adsets,
        sum(events_a_week) as campaign_events_a_week
    from joined
    where is_active and goal = 'purchases' and spend_14d > 0
    group by campaign_id

),

-- the best of those that their budget holds back, beside which a budget lies idle
bound as (

    select
        campaign_id,
        max(marginal_roas) as bound_marginal_roas,
        max_by(roas_log_error, marginal_roas) as bound_log_error,
        max_by(adset_name, marginal_roas) as bound_adset_name
    from joined
    where is_active
        and not campaign_has_budget
        and budget_utilization_7d >= {{ parameter('detectors.delivery.bound_utilization', 'double') }}
    group by campaign_id

),

-- ad sets alike but for age and gender
alike as (

    select
        setups.adset_id,
        count(distinct concat_ws('|', setups.age_min, setups.age_max, setups.genders)) over (
            partition by
                setups.campaign_id, setups.audience_type, setups.countries, setups.regions, setups.cities,
                setups.locales, setups.interests, setups.included_audience_ids, setups.excluded_audience_ids,
                setups.publisher_platforms, setups.optimization_goal, setups.is_advantage_audience
        ) as cuts_alike
    from setups
    inner join joined on setups.adset_id = joined.adset_id
    where setups.setup_source = 'targeting'
        and setups.is_active
        and coalesce(joined.conversions_7d, 0) < {{ parameter('detectors.learning.events_a_week', 'double') }}

)

select
    joined.* exclude (weekly_exposure, frequency_of_audience, spend_past_end_30d),
    case when accounts.account_spend_30d > 0 then coalesce(joined.spend_past_end_30d, 0) end as spend_past_end_30d,
    -- null in an account without delivery
    nullif(accounts.account_spend_30d, 0) as account_spends,
    accounts.account_purchases,
    accounts.account_cpa,
    accounts.account_goal,
    campaigns.campaign_running_adsets,
    campaigns.campaign_events_a_week,
    -- of the account's other ad sets
    (accounts.marginal_value - coalesce(joined.marginal_roas * joined.spend, 0))
    / nullif(accounts.marginal_spend - case when joined.marginal_roas is null then 0 else joined.spend end, 0)
        as others_marginal_roas,
    exp({{ parameter('detectors.audiences.broad_log_deviations', 'double') }} * accounts.account_marginal_log_sd)
        as usual_marginal_ratio,
    bound.bound_marginal_roas,
    bound.bound_adset_name,
    sqrt(pow(bound.bound_log_error, 2) + pow(joined.roas_log_error, 2)) as bound_ratio_log_error,
    case when joined.setup_source = 'targeting' then coalesce(alike.cuts_alike, 0) end as cuts_alike
from joined
left join accounts on joined.account_id = accounts.account_id
left join bound on joined.campaign_id = bound.campaign_id
left join campaigns on joined.campaign_id = campaigns.campaign_id
left join alike on joined.adset_id = alike.adset_id

{#- Which segments pay: each kind divides the account's spend once. -#}
{%- set sums = ['spend', 'impressions', 'reach', 'link_clicks', 'purchases', 'purchase_value'] -%}
with

as_of as (

    select
        *,
        cast(data_through - {{ parameter('audience.evidence_days', 'integer') }} + 1 as date) as first_day
    from {{ ref('int_as_of') }}

),

settings as (

    select * from {{ ref('evidence_settings') }}

),

setups as (

    select * from {{ ref('adset_setups') }}

),

evidence as (

    select * from {{ ref('adset_evidence') }}

),

accounts as (

    select
        entity_id as account_id,
        entity_name as account_name,
        currency
    from {{ ref('int_entities') }}
    where entity_level = 'account'

),

left_out as (

    select left_out.*
    from {{ ref('int_left_out_days') }} as left_out
    cross join as_of
    where left_out.known_on <= as_of.data_through

),

account_days as (

    select
        entity_days.account_id,
        entity_days.date_day,
        coalesce(entity_days.spend, 0) as spend,
        entity_days.share_visible,
        left_out.date_day is null as is_evidence
    from {{ ref('int_entity_days') }} as entity_days
    cross join as_of
    left join left_out
        on left_out.entity_level = 'account'
            and entity_days.entity_id = left_out.entity_id
            and entity_days.date_day = left_out.date_day
    where entity_days.entity_level = 'account' and entity_days.date_day between as_of.first_day and as_of.data_through

),

-- what Shopify and lift tests make of Meta's claim: an ad set's own, of a campaign or account the mean of its claims
corrections as (
    {% for level in ['adset', 'campaign', 'account'] %}
    select
        {{ level }}_id as entity_id,
        coalesce(
            sum(purchase_value_corrected_long) / nullif(sum(purchase_value_matured_long), 0),
            any_value(shopify_correction)
        ) as correction
    from evidence
    group by {{ level }}_id
    {{ "union all" if not loop.last }}
    {%- endfor %}

),

-- ---- what ad sets and ads are
adset_segments as (

    select
        account_id,
        adset_id,
        unnest([
            {
                'segment_kind': 'audience_type',
                'segment': audience_type,
                'source': setup_source
            },
            {
                'segment_kind': 'audience',
                'segment': concat_ws(
                    ' ',
                    audience_type,
                    -- 1.0 is 1
                    regexp_replace(cast(lookalike_percent as varchar), '\.0$', '') || ' %',
                    'of ' || lookalike_source
                ),
                'source': setup_source
            },
            {
                'segment_kind': 'country',
                'segment': coalesce(nullif(array_to_string(countries, ' + '), ''), 'unknown'),
                'source': case when countries is not null then setup_source end
            }
        ]) as cell
    from setups

),

adset_days as (

    select
        segments.account_id,
        segments.adset_id,
        segments.cell.segment_kind,
        segments.cell.segment,
        segments.cell.source,
        days.date_day,
        left_out.date_day is null as is_evidence,
        days.spend,
        days.impressions,
        days.reach,
        days.link_clicks,
        days.purchases_reported as purchases,
        days.purchase_value_reported as purchase_value,
        corrections.correction
    from {{ ref('int_entity_days') }} as days
    cross join as_of
    inner join adset_segments as segments on days.entity_id = segments.adset_id
    left join left_out
        on left_out.entity_level = 'adset'
            and days.entity_id = left_out.entity_id
            and days.date_day = left_out.date_day
    left join corrections on days.entity_id = corrections.entity_id
    where days.entity_level = 'adset' and days.date_day between as_of.first_day and as_of.data_through

),

ad_days as (

    select
        days.account_id,
        cast(null as varchar) as adset_id,
        'creative_type' as segment_kind,
        ads.creative_type as segment,
        ads.creative_type_source as source,
        days.date_day,
        left_out.date_day is null as is_evidence,
        days.spend,
        days.impressions,
        days.reach,
        days.link_clicks,
        days.purchases,
        days.purchase_value,
        corrections.correction
    from {{ ref('int_level_days') }} as days
    cross join as_of
    inner join {{ ref('ad_setups') }} as ads on days.entity_id = ads.ad_id
    left join left_out
        on left_out.entity_level = 'adset'
            and days.adset_id = left_out.entity_id
            and days.date_day = left_out.date_day
    left join corrections on days.adset_id = corrections.entity_id
    where days.entity_level = 'ad' and days.date_day between as_of.first_day and as_of.data_through

),

-- ---- what breakdowns say
breakdown_rows as (

    select
        breakdowns.*,
        concat_ws(
            ',',
            {%- for column in [
                'age', 'gender', 'country', 'region', 'publisher_platform', 'platform_position', 'device',
                'other_breakdown'
            ] %}
            case when breakdowns.{{ column }} is not null then '{{ column }}' end{{ "," if not loop.last }}
            {%- endfor %}
        ) as breakdown,
        lower(replace(concat_ws(' ', publisher_platform, platform_position), '_', ' ')) as placement_words,
        -- instagram's instagram_stories are Instagram Stories, audience_network's an_classic Audience Network Classic
        replace(
            replace(
                placement_words, lower(publisher_platform || ' ' || publisher_platform), lower(publisher_platform)
            ),
            'audience network an ',
            'audience network '
        ) as placement_read,
        array_to_string(
            list_transform(string_split(placement_read, ' '), lambda word: upper(word[1]) || word[2:]), ' '
        ) as placement
    from {{ ref('stg_meta__breakdowns') }} as breakdowns
    cross join as_of
    where breakdowns.date_day between as_of.first_day and as_of.data_through

),

cells_of_rows as (

    select
        *,
        unnest([
            { 'segment_kind': 'age_gender', 'segment': age || ' ' || gender },
            { 'segment_kind': 'age', 'segment': age },
            { 'segment_kind': 'gender', 'segment': gender },
            { 'segment_kind': 'country', 'segment': country },
            { 'segment_kind': 'region', 'segment': region },
            { 'segment_kind': 'placement', 'segment': placement },
            { 'segment_kind': 'device', 'segment': device }
        ]) as cell
    from breakdown_rows

),

cells as (

    select
        account_id,
        level,
        breakdown,
        coalesce(adset_id, campaign_id, account_id) as entity_id,
        cell.segment_kind,
        cell.segment,
        date_day,
        {{ sums | join(',\n        ') }}
    from cells_of_rows
    where cell.segment is not null

),

-- of several files that break the same down, the one that knows of most money
breakdowns_read as (

    select
        account_id,
        segment_kind,
        level,
        breakdown
    from cells
    group by account_id, segment_kind, level, breakdown
    having sum(spend) > 0
    qualify row_number() over (
        partition by account_id, segment_kind order by sum(spend) desc, length(breakdown), level
    ) = 1

),

breakdown_days as (

    select
        cells.account_id,
        cast(null as varchar) as adset_id,
        cells.segment_kind,
        cells.segment,
        'breakdown' as source,
        cells.date_day,
        account_days.is_evidence,
        {%- for column in sums %}
        cast(cells.{{ column }} as double) as {{ column }},
        {%- endfor %}
        coalesce(corrections.correction, of_account.correction) as correction
    from cells
    inner join breakdowns_read
        on cells.account_id = breakdowns_read.account_id
            and cells.segment_kind = breakdowns_read.segment_kind
            and cells.level = breakdowns_read.level
            and cells.breakdown = breakdowns_read.breakdown
    inner join account_days
        on cells.account_id = account_days.account_id and cells.date_day = account_days.date_day
    left join corrections on cells.entity_id = corrections.entity_id
    left join corrections as of_account on cells.account_id = of_account.entity_id

),

segment_days as (

    -- where people were says more than where they were looked for
    select adset_days.*
    from adset_days
    left join breakdowns_read
        on adset_days.account_id = breakdowns_read.account_id
            and adset_days.segment_kind = breakdowns_read.segment_kind
    where breakdowns_read.account_id is null

    union all by name

    select * from ad_days

    union all by name

    select * from breakdown_days

),

-- late purchases are as late in a part as in the whole
matured as (

    select
        segment_days.*,
        segment_days.purchases / account_days.share_visible as purchases_matured,
        segment_days.purchase_value / account_days.share_visible as value_matured,
        segment_days.purchase_value / account_days.share_visible * coalesce(segment_days.correction, 1)
            as value_corrected
    from segment_days
    inner join account_days
        on segment_days.account_id = account_days.account_id and segment_days.date_day = account_days.date_day

),

segments as (

    select
        account_id,
        segment_kind,
        segment,
        max_by(source, spend) as source,
        sum(spend) as spend,
        sum(impressions) as impressions,
        max(reach) as reach_low,
        sum(reach) as reach_high,
        sum(case when reach is not null then impressions end) as impressions_with_reach,
        sum(link_clicks) as link_clicks,
        sum(purchases) as purchases_reported,
        sum(purchase_value) as value_reported,
        sum(purchases_matured) as purchases_matured,
        sum(value_matured) as value_matured,
        sum(value_corrected) as value_corrected,
        sum(spend) filter (where is_evidence) as evidence_spend,
        sum(purchases_matured) filter (where is_evidence) as evidence_purchases,
        sum(value_matured) filter (where is_evidence) as evidence_value,
        coalesce(
            sum(value_corrected) filter (where is_evidence)
            / nullif(sum(value_matured) filter (where is_evidence), 0),
            sum(spend * coalesce(correction, 1)) / nullif(sum(spend), 0)
        ) as correction
    from matured
    group by account_id, segment_kind, segment
    having sum(spend) > 0 or sum(impressions) > 0 or sum(purchases) > 0
    -- a kind of which nothing is known says nothing
    qualify count(max_by(source, spend)) over (partition by account_id, segment_kind) > 0

),

-- people of a kind's ad sets, where of each the number is known
sizes as (

    select
        spending.account_id,
        spending.segment_kind,
        spending.segment,
        case when count(*) = count(setups.audience_size_low) then sum(setups.audience_size_low) end as size_low,
        case when count(*) = count(setups.audience_size_high) then sum(setups.audience_size_high) end as size_high
    from (
        select distinct
            account_id,
            segment_kind,
            segment,
            adset_id
        from adset_days
        where spend > 0 and segment_kind <> 'country'
    ) as spending
    inner join setups on spending.adset_id = setups.adset_id
    group by spending.account_id, spending.segment_kind, spending.segment

),

-- ---- drawn to the mean of the kind by what its purchases leave open, as decisions do with ad sets
pools as (

    select
        account_id,
        segment_kind,
        sum(evidence_purchases) / nullif(sum(evidence_spend), 0) as purchase_rate,
        sum(evidence_value) / nullif(sum(evidence_purchases), 0) as order_value
    from segments
    group by account_id, segment_kind
    having sum(evidence_purchases) > 0

),

counted as (

    select
        segments.* replace (
            -- where a kind names purchases, a cell that names none has none
            {%- for column in [
                'purchases_reported', 'value_reported', 'purchases_matured', 'value_matured', 'value_corrected',
                'evidence_purchases', 'evidence_value'
            ] %}
            case when pools.purchase_rate is not null then coalesce(segments.{{ column }}, 0) end as {{ column }}
            {{- "," if not loop.last }}
            {%- endfor %}
        ),
        pools.purchase_rate as pool_rate,
        pools.order_value as pool_order_value,
        pools.purchase_rate * segments.evidence_spend as expected_purchases
    from segments
    left join pools
        on segments.account_id = pools.account_id and segments.segment_kind = pools.segment_kind

),

spreads as (

    select
        account_id,
        segment_kind,
        count(*) as units,
        greatest(
            (sum(power(evidence_purchases - expected_purchases, 2) / expected_purchases) - count(*))
            / sum(expected_purchases), 0.02
        ) as seen_variance
    from counted
    where expected_purchases > 0
    group by account_id, segment_kind

),

estimated as (

    select
        counted.*,
        (spreads.seen_variance * spreads.units + settings.prior_variance * settings.prior_variance_units)
        / (spreads.units + settings.prior_variance_units) as variance,
        counted.pool_rate * (1 / variance + counted.evidence_purchases)
        / (1 / variance + counted.expected_purchases) as purchase_rate,
        (counted.evidence_value + settings.aov_prior_purchases * counted.pool_order_value)
        / (counted.evidence_purchases + settings.aov_prior_purchases) as order_value,
        purchase_rate * order_value * counted.correction as roas,
        sqrt(settings.interval_spread / (1 / variance + counted.evidence_purchases)) as roas_log_error
    from counted
    cross join settings
    left join spreads
        on counted.account_id = spreads.account_id and counted.segment_kind = spreads.segment_kind

),

account_spend as (

    select
        account_id,
        sum(spend) as spend
    from account_days
    group by account_id

),

-- what a breakdown, or the ad sets and ads known, leave of the account's money
rests as (

    select
        account_spend.account_id,
        kinds.segment_kind,
        'not in the breakdown' as segment,
        account_spend.spend - kinds.spend as spend
    from account_spend
    inner join (
        select
            account_id,
            segment_kind,
            sum(spend) as spend
        from segments
        group by account_id, segment_kind
    ) as kinds on account_spend.account_id = kinds.account_id
    where abs(account_spend.spend - kinds.spend) >= 0.005

),

buyers as (

    select
        orders.account_id,
        'buyers' as segment_kind,
        case orders.is_new_buyer when true then 'new' when false then 'returning' else 'unknown' end as segment,
        'shopify' as source,
        count(*) as shopify_orders,
        case when count(*) = count(orders.revenue) then sum(orders.revenue) end as shopify_revenue
    from {{ ref('int_shopify__orders') }} as orders
    cross join as_of
    where orders.excluded_because is null and orders.order_date between as_of.first_day and as_of.data_through
    group by orders.account_id, segment

),

together as (

    select * from estimated
    union all by name
    select * from rests
    union all by name
    select * from buyers

),

final as (

    select
        together.account_id,
        accounts.account_name,
        together.segment_kind,
        together.segment,
        together.source,
        as_of.first_day,
        as_of.data_through as last_day,
        accounts.currency,
        cast(together.spend as decimal(18, 2)) as spend,
        together.spend / nullif(account_spend.spend, 0) as spend_share,
        cast(together.impressions as bigint) as impressions,
        cast(together.reach_low as bigint) as reach_low,
        cast(together.reach_high as bigint) as reach_high,
        together.impressions_with_reach / nullif(cast(together.reach_high as double), 0) as frequency_low,
        together.impressions_with_reach / nullif(cast(together.reach_low as double), 0) as frequency_high,
        cast(together.link_clicks as bigint) as link_clicks,
        cast(together.purchases_reported as double) as purchases_reported,
        together.purchases_matured,
        cast(together.value_reported as decimal(18, 2)) as value_reported,
        cast(together.value_matured as decimal(18, 2)) as value_matured,
        cast(together.value_corrected as decimal(18, 2)) as value_corrected,
        together.evidence_spend / nullif(together.evidence_purchases, 0) as cpa,
        coalesce(
            together.value_matured / nullif(together.purchases_matured, 0),
            together.shopify_revenue / together.shopify_orders
        ) as aov,
        together.evidence_value * together.correction / nullif(together.evidence_spend, 0) as roas_observed,
        together.roas,
        -- 80 of 100 in a lognormal lie within 1.2816 standard deviations
        together.roas * exp(-1.2816 * together.roas_log_error) as roas_low,
        together.roas * exp(1.2816 * together.roas_log_error) as roas_high,
        1 / nullif(together.purchase_rate, 0) as expected_cpa,
        cast(sizes.size_low as bigint) as audience_size_low,
        cast(sizes.size_high as bigint) as audience_size_high,
        sizes.size_low / nullif(together.reach_high, 0) as reach_room_low,
        sizes.size_high / nullif(together.reach_low, 0) as reach_room_high,
        cast(together.shopify_orders as bigint) as shopify_orders,
        cast(together.shopify_revenue as decimal(18, 2)) as shopify_revenue,
        as_of.run_id
    from together
    cross join as_of
    left join accounts on together.account_id = accounts.account_id
    left join account_spend on together.account_id = account_spend.account_id
    left join sizes
        on together.account_id = sizes.account_id
            and together.segment_kind = sizes.segment_kind
            and together.segment = sizes.segment

)

select * from final

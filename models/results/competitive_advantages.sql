{#- Which segments do better than the rest of the account, how sure that is, and what stands against using it. -#}
with

as_of as (

    select * from {{ ref('int_as_of') }}

),

settings as (

    select
        evidence_settings.interval_spread,
        {{ parameter('advantages.false_discovery_rate', 'double') }} as false_discovery_rate,
        {{ parameter('advantages.least_lead', 'double') }} as least_lead,
        {{ parameter('advantages.min_purchases', 'double') }} as min_purchases,
        {{ parameter('advantages.model_error', 'double') }} as model_error
    from {{ ref('evidence_settings') }} as evidence_settings

),

constraints as (

    select * from {{ ref('recommendation_constraints') }}

),

segments as (

    select
        *,
        cast(last_day - first_day + 1 as integer) as days,
        ln(roas_high / roas_low) / (2 * 1.2816) as roas_log_error
    from {{ ref('audience_segments') }}
    where segment_kind <> 'buyers' and spend > 0 and roas > 0

),

-- ---- each against the account and against the rest of its kind
sums as (

    select
        *,
        spend / sum(spend) over kind as kind_share,
        sum(spend * roas_observed) over kind / sum(spend) over kind as account_roas,
        (sum(spend * roas_observed) over kind - spend * roas_observed) / nullif(sum(spend) over kind - spend, 0)
            as others_roas,
        sum(purchases_matured) over kind - purchases_matured as others_purchases,
        count(*) filter (where segment_kind = 'audience_type') over (partition by account_id, segment) = 1
            as is_a_type
    from segments
    window kind as (partition by account_id, segment_kind)

),

compared as (

    select
        sums.*,
        settings.* exclude (interval_spread),
        sums.roas / sums.account_roas as lead,
        -- what the others return is not known exactly either; the account is both
        sqrt(
            power(sums.roas_log_error, 2)
            + settings.interval_spread / sums.others_purchases
            + power(settings.model_error, 2)
        ) as others_log_error,
        (1 - sums.kind_share) * others_log_error as lead_log_error,
        {{ normal_cdf("(ln(sums.roas / sums.others_roas) / others_log_error)") }} as prob_better
    from sums
    cross join settings
    where sums.segment <> 'unknown'
        and sums.others_roas > 0
        and sums.others_purchases > 0
        -- an audience of which percentage and source say nothing more is its type
        and (sums.segment_kind <> 'audience' or not sums.is_a_type)

),

held as (

    select
        account_id,
        bool_or(constraint_kind = 'special_ad_category') as has_special_category
    from constraints
    group by account_id

),

judged as (

    select
        compared.*,
        case
            when compared.purchases_matured < compared.min_purchases then 'too little evidence'
            -- if none is false with a higher probability, no greater share of all is
            when 1 - compared.prob_better <= compared.false_discovery_rate
                and compared.lead >= 1 + compared.least_lead
                then 'advantage'
            when compared.prob_better <= compared.false_discovery_rate
                and compared.lead <= 1 / (1 + compared.least_lead)
                then 'disadvantage'
            else 'no sure difference'
        end as verdict,
        case
            when compared.purchases_matured < compared.min_purchases then 'minimum_evidence'
            when held.has_special_category
                and (
                    compared.segment_kind in ('age_gender', 'age', 'gender', 'region')
                    or starts_with(compared.segment, 'lookalike')
                ) then 'special_ad_category'
            when compared.segment_kind in ('audience_type', 'audience')
                and split_part(compared.segment, ' ', 1) in ('visitors', 'engagers', 'buyers', 'list', 'custom')
                then 'known_people'
        end as constraint_kind,
        (compared.roas - compared.account_roas) * compared.spend * 30 / compared.days as extra_value
    from compared
    left join held on compared.account_id = held.account_id

),

final as (

    select
        judged.account_id,
        judged.account_name,
        judged.segment_kind,
        judged.segment,
        judged.source,
        judged.first_day,
        judged.last_day,
        judged.currency,
        judged.spend,
        judged.spend_share,
        judged.purchases_matured as purchases,
        judged.roas,
        judged.roas_low,
        judged.roas_high,
        judged.account_roas,
        judged.others_roas,
        judged.lead - 1 as lead,
        judged.lead * exp(-1.2816 * judged.lead_log_error) - 1 as lead_low,
        judged.lead * exp(1.2816 * judged.lead_log_error) - 1 as lead_high,
        judged.prob_better,
        judged.verdict,
        cast(judged.extra_value as decimal(18, 2)) as extra_value_30d,
        judged.constraint_kind,
        case judged.constraint_kind
            when 'minimum_evidence'
                then 'Fewer than ' || cast(judged.min_purchases as integer) || ' purchases: not to be built on.'
            when 'special_ad_category'
                then 'A campaign is declared as a special ad category: there Meta allows no such choice.'
            when 'known_people'
                then 'They know the shop: many would buy without the ad, and there are no more of them than come.'
        end as constraint_text,
        case
            when judged.verdict = 'too little evidence'
                then {{ counted('judged.purchases_matured') }}
                    || case when round(judged.purchases_matured, 1) = 1 then ' does' else ' do' end
                    || ' not tell it from the others.'
            else 'It returns ' || {{ decimals('judged.roas') }} || ' (' || {{ decimals('judged.roas_low') }} || ' to '
                || {{ decimals('judged.roas_high') }} || '), the account ' || {{ decimals('judged.account_roas') }}
                || ' and its other segments ' || {{ decimals('judged.others_roas') }}
                || '; that it is the better one has a probability of ' || {{ chance('judged.prob_better') }} || '.'
        end as reason,
        as_of.run_id
    from judged
    cross join as_of

)

select * from final

{#- Which ads to keep, to pause or to take out of a test: most have not spent enough to say. -#}
with

as_of as (

    select * from {{ ref('int_as_of') }}

),

settings as (

    select
        evidence_settings.prior_variance,
        evidence_settings.prior_variance_units,
        {{ parameter('ad_verdicts.chance', 'double') }} as chance,
        {{ parameter('ad_verdicts.pause_probability', 'double') }} as pause_probability,
        {{ parameter('ad_verdicts.pause_cost_ratio', 'double') }} as pause_cost_ratio,
        {{ parameter('ad_verdicts.promote_probability', 'double') }} as promote_probability,
        {{ parameter('ad_verdicts.promote_purchases', 'double') }} as promote_purchases,
        {{ parameter('targets.target_cpa', 'double') }} as target_cpa
    from {{ ref('evidence_settings') }} as evidence_settings

),

group_settings as (

    select
        entries.key as budget_group,
        coalesce((entries.value ->> 'test') = 'true', false) as is_test,
        try_cast(entries.value ->> 'target_cpa' as double) as target_cpa
    from {{ ref('landing_parameters') }} as parameters
    cross join json_each(parameters.value) as entries
    where parameters.parameter = 'groups'

),

accounts as (

    select
        entity_id as account_id,
        entity_name as account_name,
        currency
    from {{ ref('int_entities') }}
    where entity_level = 'account'

),

setups as (

    select * from {{ ref('ad_setups') }}

),

evidence as (

    select * from {{ ref('ad_evidence') }}

),

adsets as (

    select * from {{ ref('adset_evidence') }}

),

-- ---- what a purchase costs where nothing else says, and what ads of an ad set cost on the same days
account_costs as (

    select
        account_id,
        sum(spend) / nullif(sum(purchases_matured), 0) as cpa
    from evidence
    group by account_id

),

ads as (

    select
        setups.account_id,
        setups.campaign_id,
        setups.campaign_name,
        setups.adset_id,
        setups.adset_name,
        setups.ad_id,
        setups.ad_name,
        setups.creative_type,
        setups.created_on,
        setups.is_active,
        evidence.first_day,
        evidence.last_day,
        evidence.spend,
        evidence.spend_7d,
        evidence.impressions,
        evidence.link_clicks,
        case when account_costs.cpa is not null then coalesce(evidence.purchases_matured, 0) end as purchases,
        evidence.value_matured,
        coalesce(adsets.expected_cpa, account_costs.cpa) as expected_cpa,
        evidence.spend / nullif(sum(evidence.spend) over adset, 0) as spend_share,
        sum(evidence.purchases_matured) over adset * spend_share as purchases_due,
        -- what is bought for another goal is not judged by purchases
        evidence.is_for_purchases and account_costs.cpa is not null as is_judged,
        count(*) filter (where setups.is_active) over adset as active_ads,
        coalesce(adset_group.is_test, campaign_group.is_test, false) as is_test,
        -- a group's own target goes before that of all
        coalesce(adset_group.target_cpa, campaign_group.target_cpa, settings.target_cpa) as set_cpa
    from setups
    cross join settings
    inner join evidence on setups.ad_id = evidence.ad_id
    left join adsets on setups.adset_id = adsets.adset_id
    left join account_costs on setups.account_id = account_costs.account_id
    left join {{ ref('holder_groups') }} as of_adset
        on of_adset.entity_level = 'adset' and setups.adset_id = of_adset.entity_id
    left join {{ ref('holder_groups') }} as of_campaign
        on of_campaign.entity_level = 'campaign' and setups.campaign_id = of_campaign.entity_id
    left join group_settings as adset_group on of_adset.budget_group = adset_group.budget_group
    left join group_settings as campaign_group on of_campaign.budget_group = campaign_group.budget_group
    window adset as (partition by setups.adset_id)

),

-- how unlike ads of one ad set are: the spread of purchases over those due, less what counting alone explains; an
-- ad's own purchases are part of what is due
spreads as (

    select
        account_id,
        count(*) as units,
        greatest(
            sum(power(purchases - purchases_due, 2) / purchases_due - (1 - spend_share))
            / sum(purchases_due * (1 - spend_share)), 0.02
        ) as seen_variance
    from ads
    where is_judged and spend_share < 1 and purchases_due > 0
    group by account_id

),

-- a test is held against its target, else against what the account pays; other ads against their ad set
drawn as (

    select
        ads.*,
        settings.* exclude (target_cpa),
        coalesce(
            ads.set_cpa,
            case when ads.is_test then account_costs.cpa else ads.expected_cpa end
        ) as target_cpa,
        case
            when ads.set_cpa is not null then 'target'
            when ads.is_test then 'account'
            else 'ad set'
        end as target_source,
        coalesce(
            (spreads.seen_variance * spreads.units + settings.prior_variance * settings.prior_variance_units)
            / (spreads.units + settings.prior_variance_units), settings.prior_variance
        ) as variance,
        -- gamma posterior of its purchases per spend over its ad set's
        1 / variance + ads.purchases as shape,
        1 / variance + ads.spend / ads.expected_cpa as rate
    from ads
    cross join settings
    left join spreads on ads.account_id = spreads.account_id
    left join account_costs on ads.account_id = account_costs.account_id

),

judged as (

    select
        *,
        expected_cpa * rate / shape as ad_cpa,
        {{ gamma_cdf('rate * expected_cpa / target_cpa', 'shape') }} as prob_dearer,
        -- a healthy ad that sells nothing for so much money does so once in 1 / chance times
        -ln(chance) * target_cpa as spend_to_judge,
        case when purchases < 0.5 then exp(-spend / target_cpa) end as chance_of_none
    from drawn
    where is_active

),

decided as (

    select
        *,
        case
            when not is_judged then 'not_judged'
            when is_test and purchases >= promote_purchases and 1 - prob_dearer >= promote_probability
                then 'promote_from_test'
            when spend >= spend_to_judge and prob_dearer >= pause_probability
                and ad_cpa >= pause_cost_ratio * target_cpa then 'pause'
            when spend >= spend_to_judge or 1 - prob_dearer >= pause_probability then 'keep'
            else 'not_enough_spend'
        end as verdict
    from judged

),

worded as (

    select
        decided.*,
        accounts.account_name,
        accounts.currency,
        'It spent ' || {{ amount('spend') }} || ' and brought ' || {{ counted('purchases') }} as seen,
        case target_source
            when 'target' then 'the target of ' || {{ decimals('target_cpa') }}
            when 'account' then 'the account''s ' || {{ decimals('target_cpa') }}
            else 'the ' || {{ decimals('target_cpa') }} || ' expected of its ad set'
        end as target,
        '; a purchase is expected to cost ' || {{ decimals('ad_cpa') }} || ' against ' as expectation,
        {{ amount('greatest(spend_to_judge - spend, 0)') }} as more_to_tell
    from decided
    left join accounts on decided.account_id = accounts.account_id

),

final as (

    select
        worded.account_id,
        worded.account_name,
        worded.campaign_id,
        worded.campaign_name,
        worded.adset_id,
        worded.adset_name,
        worded.ad_id,
        worded.ad_name,
        worded.creative_type,
        worded.created_on,
        worded.first_day,
        worded.last_day,
        worded.currency,
        worded.is_test,
        cast(worded.spend as decimal(18, 2)) as spend,
        cast(worded.spend_7d as decimal(18, 2)) as spend_7d,
        cast(worded.impressions as bigint) as impressions,
        worded.link_clicks,
        worded.purchases,
        cast(worded.value_matured as decimal(18, 2)) as value,
        cast(worded.target_cpa as decimal(18, 2)) as target_cpa,
        worded.target_source,
        -- of whole cents: a sum of doubles differs in its last digit by the order of adding, and half a cent goes
        -- up or down with it
        cast(cast(worded.spend as decimal(18, 2)) / nullif(worded.purchases, 0) as decimal(18, 2)) as cpa_observed,
        cast(worded.ad_cpa as decimal(18, 2)) as expected_cpa,
        worded.prob_dearer,
        worded.chance_of_none,
        cast(worded.spend_to_judge as decimal(18, 2)) as spend_to_judge,
        cast(greatest(worded.spend_to_judge - worded.spend, 0) as decimal(18, 2)) as spend_missing,
        cast(worded.active_ads as bigint) as active_ads_of_adset,
        worded.verdict,
        case
            when worded.purchases is null then 'No file names purchases: there is nothing to judge it by.'
            when worded.verdict = 'not_judged'
                then 'Its ad set is not bought for purchases, so purchases say nothing of it.'
            when worded.spend = 0 then 'It spent nothing in the window.'
            when worded.verdict = 'promote_from_test'
                then worded.seen || worded.expectation || worded.target
                    || '; it stays within that with a probability of ' || {{ chance('(1 - worded.prob_dearer)') }}
                    || '. Give it a place in an ad set that is no test.'
            when worded.verdict = 'pause'
                then worded.seen || worded.expectation || worded.target
                    || '; it is dearer with a probability of ' || {{ chance('worded.prob_dearer') }} || '.'
                    || case
                        when worded.chance_of_none is not null
                            then ' Chance that an ad that costs no more sells nothing for so much money: '
                                || {{ chance('worded.chance_of_none') }} || '.'
                        else ''
                    end
                    || case
                        when worded.active_ads = 1
                            then ' It is the only ad that runs there: put another one in first.'
                        else ''
                    end
            when worded.verdict = 'keep'
                then worded.seen
                    || case
                        when worded.spend / nullif(worded.purchases, 0) >= worded.pause_cost_ratio * worded.target_cpa
                            then ', dearer than ' || worded.target || ', but so few leave it open: look again later.'
                        else worded.expectation || worded.target || ': nothing shows that it is worth pausing.'
                    end
            when worded.chance_of_none is not null
                then 'It spent ' || {{ amount('worded.spend', 'worded.currency') }}
                    || ' without a purchase; an ad that costs no more than ' || worded.target
                    || ' does that with a probability of ' || {{ chance('worded.chance_of_none') }} || '. '
                    || worded.more_to_tell || ' more would tell.'
            else worded.seen || ', too little to tell it from the others: ' || worded.more_to_tell || ' more would.'
        end as reason,
        as_of.run_id
    from worded
    cross join as_of

)

select * from final

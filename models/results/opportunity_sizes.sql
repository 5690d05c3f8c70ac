{#- How much more each ad set could take, what that would earn, and what stops it. -#}
with

as_of as (

    select * from {{ ref('int_as_of') }}

),

settings as (

    select
        {{ parameter('opportunity.frequency_cold', 'double') }} as frequency_cold,
        {{ parameter('opportunity.frequency_warm', 'double') }} as frequency_warm,
        {{ parameter('opportunity.fatigue_exponent', 'double') }} as fatigue_exponent,
        {{ parameter('opportunity.min_clicks_kept', 'double') }} as min_clicks_kept,
        {{ parameter('opportunity.largest_penetration', 'double') }} as largest_penetration,
        {{ parameter('opportunity.largest_multiple', 'double') }} as largest_multiple,
        {{ parameter('opportunity.elasticity_error', 'double') }} as elasticity_error

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

-- ---- what money returns elsewhere once today's total is where it returns most, and what holds a budget this morning
clearing as (

    select
        budget_level,
        budget_entity_id,
        account_marginal_roas as clearing_roas
    from {{ ref('other_totals') }}
    where total_share = 1

),

decisions as (

    select
        *,
        case when lower_limit = upper_limit then upper_limit_name end as held_by
    from {{ ref('decisions') }}

),

curvatures as (

    select
        unit_returns.unit_id as adset_id,
        unit_returns.curvature
    from {{ ref('unit_returns') }} as unit_returns
    inner join as_of on unit_returns.decision_date = as_of.as_of
    where unit_returns.unit_level = 'adset'

),

adsets as (

    select
        setups.account_id,
        setups.campaign_id,
        setups.campaign_name,
        setups.adset_id,
        setups.adset_name,
        setups.audience_type,
        setups.funnel,
        setups.audience_size_low,
        setups.audience_size_high,
        evidence.current_spend as spend,
        evidence.evidence_purchases,
        evidence.roas,
        evidence.roas_low,
        evidence.roas_high,
        evidence.marginal_roas,
        -- an ad set's elasticity is as little known as its ROAS
        sqrt(power(evidence.roas_log_error, 2) + power(settings.elasticity_error / evidence.elasticity, 2))
            as marginal_log_error,
        least(greatest(curvatures.curvature, 0.1), 10) as curvature,
        -- where nothing can move, what stands for it in decisions
        coalesce(clearing.clearing_roas, decisions.account_marginal_roas) as clearing_roas,
        decisions.held_by,
        setups.campaign_has_budget,
        -- least and greatest pass over what is not known
        case
            when decisions.delivery_ceiling is not null
                then evidence.current_spend + greatest(decisions.delivery_ceiling - decisions.current_spend, 0)
        end as spend_by_delivery,
        evidence.frequency_7d_low,
        evidence.frequency_7d_high,
        evidence.reach_low,
        evidence.reach_high,
        features.impressions_7d,
        features.spending_days_7d,
        evidence.ctr_against_first_weeks,
        case
            when setups.funnel in ('retargeting', 'buyers') then settings.frequency_warm
            else settings.frequency_cold
        end as frequency_cap,
        settings.* exclude (frequency_cold, frequency_warm)
    from setups
    cross join settings
    cross join as_of
    inner join evidence on setups.adset_id = evidence.adset_id
    inner join curvatures on setups.adset_id = curvatures.adset_id
    left join {{ ref('adset_features') }} as features
        on setups.adset_id = features.adset_id and features.date_day = as_of.data_through
    inner join decisions on setups.holder_id = decisions.budget_entity_id
    left join clearing
        on decisions.budget_level = clearing.budget_level and decisions.budget_entity_id = clearing.budget_entity_id
    where setups.is_active and evidence.current_spend > 0 and evidence.marginal_roas > 0

),

-- ---- how often people see it: of an audience of known size, those reached on a day are taken for a chance pick
exposed as (

    select
        *,
        (audience_size_low + audience_size_high) / 2 as people,
        impressions_7d / frequency_7d_low / nullif(spending_days_7d, 0) as reach_a_day,
        least(greatest(
            impressions_7d / (people * (1 - power(1 - least(reach_a_day / people, 1), spending_days_7d))),
            frequency_7d_low
        ), frequency_7d_high) as frequency_7d,
        reach_low / nullif(audience_size_high, 0) as penetration_low,
        least(reach_high / nullif(audience_size_low, 0), 1) as penetration_high,
        coalesce(ctr_against_first_weeks < min_clicks_kept - 1, false) as clicks_have_fallen
    from adsets

),

-- ---- three limits, and how far estimates reach
limited as (

    select
        *,
        spend * power(marginal_roas / clearing_roas, 1 / curvature) as spend_by_return,
        case
            when penetration_low >= largest_penetration then spend
            -- no room for certain, or likely so and seen in the clicks
            when clicks_have_fallen and coalesce(frequency_7d, frequency_7d_high) >= frequency_cap then spend
            else spend * greatest(frequency_cap, frequency_7d_low) / coalesce(frequency_7d, frequency_7d_low)
        end as spend_by_frequency,
        spend * largest_multiple as spend_by_evidence
    from exposed

),

bound as (

    select
        *,
        greatest(spend, least(
            spend_by_return,
            spend_by_frequency,
            spend_by_delivery,
            spend_by_evidence
        )) as spend_to,
        case
            when spend_by_return <= spend then 'marginal_return'
            when spend_to >= spend_by_delivery then 'delivery'
            when spend_to >= spend_by_frequency then 'frequency'
            when spend_to >= spend_by_evidence then 'estimates'
            else 'marginal_return'
        end as binding_limit,
        1 - curvature as power_
    from limited

),

-- the integral of a marginal return that falls as spend to the power of -curvature, over 30 days, as in decisions
earned as (

    select
        *,
        30 * spend * marginal_roas
        * case
            when abs(power_) < 1e-9 then ln(spend_to / spend)
            else (power(spend_to / spend, power_) - 1) / power_
        end as revenue,
        30 * (spend_to - spend) * clearing_roas as revenue_elsewhere
    from bound

),

adset_rows as (

    select
        account_id,
        'adset' as entity_level,
        adset_id as entity_id,
        adset_name as entity_name,
        campaign_id,
        campaign_name,
        audience_type,
        funnel,
        1 as adsets,
        spend,
        evidence_purchases,
        roas,
        roas_low,
        roas_high,
        marginal_roas,
        marginal_roas * exp(-1.2816 * marginal_log_error) as marginal_roas_low,
        marginal_roas * exp(1.2816 * marginal_log_error) as marginal_roas_high,
        clearing_roas,
        frequency_7d_low,
        frequency_7d_high,
        frequency_7d,
        frequency_cap,
        power((frequency_cap + 1) / (coalesce(frequency_7d, frequency_7d_low) + 1), -fatigue_exponent) as ctr_at_cap,
        clicks_have_fallen,
        audience_size_low,
        audience_size_high,
        penetration_low,
        penetration_high,
        spend_by_return,
        spend_by_frequency,
        spend_by_delivery,
        spend_by_evidence,
        binding_limit,
        spend_to,
        revenue,
        revenue_elsewhere,
        marginal_log_error as revenue_log_error,
        held_by,
        campaign_has_budget
    from earned

),

-- errors of ad sets are taken for independent
of_types as (

    select
        account_id,
        audience_type,
        any_value(funnel) as funnel,
        count(*) as adsets,
        sum(spend) as spend,
        sum(evidence_purchases) as evidence_purchases,
        sum(spend * roas) / sum(spend) as roas,
        sqrt(sum(power(spend * roas * ln(roas_high / roas), 2))) / sum(spend * roas) as roas_reach,
        sum(spend * marginal_roas) / sum(spend) as marginal_roas,
        sqrt(sum(power(spend * marginal_roas * ln(marginal_roas_high / marginal_roas), 2)))
        / sum(spend * marginal_roas) as marginal_reach,
        sum(spend * clearing_roas) / sum(spend) as clearing_roas,
        max_by(binding_limit, spend_to - spend) as binding_limit,
        sum(spend_to) as spend_to,
        sum(revenue) as revenue,
        sum(revenue_elsewhere) as revenue_elsewhere,
        sqrt(sum(power(revenue * revenue_log_error, 2))) / nullif(sum(revenue), 0) as revenue_log_error
    from adset_rows
    group by account_id, audience_type

),

type_rows as (

    select
        * exclude (roas_reach, marginal_reach),
        'audience_type' as entity_level,
        audience_type as entity_id,
        audience_type as entity_name,
        roas * exp(-roas_reach) as roas_low,
        roas * exp(roas_reach) as roas_high,
        marginal_roas * exp(-marginal_reach) as marginal_roas_low,
        marginal_roas * exp(marginal_reach) as marginal_roas_high
    from of_types

),

together as (

    select * from adset_rows
    union all by name
    select * from type_rows

),

gains as (

    select
        *,
        spend_to - spend as more_spend,
        revenue - revenue_elsewhere as gain,
        coalesce(revenue * exp(-1.2816 * revenue_log_error) - revenue_elsewhere, 0) as gain_low,
        coalesce(revenue * exp(1.2816 * revenue_log_error) - revenue_elsewhere, 0) as gain_high,
        case
            when more_spend > 0
                then {{ normal_cdf("(ln(revenue_elsewhere / revenue) / revenue_log_error)") }}
        end as prob_loss
    from together

),

-- by what is sure, then by what is expected: an amount too small to lose anything is no opportunity
ranked as (

    select
        *,
        case
            when more_spend > 0
                then row_number() over (
                    partition by account_id, entity_level, more_spend > 0
                    order by greatest(gain_low, 0) desc, gain desc, entity_id
                )
        end as opportunity_rank
    from gains

),

worded as (

    select
        ranked.*,
        accounts.account_name,
        accounts.currency,
        'The next unit of money returns ' || {{ decimals('marginal_roas') }} || ' here ('
        || {{ decimals('marginal_roas_low') }} || ' to ' || {{ decimals('marginal_roas_high') }} || '; '
        || {{ decimals('roas') }} || ' on average) and ' || {{ decimals('clearing_roas') }}
        || ' where the account would put it otherwise' as returns,
        'up to ' || {{ amount('spend_to') }} || ' a day, ' || {{ amount('more_spend') }} || ' more' as how_far
    from ranked
    left join accounts on ranked.account_id = accounts.account_id

),

final as (

    select
        worded.account_id,
        worded.account_name,
        worded.entity_level,
        worded.entity_id,
        worded.entity_name,
        worded.campaign_id,
        worded.campaign_name,
        worded.audience_type,
        worded.funnel,
        cast(worded.adsets as bigint) as adsets,
        worded.currency,
        cast(worded.spend as decimal(18, 2)) as current_spend,
        worded.evidence_purchases,
        worded.roas,
        worded.roas_low,
        worded.roas_high,
        worded.marginal_roas,
        worded.marginal_roas_low,
        worded.marginal_roas_high,
        worded.clearing_roas as clearing_marginal_roas,
        worded.frequency_7d_low,
        worded.frequency_7d_high,
        worded.frequency_7d,
        worded.frequency_cap,
        worded.ctr_at_cap,
        worded.clicks_have_fallen,
        worded.audience_size_low,
        worded.audience_size_high,
        worded.penetration_low,
        worded.penetration_high,
        cast(worded.spend_by_return as decimal(18, 2)) as spend_by_return,
        cast(worded.spend_by_frequency as decimal(18, 2)) as spend_by_frequency,
        cast(worded.spend_by_delivery as decimal(18, 2)) as spend_by_delivery,
        cast(worded.spend_by_evidence as decimal(18, 2)) as spend_by_evidence,
        worded.binding_limit,
        cast(worded.spend_to as decimal(18, 2)) as spend_to,
        cast(worded.more_spend as decimal(18, 2)) as more_spend,
        cast(worded.gain as decimal(18, 2)) as gain_30d,
        cast(worded.gain_low as decimal(18, 2)) as gain_30d_low,
        cast(worded.gain_high as decimal(18, 2)) as gain_30d_high,
        worded.prob_loss,
        worded.opportunity_rank,
        worded.held_by,
        case
            when worded.more_spend > 0
                then worded.returns || ': ' || worded.how_far || '; '
                    || case worded.binding_limit
                        when 'marginal_return' then 'from there on it returns no more than elsewhere.'
                        when 'delivery' then 'more than that it did not manage to spend of late.'
                        when 'frequency' then 'then people see it too often.'
                        else 'no record says how it goes further.'
                    end
            when worded.binding_limit = 'marginal_return' then worded.returns || ': no reason to spend more.'
            when worded.binding_limit = 'delivery' then worded.returns || ', but it does not even spend its budget.'
            else worded.returns || ', but its audience has seen it often enough.'
        end
        || case
            when worded.more_spend > 0 and worded.campaign_has_budget
                then ' Its campaign holds the budget: raise that, or see cbo_adset_advice.'
            else ''
        end as reason,
        as_of.run_id
    from worded
    cross join as_of

)

select * from final

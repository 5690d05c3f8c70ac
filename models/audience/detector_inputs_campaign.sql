{#- What detectors compare of a campaign: its ad sets that run, its money, how purchases are counted. -#}
with

inputs as (

    select * from {{ ref('detector_inputs_adset') }}

),

setups as (

    select
        *,
        -- what is no window ("-") says nothing
        case when regexp_matches(attribution_setting, '[0-9]') then attribution_setting end as counted_by
    from {{ ref('adset_setups') }}

)

select
    inputs.account_id,
    any_value(inputs.account_name) as account_name,
    inputs.campaign_id,
    any_value(inputs.campaign_name) as campaign_name,
    any_value(inputs.currency) as currency,
    bool_or(inputs.is_advantage_campaign) as is_advantage_campaign,
    bool_or(inputs.campaign_has_budget) as campaign_has_budget,
    any_value(inputs.account_goal) as account_goal,
    any_value(inputs.goal) filter (where inputs.is_active) as goal,
    count(*) filter (where inputs.is_active and inputs.spend_14d > 0) as running_adsets,
    sum(inputs.spend_30d) as spend_30d,
    coalesce(
        any_value(setups.campaign_daily_budget) filter (where inputs.campaign_has_budget),
        sum(inputs.daily_budget) filter (where inputs.is_active and inputs.spend_14d > 0),
        sum(inputs.spend_14d) / 14
    ) as daily_budget,
    sum(inputs.purchases_matured) as purchases_matured,
    -- at the account's rate as long as it has bought little itself
    (sum(inputs.spend) + 3 * any_value(inputs.account_cpa)) / (sum(inputs.purchases_matured) + 3) as cpa,
    sqrt(1 / (sum(inputs.purchases_matured) + 3)) as cpa_log_error,
    case
        when bool_or(setups.setup_source = 'targeting')
            then coalesce(sum(setups.daily_min_spend_target) filter (where inputs.is_active), 0)
    end as least_spend,
    count(distinct setups.counted_by) filter (where inputs.is_active) as attribution_settings,
    string_agg(distinct setups.counted_by, ' and ' order by setups.counted_by) filter (where inputs.is_active)
        as attributions,
    any_value(inputs.run_id) as run_id
from inputs
inner join setups on inputs.adset_id = setups.adset_id
group by inputs.account_id, inputs.campaign_id
having bool_or(inputs.is_active)

{#- What detectors compare of an account: how money lies between strangers and people who know the shop. -#}
with

inputs as (

    select * from {{ ref('detector_inputs_adset') }}

),

order_values as (

    select
        inputs.account_id,
        count(*) as adsets_with_value,
        stddev_pop(evidence.expected_order_value) / nullif(avg(evidence.expected_order_value), 0)
            as order_value_variation,
        max(evidence.expected_order_value) as largest_order_value,
        min(evidence.expected_order_value) as smallest_order_value
    from inputs
    inner join {{ ref('adset_evidence') }} as evidence on inputs.adset_id = evidence.adset_id
    where inputs.goal = 'purchases'
        and coalesce(inputs.optimization_goal, '') <> 'VALUE'
        and inputs.purchases_matured >= {{ parameter('detectors.segments.min_purchases_each', 'double') }}
    group by inputs.account_id

),

budget_levels as (

    select
        account_id,
        count(distinct campaign_has_budget) as budget_levels,
        sum(spend_30d) filter (where not campaign_has_budget) as adset_budgets_spend_30d,
        sum(spend_30d) filter (where campaign_has_budget) as campaign_budgets_spend_30d
    from inputs
    where is_active and funnel = 'prospecting' and not is_advantage_campaign and spend_30d > 0
    group by account_id

)

select
    inputs.account_id,
    any_value(inputs.account_name) as account_name,
    any_value(inputs.currency) as currency,
    sum(inputs.spend_30d) as spend_30d,
    sum(inputs.purchases_matured) as purchases_matured,
    sum(inputs.spend_30d) filter (where inputs.goal = 'purchases') as purchase_spend_30d,
    coalesce(
        sum(inputs.spend_30d) filter (
            where inputs.goal = 'purchases' and inputs.funnel in ('retargeting', 'buyers')
        ), 0
    ) as retargeting_spend_30d,
    coalesce(sum(inputs.spend_30d) filter (where inputs.goal = 'purchases' and inputs.funnel = 'prospecting'), 0)
        as prospecting_spend_30d,
    coalesce(sum(inputs.spend_30d) filter (where inputs.goal = 'purchases' and inputs.funnel = 'unknown'), 0)
        as unknown_spend_30d,
    retargeting_spend_30d / nullif(purchase_spend_30d - unknown_spend_30d, 0) as retargeting_share,
    prospecting_spend_30d / nullif(purchase_spend_30d - unknown_spend_30d, 0) as prospecting_share,
    case
        when unknown_spend_30d
            <= (1 - {{ parameter('detectors.segments.min_funnel_known', 'double') }}) * purchase_spend_30d
            then 1
    end as funnel_is_known,
    sum(inputs.marginal_roas * inputs.spend) filter (where inputs.funnel in ('retargeting', 'buyers'))
    / nullif(
        sum(inputs.spend) filter (where inputs.funnel in ('retargeting', 'buyers') and inputs.marginal_roas > 0), 0
    ) as retargeting_marginal_roas,
    sum(inputs.marginal_roas * inputs.spend) filter (where inputs.funnel = 'prospecting')
    / nullif(sum(inputs.spend) filter (where inputs.funnel = 'prospecting' and inputs.marginal_roas > 0), 0)
        as prospecting_marginal_roas,
    any_value(order_values.adsets_with_value) as adsets_with_value,
    any_value(order_values.order_value_variation) as order_value_variation,
    any_value(order_values.largest_order_value) as largest_order_value,
    any_value(order_values.smallest_order_value) as smallest_order_value,
    any_value(budget_levels.budget_levels) as budget_levels,
    any_value(budget_levels.adset_budgets_spend_30d) as adset_budgets_spend_30d,
    any_value(budget_levels.campaign_budgets_spend_30d) as campaign_budgets_spend_30d,
    any_value(inputs.run_id) as run_id
from inputs
left join order_values on inputs.account_id = order_values.account_id
left join budget_levels on inputs.account_id = budget_levels.account_id
group by inputs.account_id

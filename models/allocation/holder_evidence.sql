{#- What the units inside a budget say together: their ROAS, and that of the next unit of money. -#}
{%- set holder = ['decision_date', 'account_id', 'budget_level', 'budget_entity_id'] -%}
with

settings as (

    select * from {{ ref('evidence_settings') }}

),

units as (

    select
        unit_returns.*,
        coalesce(members.response, 1) as member_response
    from {{ ref('unit_returns') }} as unit_returns
    left join {{ ref('member_response') }} as members
        on unit_returns.decision_date = members.decision_date and unit_returns.unit_id = members.adset_id

),

-- a unit's part of the holder's spend, and of the next unit of money the holder gets
shares as (

    select
        *,
        weight / sum(weight) over holder as share,
        sum(weight) over type / sum(weight) over holder as type_share,
        weight * greatest(member_response, 0.02)
        / sum(weight * greatest(member_response, 0.02)) over holder as marginal_share,
        member_response / nullif(
            sum(weight * member_response) over holder / sum(weight) over holder, 0
        ) as relative_response
    from units
    window
        holder as (partition by {{ holder | join(', ') }}),
        type as (partition by {{ holder | join(', ') }}, audience_type)

),

rolled_up as (

    select
        {{ holder | join(',\n        ') }},
        count(*) as units,
        sum(current_spend) as current_spend,
        sum(reference_spend) as reference_spend,
        coalesce(max(case when type_share >= 0.7 then audience_type end), 'mixed') as audience_type,
        sum(share * projected_roas) as projected_roas,
        sum(share * projected_roas * prior_to_own) as prior_roas,
        sqrt(sum(power(share * projected_roas, 2) * roas_variance)) / nullif(sum(share * projected_roas), 0)
            as roas_sd,
        sum(share * evidence_weight) as evidence_weight,
        sum(evidence_purchases) as evidence_purchases,
        sum(expected_purchases) as expected_purchases,
        sum(share * claimed_roas) as claimed_roas,
        sum(share * claimed_roas * shopify_correction) as corrected_roas,
        min(shopify_correction_source) as shopify_correction_source,
        sum(marginal_share * elasticity * projected_roas) as marginal_roas,
        sum(marginal_share * elasticity) as mean_elasticity,
        sum(marginal_share * elasticity * projected_roas * relative_response * curvature)
        / nullif(sum(marginal_share * elasticity * projected_roas), 0) as curvature,
        sum(marginal_share * curvature) as mean_curvature,
        sum(clicks_last_week) as clicks_last_week,
        sum(expected_last_week) as expected_last_week
    from shares
    group by {{ holder | join(', ') }}

)

select
    {%- for column in holder %}
    rolled_up.{{ column }},
    {%- endfor %}
    rolled_up.units,
    rolled_up.audience_type,
    rolled_up.current_spend,
    rolled_up.reference_spend,
    rolled_up.projected_roas,
    rolled_up.prior_roas,
    rolled_up.roas_sd,
    rolled_up.evidence_weight,
    rolled_up.evidence_purchases,
    rolled_up.expected_purchases,
    rolled_up.marginal_roas,
    coalesce(rolled_up.marginal_roas / nullif(rolled_up.projected_roas, 0), rolled_up.mean_elasticity) as elasticity,
    -- below this a budget's marginal return would seem not to fall at all
    greatest(
        coalesce(rolled_up.curvature, rolled_up.mean_curvature), case when rolled_up.units = 1 then 0.05 else 0.1 end
    ) as curvature,
    coalesce(rolled_up.corrected_roas / nullif(rolled_up.claimed_roas, 0), 1) as shopify_correction,
    rolled_up.shopify_correction_source,
    coalesce(rolled_up.projected_roas / nullif(rolled_up.corrected_roas, 0), 1) as incrementality,
    case
        when rolled_up.expected_last_week > 0
            then (rolled_up.clicks_last_week + settings.click_prior)
                / (rolled_up.expected_last_week + settings.click_prior)
    end as click_index
from rolled_up
cross join settings

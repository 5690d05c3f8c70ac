{#- What a unit returns: Meta's claim by its evidence, corrected by Shopify and the customer's own lift tests. -#}
with

response as (

    select * from {{ ref('unit_response') }}

),

final as (

    select
        response.*,
        evidence.evidence_purchases,
        evidence.expected_purchases,
        evidence.evidence_weight,
        evidence.purchase_rate,
        evidence.order_value,
        evidence.roas_variance,
        evidence.clicks_last_week,
        evidence.expected_last_week,
        evidence.prior_purchase_rate / nullif(evidence.purchase_rate, 0) as prior_to_own,
        evidence.purchase_rate * evidence.order_value as claimed_roas,
        coalesce(shopify.correction, 1) as shopify_correction,
        coalesce(shopify.correction_source, 'none') as shopify_correction_source
    from response
    left join {{ ref('unit_evidence') }} as evidence
        on response.decision_date = evidence.decision_date
            and response.unit_level = evidence.unit_level
            and response.unit_id = evidence.unit_id
    left join {{ ref('shopify_correction') }} as shopify
        on response.decision_date = shopify.decision_date
            and response.account_id = shopify.account_id
            and response.audience_type = shopify.audience_type
            and response.value_per_result is null

)

select
    *,
    claimed_roas * shopify_correction * incrementality as projected_roas
from final

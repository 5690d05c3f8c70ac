select
    segments.account_id,
    segments.segment_kind,
    segments.segment,
    segments.source,
    segments.spend,
    segments.spend_share,
    segments.purchases_matured,
    segments.roas,
    segments.roas_low,
    segments.roas_high,
    segments.expected_cpa,
    segments.shopify_orders,
    segments.shopify_revenue,
    advantages.verdict,
    advantages.lead
from results.audience_segments as segments
left join results.competitive_advantages as advantages
    on
        segments.account_id = advantages.account_id
        and segments.segment_kind = advantages.segment_kind
        and segments.segment = advantages.segment
order by segments.account_id, segments.segment_kind, segments.spend desc nulls last, segments.segment

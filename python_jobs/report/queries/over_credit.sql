-- of campaigns and ad sets that Meta credits with more or fewer orders than the rest of the account
select
    claims.account_id,
    claims.level,
    coalesce(claims.entity_name, claims.entity_id) as entity_name,
    claims.spend,
    claims.value_matured,
    claims.shopify_matched_revenue,
    claims.order_index,
    claims.order_index_low,
    claims.order_index_high,
    claims.over_credit,
    claims.verdict
from results.shopify_reconciliation as claims
where
    claims.period = 'window'
    and claims.level in ('campaign', 'adset')
    and claims.verdict in ('over-credited', 'under-credited')
order by claims.account_id, claims.order_index, claims.entity_id

-- Which campaigns and audiences does Meta credit with more than the shop shows?
select
    level,
    entity_name,
    value_compared,
    order_index,
    order_index_low,
    order_index_high,
    over_credit,
    verdict
from results.shopify_reconciliation
where period = 'window' and verdict = 'over-credited'
order by over_credit desc;

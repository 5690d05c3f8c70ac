-- Where would the next unit of money return most?
select
    entity_name,
    current_spend,
    roas,
    marginal_roas,
    marginal_roas_low,
    marginal_roas_high,
    spend_to,
    binding_limit,
    gain_30d
from results.opportunity_sizes
where entity_level = 'adset'
order by marginal_roas desc;

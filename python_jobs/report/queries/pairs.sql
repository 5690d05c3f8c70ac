select
    pairs.account_id,
    pairs.measure,
    pairs.creative_type,
    pairs.audience_type,
    pairs.effect,
    pairs.effect_low,
    pairs.effect_high,
    pairs.purchases,
    pairs.verdict,
    pairs.is_untapped
from results.creative_compatibility as pairs
where pairs.audience_type is not null
order by pairs.account_id, pairs.measure, pairs.creative_type, pairs.audience_type

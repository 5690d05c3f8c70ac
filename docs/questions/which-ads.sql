-- Which ads are to be paused, and which have not spent enough to say?
select
    verdict,
    ad_name,
    adset_name,
    spend,
    purchases,
    expected_cpa,
    target_cpa,
    spend_missing,
    reason
from results.ad_verdicts
where verdict <> 'keep'
order by spend desc;

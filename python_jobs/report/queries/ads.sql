-- ads that should not simply be kept
select
    ads.account_id,
    coalesce(ads.ad_name, ads.ad_id) as ad_name,
    coalesce(ads.adset_name, ads.adset_id) as adset_name,
    ads.spend,
    ads.purchases,
    ads.expected_cpa,
    ads.target_cpa,
    ads.spend_missing,
    ads.verdict,
    ads.reason
from results.ad_verdicts as ads
where ads.verdict <> 'keep'
order by ads.account_id, ads.spend desc, ads.ad_id

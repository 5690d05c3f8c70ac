-- Every edit restarts learning: an ad set is in one recommendation of a build at most.
with

touched as (

    select
        account_id,
        unnest(adset_ids) as adset_id
    from {{ ref('adset_recommendations') }}

)

select
    account_id,
    adset_id
from touched
group by account_id, adset_id
having count(*) > 1

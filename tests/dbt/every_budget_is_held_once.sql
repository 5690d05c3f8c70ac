{#- A campaign either holds the budget itself or leaves it to its ad sets: never both, never neither. -#}
with

holders as (

    select
        campaign_id,
        count(*) filter (where entity_level = 'campaign' and is_budget_holder) as campaign_holders,
        count(*) filter (where entity_level = 'adset' and is_budget_holder) as adset_holders,
        count(*) filter (where entity_level = 'adset') as adsets
    from {{ ref('int_entities') }}
    where campaign_id is not null
    group by campaign_id

)

select *
from holders
where (campaign_holders = 1 and adset_holders > 0)
    or (campaign_holders = 0 and (adset_holders = 0 or adset_holders <> adsets))

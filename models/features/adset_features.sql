with

features as (

    select * from {{ ref('int_features') }}

),

adsets as (

    select
        date_day,
        account_id,
        campaign_id,
        adset_id,
        entity_name as adset_name,
        * exclude (
            basis, date_day, decision_date, entity_level, entity_id, account_id, campaign_id, adset_id, entity_name
        )
    from features
    where basis = 'latest' and entity_level = 'adset'

)

select * from adsets

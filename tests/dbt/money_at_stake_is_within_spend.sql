-- What findings claim of an ad set is at most what it spent, and of an account at most what that spent.
with

findings as (

    select * from {{ ref('audit_findings') }}

),

spend as (

    select
        account_id,
        adset_id,
        spend_30d
    from {{ ref('detector_inputs_adset') }}

),

of_adset as (

    select
        spend.adset_id as entity_id,
        any_value(spend.spend_30d) as spend_30d,
        sum(findings.money_at_stake) as claimed,
        -- each amount is rounded to a cent
        count(*) * 0.005 as rounding
    from findings
    inner join spend on findings.entity_level = 'adset' and findings.entity_id = spend.adset_id
    group by spend.adset_id

),

of_account as (

    select
        claims.account_id as entity_id,
        spends.spend_30d,
        claims.claimed,
        claims.rounding
    from (
        select
            account_id,
            sum(money_at_stake) as claimed,
            count(*) * 0.005 as rounding
        from findings
        group by account_id
    ) as claims
    inner join (
        select
            account_id,
            sum(spend_30d) as spend_30d
        from spend
        group by account_id
    ) as spends on claims.account_id = spends.account_id

),

together as (

    select * from of_adset
    union all
    select * from of_account

)

select *
from together
where claimed > spend_30d + rounding + 1e-6

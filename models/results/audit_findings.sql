with

findings as (

    select * from {{ ref('detector_findings') }}

),

final as (

    select
        row_number() over (
            partition by account_id
            order by money_at_stake * confidence desc nulls last, detector_id, entity_id
        ) as rank,
        account_id,
        account_name,
        detector_id,
        severity,
        entity_level,
        entity_id,
        entity_name,
        campaign_id,
        campaign_name,
        what,
        evidence,
        fix,
        cast(money_at_stake as decimal(18, 2)) as money_at_stake,
        cast(money_low as decimal(18, 2)) as money_low,
        cast(money_high as decimal(18, 2)) as money_high,
        currency,
        formula,
        cause,
        confidence,
        p_value,
        what_would_change_our_mind,
        falsified_in_days,
        run_id
    from findings

)

select * from final
order by account_id, rank

{#- What the engine would have set on past mornings beside what was set, and how the days since speak on it. -#}
{#- with the parameters that made them, also where this table alone is built -#}
-- depends_on: {{ ref('parameters') }}
with

replayed as (

    select * from {{ ref('mornings_replayed') }}

),

amounts as (

    select
        *,
        coalesce(' ' || currency, '') as of_currency,
        if(budget_source = 'estimated', 'about ', '') as about,
        about || cast(cast(budget_before as decimal(18, 2)) as varchar) as before_text,
        about || cast(cast(budget_set as decimal(18, 2)) as varchar) as set_text,
        cast(cast(budget_engine as decimal(18, 2)) as varchar) as budget_engine_text,
        cast(cast(gain as decimal(18, 0)) as varchar) as gain_text,
        cast(cast(gain_low as decimal(18, 0)) as varchar) as low_text,
        cast(cast(gain_high as decimal(18, 0)) as varchar) as high_text,
        cast(cast(-gain as decimal(18, 0)) as varchar) as loss_text,
        cast(cast(-gain_high as decimal(18, 0)) as varchar) as loss_low_text,
        cast(cast(-gain_low as decimal(18, 0)) as varchar) as loss_high_text
    from replayed

),

-- what is not to be said is null, which concat leaves out
said as (

    select
        *,
        case
            when agreement = 'both hold' then 'The engine and the account left it at ' || before_text
            when action_engine = 'pause' then 'The engine would have paused it, from ' || before_text
            when action_engine = 'increase'
                then 'The engine would have raised it from ' || before_text || ' to ' || budget_engine_text
            when action_engine = 'decrease'
                then 'The engine would have cut it from ' || before_text || ' to ' || budget_engine_text
            else 'The engine would have left it at ' || before_text
        end as engine_note,
        case
            when agreement = 'both hold' then of_currency || ' a day.'
            when agreement = 'engine alone' then of_currency || ' a day; it was left there.'
            when budget_set > budget_before
                then of_currency || ' a day; it was raised to ' || set_text || '.'
            else of_currency || ' a day; it was cut to ' || set_text || '.'
        end as set_note,
        case
            when not is_mature then ' Purchases of the days since are still coming in.'
            when gain is null then ' The days since are no evidence: tracking was in doubt, or there was an event.'
            when agreement = 'both hold' then null
            when gain_low > 0
                then ' By the days since, the engine''s budget was worth ' || gain_text || of_currency
                    || ' more a week (' || low_text || ' to ' || high_text || ').'
            when gain_high < 0
                then ' By the days since, what was set was worth ' || loss_text || of_currency
                    || ' more a week (' || loss_low_text || ' to ' || loss_high_text || ').'
            else ' The days since do not tell which was better (' || low_text || ' to ' || high_text
                || of_currency || ' a week).'
        end as verdict
    from amounts

)

select
    said.decision_date,
    said.account_id,
    said.account_name,
    said.budget_level,
    said.budget_entity_id,
    said.budget_entity_name,
    said.campaign_id,
    said.campaign_name,
    said.adset_id,
    said.currency,
    said.budget_source,
    {%- for amount in ['budget_before', 'budget_engine', 'budget_set'] %}
    cast(said.{{ amount }} as decimal(18, 2)) as {{ amount }},
    {%- endfor %}
    said.action_engine,
    said.rule_id,
    said.reason,
    cast(said.next_7d_spend as decimal(18, 2)) as next_7d_spend,
    cast(said.next_7d_revenue as decimal(18, 2)) as next_7d_revenue,
    said.is_mature,
    said.agreement,
    {%- for amount in [
        'gain', 'gain_low', 'gain_high', 'account_gain', 'account_gain_low', 'account_gain_high', 'placebo_gain',
        'total_gain', 'total_gain_low', 'total_gain_high', 'total_placebo_gain'
    ] %}
    cast(said.{{ amount }} as decimal(18, 2)) as {{ amount }},
    {%- endfor %}
    concat(said.engine_note, said.set_note, said.verdict) as sentence,
    run_settings.run_id
from said
cross join {{ ref('run_settings') }} as run_settings

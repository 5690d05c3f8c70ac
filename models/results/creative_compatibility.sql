{#- Which creative type does better than others, and which fits which audience: most pairs show no difference. -#}
with

as_of as (

    select
        *,
        cast(data_through - {{ parameter('audience.long_days', 'integer') }} + 1 as date) as first_day
    from {{ ref('int_as_of') }}

),

fitted as (

    select
        *,
        -- rates of purchases and clicks are small numbers
        case when measure = 'purchases_per_click' then 100 else 1000 end as per,
        case measure
            when 'purchases_per_click' then ' purchases per 100 clicks'
            when 'clicks_per_impression' then ' clicks per 1000 impressions'
            else ' purchases per 1000 impressions'
        end as unit,
        replace(measure, '_', ' ') as measure_in_words,
        replace(printf('%+d %%', cast(100 * (effect_low - 1) as integer)), '+0 ', '0 ') as low,
        replace(printf('%+d %%', cast(100 * (effect_high - 1) as integer)), '+0 ', '0 ') as high
    from {{ ref('creative_fit') }}

),

accounts as (

    select
        entity_id as account_id,
        entity_name as account_name
    from {{ ref('int_entities') }}
    where entity_level = 'account'

),

final as (

    select
        fitted.account_id,
        accounts.account_name,
        fitted.measure,
        fitted.creative_type,
        fitted.audience_type,
        as_of.first_day,
        as_of.data_through as last_day,
        fitted.ads,
        fitted.exposure,
        fitted.events,
        fitted.purchases,
        fitted.events / nullif(fitted.exposure, 0) as observed_rate,
        fitted.expected_rate,
        fitted.expected_rate_low,
        fitted.expected_rate_high,
        fitted.creative_effect,
        fitted.audience_effect,
        fitted.effect,
        fitted.effect_sd,
        fitted.effect_low,
        fitted.effect_high,
        fitted.verdict,
        fitted.is_untapped,
        case
            when fitted.verdict = 'never tried'
                then 'Never tried: going by ' || fitted.creative_type || ' elsewhere and by others to '
                    || fitted.audience_type || ', ' || {{ decimals('fitted.expected_rate * fitted.per') }} || ' ('
                    || {{ decimals('fitted.expected_rate_low * fitted.per') }} || ' to '
                    || {{ decimals('fitted.expected_rate_high * fitted.per') }} || ')' || fitted.unit
                    || ' would be expected.'
            when fitted.verdict = 'no difference shown'
                then 'No difference shown: by '
                    || case
                        when fitted.measure = 'clicks_per_impression'
                            then {{ counted('round(fitted.events)', 'clicks') }}
                        else {{ counted('round(fitted.events)') }}
                    end
                    || ' of ' || {{ counted('fitted.ads', 'ads') }} || ' it may be ' || fitted.low || ' to '
                    || fitted.high || '.'
            when fitted.audience_type is null
                then 'Ads of this type go with ' || fitted.low || ' to ' || fitted.high || ' in '
                    || fitted.measure_in_words
                    || ' against other types, in the same ad sets where there are several. '
                    || 'An association: Meta chose who was shown which.'
            else 'Together they go with ' || fitted.low || ' to ' || fitted.high || ' in ' || fitted.measure_in_words
                || ' beyond what the type does elsewhere and the audience with other types. '
                || 'An association: Meta chose who was shown which.'
        end as reason,
        as_of.run_id
    from fitted
    cross join as_of
    left join accounts on fitted.account_id = accounts.account_id

)

select * from final

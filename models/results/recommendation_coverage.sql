{#- Whether anything is recommended, and where nothing is, why. -#}
with

as_of as (

    select * from {{ ref('int_as_of') }}

),

settings as (

    select
        {{ parameter('recommendations.limits.min_confidence', 'double') }} as min_confidence,
        {{ parameter('recommendations.limits.min_gain_share', 'double') }} as min_gain_share,
        {{ parameter('recommendations.budgets.largest_share_each', 'double') }} as largest_share,
        {{ parameter('recommendations.falsification.longest_days', 'integer') }} as longest_days

),

accounts as (

    select
        accounts.account_id,
        accounts.account_name,
        any_value(adsets.account_goal) as account_goal,
        count(*) filter (where adsets.countries is not null) as placed_adsets
    from {{ ref('detector_inputs_account') }} as accounts
    inner join {{ ref('detector_inputs_adset') }} as adsets on accounts.account_id = adsets.account_id
    group by accounts.account_id, accounts.account_name

),

incidents as (

    select
        account_id,
        min(first_day) as first_day
    from {{ ref('data_incidents') }}
    where is_open and is_acted_on
    group by account_id

),

returns as (

    select
        account_id,
        count(clearing_marginal_roas) as adsets
    from {{ ref('opportunity_sizes') }}
    where entity_level = 'adset'
    group by account_id

),

counted as (

    select
        account_id,
        table_name,
        count(*) as recommendations
    from {{ ref('recommendations') }}
    group by account_id, table_name

),

kinds as (

    select unnest(['audience', 'adset']) as table_name

),

final as (

    select
        accounts.account_id,
        accounts.account_name,
        kinds.table_name || '_recommendations' as table_name,
        coalesce(counted.recommendations, 0) as recommendations,
        case
            when counted.recommendations > 0 then 'recommended'
            when incidents.first_day is not null
                then 'Tracking is in doubt since ' || incidents.first_day || ': till it is right nothing can be told.'
            when coalesce(accounts.account_goal, '') <> 'purchases'
                then 'Most of the money is not bought for purchases, or nothing says what it buys.'
            when coalesce(returns.adsets, 0) = 0 then 'Of no ad set that is on it is known what its money returns.'
            when kinds.table_name = 'audience' and accounts.placed_adsets = 0
                then 'No file and no name says where ad sets are shown.'
            else 'Nothing was found that gains at least ' || round(100 * settings.min_gain_share, 2)
                || ' % of the revenue with a probability of ' || cast(100 * settings.min_confidence as integer)
                || ' %, that can be judged within ' || settings.longest_days || ' days'
                || case
                    when kinds.table_name = 'audience'
                        then ', and that comes near the end of learning with '
                            || cast(100 * settings.largest_share as integer) || ' % of the money.'
                    else ' and against which neither budgets nor detectors speak.'
                end
        end as status,
        as_of.run_id
    from accounts
    cross join kinds
    cross join settings
    cross join as_of
    left join counted on accounts.account_id = counted.account_id and kinds.table_name = counted.table_name
    left join incidents on accounts.account_id = incidents.account_id
    left join returns on accounts.account_id = returns.account_id

)

select * from final

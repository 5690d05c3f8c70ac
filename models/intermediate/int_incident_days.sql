{#- Days on which the purchases that Meta reports leave the account's own range, per click and per Shopify order. -#}
{%- set witnesses = ['clicks', 'orders'] -%}
{%- set spans = [1, 3, 7] -%}
with

settings as (

    select
        {{ parameter('incidents.usual_days', 'integer') }} as usual_days,
        {{ parameter('incidents.least_deviance', 'double') }} as least_deviance,
        {{ parameter('incidents.least_spread', 'double') }} as least_spread,
        {{ parameter('incidents.largest_share_left', 'double') }} as share_left,
        {{ parameter('incidents.none_of_due', 'double') }} as none_of_due

),

account_days as (

    select
        account_id,
        date_day,
        purchases,
        purchases_matured,
        share_visible,
        case
            when count(link_clicks) over (
                partition by account_id order by date_day rows between unbounded preceding and current row
            ) > 0 then link_clicks
            else clicks_all
        end as clicks,
        shopify_orders as orders
    from {{ ref('int_entity_days') }}
    where entity_level = 'account'

),

-- over a week, so that small accounts have a rate at all
weeks as (

    select
        *,
        {%- for witness in witnesses %}
        sum(case when {{ witness }} is not null then purchases_matured end) over week
        / nullif(sum({{ witness }}) over week, 0) as per_{{ witness }}{{ "," if not loop.last }}
        {%- endfor %}
    from account_days
    window week as (partition by account_id order by date_day rows between 6 preceding and current row)

),

-- the median of the days before: three days without purchases do not move it
usual as (

    select
        days.account_id,
        days.date_day,
        {%- for witness in witnesses %}
        median(earlier.per_{{ witness }}) as per_{{ witness }},
        median(earlier.{{ witness }}) as usual_{{ witness }},
        count(earlier.per_{{ witness }}) as days_with_{{ witness }}{{ "," if not loop.last }}
        {%- endfor %}
    from account_days as days
    cross join settings
    inner join weeks as earlier
        on days.account_id = earlier.account_id
            and earlier.date_day between days.date_day - settings.usual_days and days.date_day - 1
    group by days.account_id, days.date_day

),

expected as (

    select
        account_days.*,
        {%- for witness in witnesses %}
        usual.usual_{{ witness }},
        case when usual.days_with_{{ witness }} >= 14 then account_days.{{ witness }} * usual.per_{{ witness }} end
            as due_by_{{ witness }},
        {%- endfor %}
        settings.*,
        -- the other witness must at least lean to the same side
        sqrt(settings.share_left) as leaning,
        -- later it is known whether nothing came of it
        account_days.date_day = max(account_days.date_day) over (partition by account_days.account_id) as is_last_day
    from account_days
    inner join usual
        on account_days.account_id = usual.account_id and account_days.date_day = usual.date_day
    cross join settings

),

-- how far days lie from the usual, beyond what counting explains; half of the days lie nearer than the median
spreads as (

    select
        days.account_id,
        days.date_day,
        {%- for witness in witnesses %}
        greatest(
            power(1.4826 * median(abs(earlier.purchases_matured / nullif(earlier.due_by_{{ witness }}, 0) - 1)), 2)
            - 1 / nullif(median(earlier.due_by_{{ witness }}), 0),
            power(any_value(days.least_spread), 2)
        ) as variance_by_{{ witness }}{{ "," if not loop.last }}
        {%- endfor %}
    from expected as days
    inner join expected as earlier
        on days.account_id = earlier.account_id
            and earlier.date_day between days.date_day - days.usual_days and days.date_day - 1
    group by days.account_id, days.date_day

),

summed as (

    select
        expected.*,
        {%- for witness in witnesses %}
        coalesce(spreads.variance_by_{{ witness }}, power(expected.least_spread, 2)) as variance_by_{{ witness }},
        {%- endfor %}
        {%- for span in spans %}
        sum(expected.orders) over last_{{ span }} as orders_{{ span }}d,
        sum(expected.usual_orders) over last_{{ span }} as usual_orders_{{ span }}d,
        {%- for witness in witnesses %}
        sum(case when expected.due_by_{{ witness }} is not null then expected.purchases end) over last_{{ span }}
            as purchases_by_{{ witness }}_{{ span }}d,
        sum(expected.due_by_{{ witness }} * expected.share_visible) over last_{{ span }}
            as due_by_{{ witness }}_{{ span }}d,
        {%- endfor %}
        {%- endfor %}
        -- what part of the day's own purchases is there
        expected.purchases / nullif(expected.due_by_clicks * expected.share_visible, 0) as share_of_day
    from expected
    inner join spreads
        on expected.account_id = spreads.account_id and expected.date_day = spreads.date_day
    window
        {%- for span in spans %}
        last_{{ span }} as (
            partition by expected.account_id order by expected.date_day
            rows between {{ span - 1 }} preceding and current row
        ){{ "," if not loop.last }}
        {%- endfor %}

),

-- twice the log of how much likelier a purchase count is under its own mean than under the usual one, negative
-- binomial: counts vary by chance and by the account's own spread
deviances as (

    select
        *,
        {%- for span in spans %}
        {%- for witness in witnesses %}
        {%- set seen = 'purchases_by_' ~ witness ~ '_' ~ span ~ 'd' %}
        {%- set due = 'due_by_' ~ witness ~ '_' ~ span ~ 'd' %}
        {#- orders are a count as well: few of them by chance make purchases look many #}
        {%- set counting = ' + 1 / nullif(orders_' ~ span ~ 'd, 0)' if witness == 'orders' else '' %}
        {%- set size = '(1 / (variance_by_' ~ witness ~ counting ~ '))' %}
        {{ seen }} / nullif({{ due }}, 0) as share_by_{{ witness }}_{{ span }}d,
        2 * (
            case when {{ seen }} > 0 then {{ seen }} * ln({{ seen }} / nullif({{ due }}, 0)) else 0 end
            - ({{ seen }} + {{ size }}) * ln(({{ seen }} + {{ size }}) / nullif({{ due }} + {{ size }}, 0))
        ) as deviance_by_{{ witness }}_{{ span }}d{{ "," if not (loop.last and span == 7) }}
        {%- endfor %}
        {%- endfor %}
    from summed

),

judged as (

    select
        *,
        {%- for span in spans %}
        (
            deviance_by_clicks_{{ span }}d >= least_deviance
            and share_by_clicks_{{ span }}d < share_left
            -- that people bought less elsewhere as well is no matter of tracking, unless hardly anything was sold
            and (
                share_by_orders_{{ span }}d is null
                or share_by_orders_{{ span }}d < leaning
                or orders_{{ span }}d < (1 - leaning) * usual_orders_{{ span }}d
            )
        )
        or (
            coalesce(deviance_by_orders_{{ span }}d >= least_deviance, false)
            and share_by_orders_{{ span }}d < share_left
            and share_by_clicks_{{ span }}d < leaning
        ) as fell_{{ span }}d,
        coalesce(deviance_by_orders_{{ span }}d >= least_deviance, false)
        -- counted twice they are twice as many, give or take some
        and share_by_orders_{{ span }}d > 1 / leaning
        and share_by_clicks_{{ span }}d > 1 / leaning as rose_{{ span }}d{{ "," if not loop.last }}
        {%- endfor %}
    from deviances

),

-- a span that left the range does so by those of its days that did; of a day before its end that is known only then
marked as (

    select
        *,
        least(
            case
                when fell_1d or (is_last_day and purchases = 0 and due_by_clicks_1d >= none_of_due) then date_day
            end,
            case when share_of_day < leaning then min(case when fell_3d then date_day end) over next_3 end,
            case when share_of_day < leaning then min(case when fell_7d then date_day end) over next_7 end
        ) as fall_known_on,
        least(
            case when rose_1d then date_day end,
            case when share_of_day > 1 / leaning then min(case when rose_3d then date_day end) over next_3 end,
            case when share_of_day > 1 / leaning then min(case when rose_7d then date_day end) over next_7 end
        ) as rise_known_on
    from judged
    window
        next_3 as (partition by account_id order by date_day rows between current row and 2 following),
        next_7 as (partition by account_id order by date_day rows between current row and 6 following)

)

select
    account_id,
    date_day,
    case when fall_known_on is not null then 'fell' else 'rose' end as incident_kind,
    coalesce(fall_known_on, rise_known_on) as known_on,
    clicks,
    orders,
    purchases,
    due_by_clicks * share_visible as expected_by_clicks,
    due_by_orders * share_visible as expected_by_orders,
    {{ parameter('incidents.enabled', 'boolean') }} as is_acted_on
from marked
where coalesce(fall_known_on, rise_known_on) is not null

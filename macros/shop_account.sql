{#- The account that the shop's orders without an ad belong to: one row, or none without accounts. -#}
{% macro shop_account() -%}
select accounts.account_id
    from {{ ref('stg_meta__accounts') }} as accounts
    left join {{ ref('stg_meta__insights') }} as insights on accounts.account_id = insights.account_id
    group by accounts.account_id
    qualify row_number() over (
        order by
            accounts.account_id = {{ parameter('shopify.account_id', 'varchar') }} desc nulls last,
            coalesce(sum(insights.spend), 0) desc,
            accounts.account_id
    ) = 1
{%- endmacro %}

"""Columns of the landing tables in order, with their DuckDB types: what the readers promise."""

ACTIONS = (
    "struct(action_type varchar, value varchar, value_1d_click varchar, "
    "value_7d_click varchar, value_1d_view varchar)[]"
)

BREAKDOWNS = (
    "age",
    "gender",
    "country",
    "region",
    "publisher_platform",
    "platform_position",
    "device_platform",
    "impression_device",
    "other_breakdown",
)

# text as found in the files, under one name whatever the file called it
INSIGHT_FIELDS = (
    "account_id",
    "account_name",
    "account_currency",
    "campaign_id",
    "campaign_name",
    "adset_id",
    "adset_name",
    "ad_id",
    "ad_name",
    "date_start",
    "date_stop",
    "objective",
    "optimization_goal",
    "buying_type",
    "attribution_setting",
    "delivery",
    "spend",
    "impressions",
    "reach",
    "clicks_all",
    "link_clicks",
    "outbound_clicks",
    "purchase_roas",
    "results",
    "result_indicator",
    "campaign_budget",
    "campaign_budget_type",
    "adset_budget",
    "adset_budget_type",
    "bid",
    "bid_type",
    "last_significant_edit",
    "starts",
    "ends",
    "quality_ranking",
    "engagement_rate_ranking",
    "conversion_rate_ranking",
    *BREAKDOWNS,
)

# columns of a table in which a comma or point is part of a number, and those of days and times
NUMBERS = frozenset(
    [
        "spend",
        "impressions",
        "reach",
        "clicks_all",
        "link_clicks",
        "outbound_clicks",
        "purchase_roas",
        "website_purchase_roas",
        "results",
        "campaign_budget",
        "adset_budget",
        "bid",
        "subtotal",
        "shipping",
        "taxes",
        "total",
        "discount_amount",
        "refunded_amount",
        "line_price",
        "transaction_amount",
        "sales_orders",
        "gross_sales",
        "sales_discounts",
        "returns",
        "net_sales",
        "total_sales",
    ]
)
DATES = frozenset(
    [
        "day",
        "date_start",
        "date_stop",
        "created_at",
        "cancelled_at",
        "event_time",
        "local_time",
        "sales_day",
    ]
)

# what a spreadsheet puts where a formula has failed
SPREADSHEET_ERRORS = ("#REF!", "#N/A", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!")

INSIGHTS = {
    "file_id": "varchar",
    "file_row": "bigint",
    "level": "varchar",
    **dict.fromkeys(INSIGHT_FIELDS, "varchar"),
    "actions": ACTIONS,
    "action_values": ACTIONS,
    "problem": "varchar",
}

OBJECTS = {
    "file_id": "varchar",
    "file_row": "bigint",
    "object_type": "varchar",
    "object_id": "varchar",
    "account_id": "varchar",
    "object": "varchar",
    "problem": "varchar",
}

ORDERS = {
    "file_id": "varchar",
    "file_row": "bigint",
    "order_name": "varchar",
    "order_id": "varchar",
    "customer_hash": "varchar",
    "financial_status": "varchar",
    "created_at": "varchar",
    "cancelled_at": "varchar",
    "currency": "varchar",
    "subtotal": "varchar",
    "shipping": "varchar",
    "taxes": "varchar",
    "total": "varchar",
    "discount_amount": "varchar",
    "refunded_amount": "varchar",
    "source": "varchar",
    "payment_method": "varchar",
    "is_test": "varchar",
    "tags": "varchar",
    "line_type": "varchar",
    "line_quantity": "varchar",
    "line_price": "varchar",
    "line_sku": "varchar",
    "shipping_country": "varchar",
    "utm_source": "varchar",
    "utm_medium": "varchar",
    "utm_campaign": "varchar",
    "utm_content": "varchar",
    "utm_term": "varchar",
    "landing_path": "varchar",
    "problem": "varchar",
}

SALES = {
    "file_id": "varchar",
    "file_row": "bigint",
    "day": "varchar",
    "orders": "varchar",
    "gross_sales": "varchar",
    "discounts": "varchar",
    "returns": "varchar",
    "net_sales": "varchar",
    "shipping": "varchar",
    "taxes": "varchar",
    "total_sales": "varchar",
    "problem": "varchar",
}

ACTIVITIES = {
    "file_id": "varchar",
    "file_row": "bigint",
    "account_id": "varchar",
    "event_type": "varchar",
    "event_time": "varchar",
    "local_time": "varchar",
    "object_id": "varchar",
    "object_name": "varchar",
    "old_value": "varchar",
    "new_value": "varchar",
    "old_bid": "varchar",
    "new_bid": "varchar",
    "budget_period": "varchar",
    "problem": "varchar",
}

FILES = {
    "file_id": "varchar",
    "file_path": "varchar",
    "size_bytes": "bigint",
    "sha256": "varchar",
    "status": "varchar",
    "kind": "varchar",
    "layout": "varchar",
    "message": "varchar",
    "stops": "boolean",
    "unmapped_columns": "varchar[]",
    "extracted_on": "date",
    "name_number": "bigint",
    "extract_name": "varchar",
    "full_path": "varchar",
    "plan": "varchar",
}

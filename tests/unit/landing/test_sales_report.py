"""Shopify's sales report by day, with a row a day and with rows by product."""

from decimal import Decimal

import pytest

HEADER = (
    "Day,Orders,Gross sales,Discounts,Returns,Net sales,Shipping charges,Duties,Additional fees,"
    "Taxes,Total sales\n"
)
DAYS = (
    # 120 - 20 - 10 = 90 net; with 8 of shipping and 7 of taxes 105
    "2026-03-01,3,120.00,-20.00,-10.00,90.00,8.00,0,0,7.00,105.00\n"
    '2026-03-02,2,"1,050.00",0,0,"1,050.00",0,0,0,0,"1,050.00"\n'
)
BY_PRODUCT = (
    "Day,Product title,Product variant SKU,Net items sold,Gross sales,Discounts,Returns,Net sales,"
    "Taxes,Total sales,Orders\n"
    "2026-03-03,Coat,C-1,1,60.00,0,0,60.00,5.00,65.00,1\n"
    "2026-03-03,Cap,C-2,2,40.00,-4.00,0,36.00,3.00,39.00,1\n"
)
QUERY = "select sales_day::varchar, report_rows, orders, revenue from days order by 1"


@pytest.fixture(scope="session")
def sales_sql(compiled):
    return compiled("--select", "stg_shopify__sales_days")["stg_shopify__sales_days"]


@pytest.fixture
def staged(raw, sales_sql):
    """Land files and stage their days by a revenue basis; returns rows of `QUERY`."""

    def stage(files, basis="total_less_refunds"):
        raw.set("shopify.revenue_basis", basis)
        raw.land(files).judge()
        raw.connection.execute(f"create or replace temp table days as {sales_sql}")
        return raw.connection.execute(QUERY).fetchall()

    return stage


@pytest.mark.parametrize(
    ("basis", "first"),
    [
        ("total_less_refunds", Decimal(105)),
        ("total", Decimal(115)),
        ("subtotal_less_refunds", Decimal(90)),
        ("subtotal", Decimal(100)),
    ],
)
def test_a_report_with_a_row_a_day(staged, raw, basis, first):
    assert staged({"sales.csv": HEADER + DAYS}, basis) == [
        ("2026-03-01", 1, 3, first),
        ("2026-03-02", 1, 2, Decimal(1050)),
    ]
    assert raw.file("sales.csv")[0] == "read"
    assert raw.rows("select kind, layout, unmapped_columns from landing_files") == [
        ("sales", "shopify_sales_report", [])
    ]
    assert raw.rows("select * from landing_orders") == []


def test_products_add_up_and_their_orders_do_not(staged):
    assert staged({"sales.csv": BY_PRODUCT}) == [("2026-03-03", 2, None, Decimal(104))]


def test_the_later_report_of_a_day_counts(staged):
    later = HEADER + "2026-03-02,1,9,0,0,9,0,0,0,0,9\n2026-03-04,1,5,0,0,5,0,0,0,0,5\n"
    found = staged({"march.csv": HEADER + DAYS, "april.csv": later})
    assert found == [
        ("2026-03-01", 1, 3, Decimal(105)),
        ("2026-03-02", 1, 1, Decimal(9)),
        ("2026-03-04", 1, 1, Decimal(5)),
    ]


def test_a_row_of_totals_is_left_out_and_a_word_among_numbers_is_told(staged, raw):
    totals = ",5,1170,-20,-10,1140,8,0,0,7,1155\n"
    wrong = "2026-03-05,1,nine,0,0,9,0,0,0,0,9\n"
    found = staged({"sales.csv": HEADER + totals + DAYS + wrong})
    assert [row[0] for row in found] == ["2026-03-01", "2026-03-02"]
    assert raw.rows("select file_row, column_name, reason from landing_rejected_rows") == [
        (4, "gross_sales", "is no number: write it as 1234.56")
    ]


def test_a_formula_that_failed_sets_its_day_aside(staged, raw):
    failed = "2026-03-05,1,9,0,0,9,0,0,0,0,#REF!\n"
    found = staged({"sales.csv": HEADER + DAYS + failed})
    assert [row[0] for row in found] == ["2026-03-01", "2026-03-02"]
    assert raw.rows("select distinct file_row from landing_rejected_rows") == [(3,)]


def test_a_report_by_month_is_refused(raw):
    raw.land({"sales.csv": HEADER.replace("Day,", "Month,") + DAYS})
    assert raw.file("sales.csv") == (
        "refused",
        "looks like a sales report and has no column `Day`: group it by day and export it again",
    )

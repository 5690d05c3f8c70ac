"""Order lines: what is taken from them, and that nobody can be recognised in it."""

import hashlib
import stat

import pytest

from python_jobs.landing.customer_key import customer_key

HEADER = (
    "Name,Email,Financial Status,Currency,Subtotal,Shipping,Taxes,Total,Created at,"
    "Lineitem quantity,Lineitem price,Lineitem sku,Billing Name,Shipping Country,Notes,"
    "Note Attributes,Cancelled at,Refunded Amount,Id,Tags,Source,Phone\n"
)
FIRST = (
    "#1001,{email},paid,USD,40.00,5.00,0.00,45.00,2026-03-15 10:00:00 -0700,1,20.00,A-1,"
    'Ann Person,US,ring twice,"{notes}",,10.00,5001,"{tags}",web,555-0100\n'
)
SECOND = "#1001,{email},,,,,,,2026-03-15 10:00:00 -0700,2,10.00,B-2,,,,,,,,,,\n"
UTMS = "utm_source, utm_medium, utm_campaign, utm_content, utm_term"


def order(email="Ann@Example.com ", notes="", tags=""):
    return HEADER + FIRST.format(email=email, notes=notes, tags=tags) + SECOND.format(email=email)


def test_an_order_of_two_lines(raw):
    raw.land({"orders_export_1.csv": order()})
    assert raw.rows("select layout, kind, unmapped_columns from landing_files") == [
        ("shopify_orders", "orders", [])
    ]
    assert raw.rows("""
        select file_row, order_name, order_id, financial_status, currency, total, refunded_amount,
            created_at, line_quantity, line_price, line_sku, shipping_country, source
        from landing_orders order by 1""") == [
        (
            1,
            "#1001",
            "5001",
            "paid",
            "USD",
            "45.00",
            "10.00",
            "2026-03-15 10:00:00 -0700",
            "1",
            "20.00",
            "A-1",
            "US",
            "web",
        ),
        (
            2,
            "#1001",
            None,
            None,
            None,
            None,
            None,
            "2026-03-15 10:00:00 -0700",
            "2",
            "10.00",
            "B-2",
            None,
            None,
        ),
    ]


def test_an_address_is_hashed_with_the_customers_key_and_stands_nowhere(raw):
    raw.land(
        {"a.csv": order("Ann@Example.com "), "b.csv": order("ann@example.com"), "c.csv": order("")}
    ).judge()
    expected = hashlib.sha256((raw.key + "ann@example.com").encode()).hexdigest()
    assert raw.rows(
        "select customer_hash, count(*) from landing_orders group by all order by all"
    ) == [
        (expected, 4),
        (None, 2),
    ]
    tables = raw.rows("""
        select table_schema || '.' || table_name from information_schema.tables
        where table_schema in ('landing', 'main')""")
    everything = "".join(
        str(raw.connection.execute(f"from {table}").fetchall()) for (table,) in tables
    )
    assert "#1001" in everything
    for personal in ("example.com", "Example.com", "Person", "555-0100", "ring twice"):
        assert personal not in everything


def test_another_key_makes_other_hashes_and_reads_the_orders_again(raw):
    before = raw.land({"a.csv": order()}).rows("select file_id, customer_hash from landing_orders")
    raw.key = "b" * 64
    after = raw.land().rows("select file_id, customer_hash from landing_orders")
    assert before[0][0] != after[0][0]
    assert before[0][1] != after[0][1]


NOTES = {
    "lines": "UTM source: facebook\r\nUTM medium: paid\r\nUTM campaign: 11\r\n"
    "UTM content: 13\r\nUTM term: 12\r",
    "keys": "gift: no\nutm_source: facebook\nutm_medium: paid\nutm_campaign: 11\n"
    "utm_content: 13\nutm_term:12",
    "address": "landing_page: https://shop.example/x?fbclid=1&utm_source=facebook&utm_medium=paid"
    "&utm_campaign=11&utm_content=13&utm_term=12#top",
}


@pytest.mark.parametrize("form", NOTES)
def test_utms_in_note_attributes(raw, form):
    raw.land({"orders.csv": order(notes=NOTES[form])})
    assert raw.rows(f"select {UTMS} from landing_orders order by file_row") == [
        ("facebook", "paid", "11", "13", "12"),
        (None,) * 5,
    ]


def test_utms_in_tags_and_in_columns_of_their_own(raw):
    raw.land(
        {
            "tags.csv": order(tags="Confirmed, utm_source:ig, utm_campaign=Spring sale"),
            "columns.csv": "order_id,date,revenue,utm_source,utm_campaign,landing_site\n"
            "1,2026-03-15,899,meta,Lookalike 2%,/products/x?utm_content=Film+%26+sound\n",
        }
    )
    assert raw.rows(f"""
        select {UTMS}, landing_path, total
        from landing_orders where utm_source <> ''
        order by utm_source desc""") == [
        ("meta", None, "Lookalike 2%", "Film & sound", None, "/products/x", "899"),
        ("ig", None, "Spring sale", None, None, None, "45.00"),
    ]


def test_note_attributes_win_over_tags_and_an_address_is_no_utm(raw):
    raw.land(
        {
            "a.csv": order(notes="utm_source: fb", tags="utm_source:ig"),
            "b.csv": order(notes="utm_term: ann@example.com\nlanding_page: /pages/ann@example.com"),
        }
    )
    assert raw.rows("""
        select utm_source, utm_term, landing_path from landing_orders where total is not null
        order by all""") == [("fb", None, None), (None, None, None)]


def test_tags_lose_addresses_and_keep_the_rest(raw):
    raw.land({"a.csv": order(tags="Confirmed,ann@example.com,vip")})
    assert raw.rows("select tags from landing_orders where total is not null") == [
        ("Confirmed,vip",)
    ]


def test_the_landing_page_of_note_attributes(raw):
    raw.land({"a.csv": order(notes="Landing page: https://shop.example/products/coat?size=4")})
    assert raw.rows("select landing_path from landing_orders where total is not null") == [
        ("/products/coat",)
    ]


def test_no_more_than_name_time_and_total_is_needed(raw):
    raw.land({"orders.csv": "Name,Created at,Total\n#1,2026-03-15 10:00:00 +0000,20\n"})
    assert raw.rows("select order_name, total, customer_hash from landing_orders") == [
        ("#1", "20", None)
    ]


def test_a_key_is_made_once_for_its_owner_alone(tmp_path):
    key = customer_key(tmp_path, "shop", "meta")
    assert len(bytes.fromhex(key)) == 32
    assert customer_key(tmp_path, "shop", "meta") == key
    assert customer_key(tmp_path, "other", "meta") != key
    file = tmp_path / "shop" / "meta" / ".key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.write_text("")
    with pytest.raises(ValueError, match="holds no key: take it away"):
        customer_key(tmp_path, "shop", "meta")

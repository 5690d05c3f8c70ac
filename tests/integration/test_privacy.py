"""A run on data full of people leaves none of them in anything that it writes.

What is looked for stands in the raw files in every place that the formats have for it; afterwards
every byte of every file that the run has written is searched, and every row of its databases.
"""

import gzip
import hashlib
import io
import json
import re
import shutil
import zipfile
from datetime import date, timedelta

import duckdb
import pytest
from reading import WITHOUT_TESTS
from typer.testing import CliRunner

from python_jobs.cli.main import app

ANN = "ann.person@example.com"
PERSONAL = ("ann.person", "Ann Person", "555-0100", "5550100", "Side Street", "203.0.113.7")
TOKEN = "EAAB" + "x" * 40
PAGING = {"next": f"https://graph.facebook.com/?access_token={TOKEN}"}
PLACE = {"name": "Ann Person", "address1": "1 Side Street", "phone": "555-0100"}
SHOP_ORDERS = "select count(*) from landing.landing_orders"
FORMATS = ("ads-manager", "api", "csv", "xlsx")
DAYS = [date(2026, 3, 1) + timedelta(days) for days in range(28)]
EXPORT = (
    "Name,Email,Financial Status,Currency,Total,Created at,Lineitem quantity,Lineitem price,"
    "Billing Name,Billing Street,Billing Phone,Notes,Note Attributes,Id,Tags,Phone\n"
    f"#1,{ANN},paid,USD,20,2026-03-10 10:00:00 +0000,1,20,Ann Person,1 Side Street,555-0100,"
    f'ring Ann Person,"to: Ann Person\nutm_term: {ANN}",1,"VIP, {ANN}, +1 555-0100",555-0100\n'
)
MATRIXIFY = (
    "ID,Name,Email,Phone,Created At,Currency,Price: Total,Payment: Status,Billing: Name,Line: Type,"
    "Line: Quantity,Line: Price,Note\n"
    f"2,#2,{ANN},555-0100,2026-03-11 10:00:00 +0000,USD,20,paid,Ann Person,Line Item,1,20,"
    "ring Ann Person\n"
)
# whose cells stand under the wrong headers, and one without an order number
MOVED = f"Name,Created at,Total,Source,Currency\n#3,2026-03-12 10:00:00 +0000,20,{ANN},USD\n"
NAMELESS = f"Name,Created at,Total,Currency\n{ANN},2026-03-12 11:00:00 +0000,20,USD\n"


def rest(number):
    return {
        "id": number,
        "name": f"#{number}",
        "created_at": "2026-03-13T10:00:00Z",
        "email": ANN,
        "phone": "555-0100",
        "browser_ip": "203.0.113.7",
        "customer": {"id": 7, "email": ANN, "first_name": "Ann Person", "default_address": PLACE},
        "billing_address": PLACE,
        "note": "ring Ann Person",
        "note_attributes": [{"name": "to", "value": "Ann Person"}],
        "landing_site": f"/p?email={ANN}&utm_campaign=20",
        "tags": f"VIP, {ANN}, 5550100",
        "currency": "USD",
        "financial_status": "paid",
        "total_price": "20",
        "line_items": [{"quantity": 1, "price": "20"}],
    }


def graphql(number):
    money = {"shopMoney": {"amount": "20", "currencyCode": "USD"}}
    return {
        "id": f"gid://shopify/Order/{number}",
        "name": f"#{number}",
        "createdAt": "2026-03-14T10:00:00Z",
        "email": ANN,
        "customer": {"displayName": "Ann Person", "email": ANN},
        "shippingAddress": PLACE,
        "customAttributes": [{"key": "to", "value": f"Ann Person {ANN}"}],
        "totalPriceSet": money,
        "displayFinancialStatus": "PAID",
        "lineItems": {"nodes": [{"quantity": 1, "originalUnitPriceSet": money}]},
    }


def insights():
    return [
        {
            "account_id": "1",
            "campaign_id": "20",
            "campaign_name": "Spring",
            "adset_id": adset,
            "adset_name": f"Broad {adset}",
            "ad_id": f"4{adset}",
            "ad_name": f"Film for {ANN}",
            "date_start": str(day),
            "date_stop": str(day),
            "spend": "50",
            "impressions": "5000",
            "actions": [{"action_type": "omni_purchase", "value": value}],
            "action_values": [{"action_type": "omni_purchase", "value": f"{value}0"}],
        }
        for day in DAYS
        for adset, value in (("30", "3"), ("31", "9"))
    ]


AUDIENCE = {"id": "9", "name": f"like {ANN} +1 (555) 010-0100", "subtype": "CUSTOM"}
ADSETS = [
    {
        "id": adset,
        "name": f"Broad {adset}",
        "campaign_id": "20",
        "account_id": "1",
        "daily_budget": "5000",
        "effective_status": "ACTIVE",
        "optimization_goal": "OFFSITE_CONVERSIONS",
        "targeting": {"custom_audiences": [AUDIENCE], "geo_locations": {"countries": ["US"]}},
    }
    for adset in ("30", "31")
]
EVENT = {
    "actor_name": "Ann Person",
    "event_type": "update_ad_set_budget",
    "event_time": "2026-03-20T10:00:00+0000",
    "object_id": "30",
    "object_name": f"Broad for {ANN}",
    "extra_data": json.dumps({"old_value": 4000, "new_value": 5000}),
}
RAW = {
    "ads.json": {"data": insights(), "paging": PAGING},
    "adsets.json": {"data": ADSETS, "paging": PAGING},
    "audiences.json": {"data": [AUDIENCE], "paging": PAGING},
    "history.json": {"data": [EVENT], "paging": PAGING},
    "shopify_orders.csv": EXPORT,
    "matrixify.csv": MATRIXIFY,
    "moved.csv": MOVED,
    "nameless.csv": NAMELESS,
    "rest.json": {"orders": [rest(4)]},
    "graphql.json": {"data": {"orders": {"nodes": [graphql(5)]}}},
    "connector.jsonl": json.dumps({"_airbyte_raw_id": "x", "_airbyte_data": rest(6)}) + "\n",
}


@pytest.fixture(scope="module")
def written(new_home):
    """The folder of a customer after a build, docs, a report and exports, and what was said."""
    home = new_home()
    home.empty()
    for name, content in RAW.items():
        text = content if isinstance(content, str) else json.dumps(content)
        (home.raw / name).write_text(text)
    # a row that is left out is told of
    (home.raw / "ragged.csv").write_text(f"{EXPORT}#9,{ANN},paid\n")
    (home.config / "rules.yaml").write_text("export: {mode: live}\n")
    done = home.dbt(
        "build",
        *WITHOUT_TESTS,
        options=("--log-level", "none", "--log-level-file", "debug"),
    )
    assert done.success, done.exception
    documented = home.dbt("docs", "generate", "--static", "--no-compile")
    assert documented.success, documented.exception
    said = []
    with pytest.MonkeyPatch.context() as patch:
        home.go(patch)
        patch.setenv("AUTOPILOT_RESULTS", str(home.path / "results"))
        for command in (["report"], *(["export", "--format", f, "--stale-ok"] for f in FORMATS)):
            said.append(CliRunner().invoke(app, [*command, "--customer", "acme"]).output)
    (home.path / "said.txt").write_text("\n".join(said))
    return home


def pieces(home):
    """Each file that is no raw file, and each file inside of it, by name."""
    for file in home.path.rglob("*"):
        if not file.is_file() or home.raw in file.parents:
            continue
        content = file.read_bytes()
        yield file.relative_to(home.path).as_posix(), content
        if content.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                for member in archive.namelist():
                    yield f"{file.name}/{member}", archive.read(member)
        if content.startswith(b"\x1f\x8b"):
            yield f"{file.name}/", gzip.decompress(content)


def test_nobody_is_in_any_byte(written):
    raw = "".join(file.read_text() for file in written.raw.iterdir())
    assert [word for word in (*PERSONAL, TOKEN) if word not in raw] == []
    names = set()
    for name, content in pieces(written):
        names.add(name)
        for word in (*PERSONAL, TOKEN):
            assert word.encode() not in content, f"{word} in {name}"
    # what is searched is there
    text = " ".join(sorted(names))
    for part in (
        "acme_meta.duckdb",
        "manifest.json",
        "static_index.html",
        "dbt.log",
        "report.html",
        ".xlsx/",
        "_undo",
    ):
        assert part in text, part


def test_nobody_is_in_any_row(written):
    """Text in a database may be packed, so that its bytes tell nothing."""
    no_row_has(written.build_file, (*PERSONAL, TOKEN))
    no_row_has(written.published_file, (*PERSONAL, TOKEN))


def no_row_has(file, words):
    with duckdb.connect(str(file), read_only=True) as database:
        tables = database.execute(
            "select schema_name, table_name from duckdb_tables() where not internal"
        ).fetchall()
        assert len(tables) > 40
        has = " or ".join(f"contains(t::varchar, '{word}')" for word in words)
        for schema, table in tables:
            row = f'from "{schema}"."{table}" as t where {has}'
            assert database.execute(row).fetchall() == [], table


def hash_of(email, home):
    key = (home.config / ".key").read_text().strip()
    return hashlib.sha256(f"{key}{email}".encode()).hexdigest()


@pytest.fixture
def later(written, new_home, monkeypatch):
    """A copy of the folder, to go on from."""
    home = new_home()
    shutil.copytree(written.path, home.path, dirs_exist_ok=True)
    home.go(monkeypatch)
    return home


def test_a_buyer_who_is_forgotten_is_in_no_byte(later):
    digest = hash_of(ANN, later)
    has = f"{SHOP_ORDERS} where customer_hash = '{digest}'"
    with duckdb.connect(str(later.build_file), read_only=True) as database:
        assert database.execute(has).fetchall() != [(0,)]
    said = CliRunner().invoke(app, ["forget", "--customer", "acme"], input=ANN).output
    assert re.search(r"The hash is gone from \d+ rows of the warehouse\.", said)
    assert "connector.jsonl, graphql.json, matrixify.csv" in said
    for name, content in pieces(later):
        assert digest.encode() not in content, name
    no_row_has(later.build_file, [digest])
    no_row_has(later.published_file, [digest])


def test_a_buyer_whose_file_is_gone_is_in_no_row_after_the_next_build(later):
    bob = "bob@example.com"
    file = later.raw / "more.csv"
    file.write_text(EXPORT.replace(ANN, bob).replace("#1", "#8"))
    read = ("run", "--select", "+landing_orders")
    assert later.dbt(*read).success
    digest = hash_of(bob, later)
    with duckdb.connect(str(later.build_file), read_only=True) as database:
        has = f"{SHOP_ORDERS} where customer_hash = '{digest}'"
        assert database.execute(has).fetchall() == [(1,)]
    file.unlink()
    assert later.dbt(*read).success
    no_row_has(later.build_file, [digest])


def test_the_orders_are_counted_all_the_same(written):
    """Seven of 20.00, of one buyer as far as it is known."""
    with duckdb.connect(str(written.published_file), read_only=True) as database:
        assert database.execute(
            "select sum(shopify_orders), sum(shopify_revenue) from results.account_daily"
        ).fetchall() == [(7, 140)]

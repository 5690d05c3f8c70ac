"""A buyer who is forgotten is nowhere, and comes back only from a raw file that is named."""

import hashlib
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from python_jobs.cli.main import app
from python_jobs.landing.customer_key import customer_key

ROOT = Path(__file__).parents[3]
ANN, BOB = "ann@example.com", "bob@example.com"
ORDERS = (
    "Name,Email,Created at,Total\n"
    f"#1,{ANN},2026-03-15 10:00:00 +0000,20.00\n"
    f"#2,{BOB},2026-03-15 11:00:00 +0000,30.00\n"
)


def hashed(home, address):
    return hashlib.sha256((customer_key(home / "config", "acme", "meta") + address).encode())


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A customer with an order file, and a build file as landing and staging leave it."""
    for variable, folder in (
        ("AUTOPILOT_WAREHOUSE", "warehouse"),
        ("AUTOPILOT_DATASETS", "datasets"),
        ("AUTOPILOT_CONFIG", "config"),
    ):
        monkeypatch.setenv(variable, str(tmp_path / folder))
    raw = tmp_path / "datasets" / "acme" / "meta" / "raw"
    raw.mkdir(parents=True)
    (raw / "orders.csv").write_text(ORDERS)
    (tmp_path / "config" / "acme" / "meta").mkdir(parents=True)
    (tmp_path / "config" / "default").symlink_to(ROOT / "config" / "default")
    (tmp_path / "warehouse" / ".build").mkdir(parents=True)
    with duckdb.connect(str(tmp_path / "warehouse" / ".build" / "acme_meta.duckdb")) as build:
        build.execute("create schema landing; create schema staging")
        for address in (ANN, BOB):
            digest = hashed(tmp_path, address).hexdigest()
            build.execute(f"""
                create table if not exists landing.landing_orders
                    (order_name varchar, customer_hash varchar, total varchar);
                insert into landing.landing_orders values ('#1', '{digest}', '20'),
                    ('{digest}', null, '5');
                create or replace table staging.stg_shopify__orders as
                    select * from landing.landing_orders""")
        build.execute("create view landing.all_of_them as from acme_meta.landing.landing_orders")
    return tmp_path


def forget(home, buyer):
    done = CliRunner().invoke(app, ["forget", "--customer", "acme"], input=f"{buyer}\n")
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.output.splitlines()[1:]


def bytes_of(home):
    files = (home / "warehouse").rglob("*")
    return b"".join(file.read_bytes() for file in files if file.is_file())


def test_the_hash_is_in_no_byte_and_the_orders_stay(home):
    digest, other = (hashed(home, address).hexdigest().encode() for address in (ANN, BOB))
    assert digest in bytes_of(home)
    assert forget(home, " Ann@Example.com") == [
        "The hash is gone from 4 rows of the warehouse.",
        "orders.csv still holds the buyer: take the rows out or delete the e-mail in them, or the "
        "hash comes back when the file is read again.",
    ]
    assert digest not in bytes_of(home)
    assert other in bytes_of(home)
    build = home / "warehouse" / ".build" / "acme_meta.duckdb"
    with duckdb.connect(str(build), read_only=True) as database:
        query = "select sum(total::int), count(customer_hash) from acme_meta.landing.all_of_them"
        assert database.execute(query).fetchall() == [(50, 1)]
    # nothing half-written beside it
    assert {file.suffix for file in build.parent.iterdir()} == {".duckdb", ".lock"}

    raw = home / "datasets" / "acme" / "meta" / "raw" / "orders.csv"
    raw.write_text(ORDERS.replace(ANN, ""))
    assert forget(home, digest.decode()) == [
        "The warehouse does not know the buyer.",
        "No raw file holds the buyer, so no build brings the hash back.",
    ]


def test_what_is_no_buyer_is_told_without_repeating_it(home):
    with pytest.raises(ValueError, match=r"^That is neither an e-mail address nor a hash of 64"):
        forget(home, "Ann Person")
    (home / "config" / "acme" / "meta" / ".key").unlink()
    with pytest.raises(ValueError, match=r"^acme has no key yet, so no buyer was ever hashed\.$"):
        forget(home, ANN)


HOLD = """
import sys
from pathlib import Path
from python_jobs.warehouse.build_lock import locked
lock = locked(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


def test_nobody_is_forgotten_while_a_build_runs(home):
    """A build writes into the file that forgetting would put another in place of."""
    build = home / "warehouse" / ".build" / "acme_meta.duckdb"
    before = build.read_bytes()
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(build)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as running:
        assert running.stdout.readline() == b"held\n"
        with pytest.raises(ValueError, match=r"^A build of acme_meta is running: wait for it\.$"):
            forget(home, ANN)
        assert build.read_bytes() == before
        running.stdin.close()
    assert "The hash is gone from" in " ".join(forget(home, ANN))

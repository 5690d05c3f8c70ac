"""Tables at other places are read as if their files lay in the raw folder."""

import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import duckdb
import pytest

INSIGHTS = """\
account_id,ad_id,date,spend,impressions
77,31,2026-03-14,10.50,1000
77,31,2026-03-15,11.25,1100
"""
ACTIONS = """\
ad_id,date,index,action_type,value
31,2026-03-15,0,omni_purchase,2
"""
LANDED = """
    select file_path, sum(spend::decimal(18, 2))::double, sum(actions[1].value::double)
    from landing_insights inner join landing_files using (file_id)
    where landing_insights.problem is null group by file_path order by file_path
"""


def make_database(path, schema="main"):
    with duckdb.connect(str(path)) as database:
        database.execute(f"create schema if not exists {schema}")
        for name, text in (("basic_ad", INSIGHTS), ("basic_ad_actions", ACTIONS)):
            file = path.with_name(f"{name}.csv")
            file.write_text(text)
            database.execute(f"create table {schema}.{name} as from read_csv('{file}')")
            file.unlink()
        database.execute("create table main.staff (name varchar)")
    return path


def test_folders_files_and_patterns(raw, tmp_path):
    for name in ("shop/2026/a.csv", "shop/.old.csv", "b.csv", "c_1.csv", "c_2.csv", "d.csv"):
        file = tmp_path / "exports" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(INSIGHTS)
    exports = tmp_path / "exports"
    raw.land(
        {"own.csv": INSIGHTS},
        locations=[
            {"path": str(exports / "shop")},
            {"path": str(exports / "b.csv")},
            {"path": str(exports / "c_*.csv")},
        ],
    )
    assert raw.gate() == []
    assert [row[0] for row in raw.rows(LANDED)] == [
        "location 1/2026/a.csv",
        "location 2/b.csv",
        "location 3/c_1.csv",
        "location 3/c_2.csv",
        "own.csv",
    ]


def test_a_path_at_which_nothing_lies_stops(raw, tmp_path):
    nowhere = tmp_path / "exports" / "*.csv"
    raw.land({"own.csv": INSIGHTS}, locations=[{"path": str(nowhere)}, {"duckdb": "x.duckdb"}])
    assert raw.gate() == [
        f"location 1 is {nowhere}, where no file lies: correct the path in the settings",
        "location 2 is x.duckdb, where no file lies: correct the path in the settings",
    ]


def test_a_database_file_in_the_raw_folder(raw, tmp_path):
    database = make_database(tmp_path / "ads.duckdb")
    raw.land({"ads.duckdb": database.read_bytes()})
    assert raw.gate() == []
    assert raw.rows(LANDED) == [("ads.duckdb/main.basic_ad", 21.75, 2.0)]
    assert raw.file("ads.duckdb/main.staff")[0] == "skipped"


def test_tables_of_a_database_file(raw, tmp_path):
    database = make_database(tmp_path / "ads.duckdb", schema="meta")
    place = {"duckdb": str(database), "schema": "meta", "tables": ["basic_ad"]}
    raw.land({}, locations=[place])
    assert raw.rows(LANDED) == [("location 1/meta.basic_ad", 21.75, None)]
    raw.land({}, locations=[{**place, "tables": ["basic_ad", "basic"]}])
    assert raw.gate() == [
        "location 1 has no table basic: take it out of `locations`, or give it the right schema"
    ]
    raw.land({}, locations=[{**place, "schema": "mata", "tables": None}])
    assert raw.gate() == ["location 1 holds no tables: correct the schema in the settings"]


def test_a_table_is_read_again_when_its_rows_change(raw, tmp_path):
    """And only then: touching another table leaves it alone."""
    path = make_database(tmp_path / "ads.duckdb")
    ids = "select file_path, file_id from landing_files"

    def land():
        return dict(raw.land({}, locations=[{"duckdb": str(path), "schema": "main"}]).rows(ids))

    first = land()
    with duckdb.connect(str(path)) as database:
        database.execute("insert into staff values ('somebody')")
    assert land() == first
    with duckdb.connect(str(path)) as database:
        database.execute("update basic_ad set spend = 11.26 where spend = 11.25")
    assert land()["location 1/main.basic_ad"] != first["location 1/main.basic_ad"]


def test_no_database_says_where_it_is(raw, tmp_path, monkeypatch):
    pytest.importorskip("psycopg")
    place = {"postgres_env": "ADS_DATABASE"}
    raw.land({"own.csv": INSIGHTS}, locations=[place])
    assert raw.gate() == [
        "location 1 cannot be reached: set the environment variable ADS_DATABASE to the database's "
        "address"
    ]
    for address in ("postgresql://reader:secret@127.0.0.1:1/ads", "postgresql//reader:secret"):
        monkeypatch.setenv("ADS_DATABASE", address)
        raw.land({}, locations=[place])
        assert raw.gate() == [
            "location 1 cannot be reached: check that the database is up and that ADS_DATABASE "
            "holds its address"
        ]
        for table in ("landing_inventory", "landing_files"):
            assert "secret" not in str(raw.rows(f"from {table}"))


@pytest.fixture(scope="module")
def postgres():
    """A server of our own on a free port, with three tables; skipped where none is installed."""
    psycopg = pytest.importorskip("psycopg")
    found = shutil.which("initdb") or next(
        iter(sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)), None
    )
    if not found:
        pytest.skip("no Postgres here")
    programs = Path(found).parent
    # it refuses to run as root, and other accounts may not look into pytest's folders
    account = {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}
    data = Path(tempfile.mkdtemp(prefix="postgres-"))
    if account:
        shutil.chown(data, "postgres", "postgres")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def run(*command):
        subprocess.run(command, check=True, capture_output=True, cwd=data, **account)

    run(programs / "initdb", "-D", data, "-A", "trust", "-U", "owner", "--no-sync", "-E", "UTF8")
    options = f"-F -c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={data}"
    run(programs / "pg_ctl", "-D", data, "-w", "-l", data / "log", "-o", options, "start")
    address = f"postgresql://owner@127.0.0.1:{port}/postgres"
    try:
        with psycopg.connect(address) as connection:
            connection.execute("""
                create schema facebook_ads;
                set search_path = facebook_ads;
                create table basic_ad (
                    account_id bigint, ad_id bigint, date date, spend numeric, impressions int,
                    _fivetran_synced timestamptz
                );
                insert into basic_ad values
                    (77, 31, '2026-03-14', 10.50, 1000, '2026-03-20 06:00:00+01'),
                    (77, 31, '2026-03-15', 11.25, 1100, '2026-03-20 06:00:00+01');
                create table ads_insights (
                    ad_id text, account_id text, date_start date, date_stop date, spend numeric,
                    actions jsonb, _airbyte_extracted_at timestamptz
                );
                insert into ads_insights values (
                    '32', '77', '2026-03-15', '2026-03-15', 4.05,
                    '[{"action_type": "omni_purchase", "value": 3}]', now()
                );
                create table ad_set_history (
                    id bigint, campaign_id bigint, account_id bigint, updated_time timestamptz,
                    name text, daily_budget bigint, targeting_geo_locations_countries jsonb
                );
                insert into ad_set_history values
                    (21, 11, 77, '2026-03-01 09:00:00+00', 'Broad, "new"', 5000, '["US"]'),
                    (21, 11, 77, '2026-03-10 09:00:00+00', E'Broad\n', 6000, '["US", "CA"]');
                create table salaries as select 'somebody' as name, 1 as salary;
            """)
        yield address
    finally:
        run(programs / "pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(data)


def test_tables_of_postgres(raw, postgres, monkeypatch):
    monkeypatch.setenv("ADS_DATABASE", postgres)
    raw.land({}, locations=[{"postgres_env": "ADS_DATABASE", "schema": "facebook_ads"}])
    assert raw.gate() == []
    assert raw.rows(LANDED) == [
        ("location 1/facebook_ads.ads_insights", 4.05, 3.0),
        ("location 1/facebook_ads.basic_ad", 21.75, None),
    ]
    assert raw.rows("""
        select object ->> '$.name', object ->> '$.daily_budget', object ->> '$.updated_time'
        from landing_objects order by file_row""") == [
        ('Broad, "new"', "5000", "2026-03-01 09:00:00+00"),
        ("Broad\n", "6000", "2026-03-10 09:00:00+00"),
    ]
    assert raw.file("location 1/facebook_ads.salaries")[0] == "skipped"


def test_a_table_that_postgres_lacks(raw, postgres, monkeypatch):
    monkeypatch.setenv("ADS_DATABASE", postgres)
    place = {"postgres_env": "ADS_DATABASE", "schema": "facebook_ads", "tables": ["basic_add"]}
    raw.land({}, locations=[place])
    assert raw.gate() == [
        "location 1 has no table basic_add: take it out of `locations`, or give it the right schema"
    ]

import hashlib
import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner
from tiny_project import make_project, set_day

LIVE = "moprobo_meta.duckdb"


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return make_project(tmp_path_factory.mktemp("tiny") / "project")


@pytest.fixture
def warehouse(project, monkeypatch):
    """An empty warehouse for the tiny project, and the project as the working directory.

    It is always the same folder, or dbt would parse the project for each test.
    """
    folder = project.parent / "warehouse"
    datasets = project.parent / "datasets"
    monkeypatch.chdir(project)
    monkeypatch.setenv("AUTOPILOT_WAREHOUSE", str(folder))
    monkeypatch.setenv("AUTOPILOT_DATASETS", str(datasets))
    set_day(project, "2026-03-02", 5)
    Path("fail").unlink(missing_ok=True)
    yield folder
    DuckDBConnectionManager.close_all_connections()
    for used in (folder, datasets):
        shutil.rmtree(used, ignore_errors=True)


def dbt(*arguments):
    """Whether dbt was content."""
    return dbtRunner().invoke(["--log-level", "none", *arguments]).success


def query(warehouse, sql):
    with duckdb.connect(str(warehouse / LIVE), read_only=True) as live:
        return live.execute(sql).fetchall()


def tables(warehouse):
    return {
        f"{schema}.{table}"
        for schema, table in query(
            warehouse,
            "select schema_name, table_name from duckdb_tables() union all "
            "select schema_name, view_name from duckdb_views() where not internal",
        )
    }


HISTORY = {
    "history.extracts",
    "history.budgets_seen",
    "history.decision_log",
    "history.runs",
    "results.runs",
}
ALL = HISTORY | {
    "features.adset_features",
    "results.account_daily",
    "results.budget_allocations",
    "results.budgets",
    "results.decision_log",
    "results.seen_before",
}


def test_a_build_publishes_its_marked_tables_history_and_date_files(warehouse):
    assert dbt("build")
    assert tables(warehouse) == ALL
    [(run_id, as_of, through, customer, published)] = query(
        warehouse,
        "select run_id, as_of::text, data_through::text, customer, tables from results.runs",
    )
    assert (as_of, through, customer) == ("2026-03-02", "2026-03-01", "moprobo")
    assert {f"{name}" for name in published} == ALL - HISTORY
    assert query(warehouse, "select distinct run_id from features.adset_features") == [(run_id,)]
    files = sorted((warehouse.parent / "datasets/moprobo/meta/features").iterdir())
    assert len(files) == 40
    assert files[-1].name == "2026-03-01.parquet"
    assert duckdb.sql(f"select date_day::text, spend from '{files[-1]}'").fetchall() == [
        ("2026-03-01", 5)
    ]
    assert [path.name for path in files[0].parents[1].iterdir()] == ["features"]
    # the tools that people open it with lag behind; a file keeps the version that it was made with
    assert dbt("build")
    [(written_for,)] = query(
        warehouse,
        "select tags['storage_version'] from duckdb_databases() where not internal",
    )
    assert written_for == "v1.4.0+"


def test_a_failing_test_publishes_nothing(warehouse):
    Path("fail").touch()
    assert not dbt("build")
    assert not (warehouse / LIVE).exists()
    Path("fail").unlink()
    assert dbt("build")
    before = state(warehouse)
    set_day(Path(), "2026-03-03", 9)
    Path("fail").touch()
    assert not dbt("build")
    assert state(warehouse) == before


def test_a_retry_publishes_nothing_for_it_builds_only_what_had_failed(warehouse):
    assert dbt("build")
    before = state(warehouse)
    Path("day.csv").unlink()
    assert not dbt("build")
    set_day(Path(), "2026-03-03", 9)
    assert dbt("retry")
    assert state(warehouse) == before


def state(warehouse):
    folder = warehouse.parent / "datasets/moprobo/meta/features"
    return {
        file: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in [warehouse / LIVE, *folder.iterdir()]
    }


def test_a_build_that_only_tries_settings_publishes_nothing(warehouse):
    assert dbt("build")
    before = state(warehouse)
    set_day(Path(), "2026-03-03", 9)
    assert dbt("build", "--vars", "config_file: some.yaml")
    assert state(warehouse) == before


def test_commands_other_than_build_and_empty_builds_publish_nothing(warehouse):
    assert dbt("run")
    assert dbt("test")
    assert dbt("compile")
    assert dbt("docs", "generate")
    assert dbt("build", "--empty")
    assert dbt("build", "--select", "int_as_of")
    assert not (warehouse / LIVE).exists()


def test_partial_builds_publish_only_their_tables_and_keep_the_others(warehouse):
    assert dbt("build", "--select", "+budgets")
    assert tables(warehouse) == HISTORY | {"results.budgets"}
    [(first,)] = query(warehouse, "select run_id from results.runs")
    assert dbt("build", "--select", "+account_daily")
    assert tables(warehouse) == HISTORY | {
        "results.budgets",
        "results.account_daily",
        "features.adset_features",
    }
    assert query(warehouse, "select run_id from results.budgets") == [(first,)]
    assert dbt("build", "--select", "account_daily")
    owned = [tables for (tables,) in query(warehouse, "select tables from results.runs")]
    assert owned == [["results.budgets"], ["features.adset_features"], ["results.account_daily"]]
    # each table carries the id of the run that owns it
    assert query(
        warehouse,
        """
        select count(*) from results.runs
        where run_id in (select run_id from features.adset_features)
            and tables = ['features.adset_features']
        """,
    ) == [(1,)]


def test_history_accumulates_and_a_morning_seen_again_is_replaced(warehouse):
    seen = "select seen_on::text, spend from history.extracts order by seen_on"
    assert dbt("build")
    set_day(Path(), "2026-03-02", 6)
    assert dbt("build", "--full-refresh")
    assert query(warehouse, seen) == [("2026-03-02", 6)]
    # the build file is disposable, the history is in the published file
    (warehouse / ".build" / LIVE).rename(warehouse / ".build" / "gone")
    set_day(Path(), "2026-03-03", 7)
    assert in_a_process("build") == 0
    assert query(warehouse, seen) == [("2026-03-02", 6), ("2026-03-03", 7)]
    assert query(warehouse, "select mornings from results.seen_before") == [(1,)]
    assert query(warehouse, "select count(*) from history.budgets_seen") == [(2,)]
    assert query(warehouse, "select count(*) from history.runs") == [(3,)]
    # without the models that the history is made from, nothing is appended to it
    assert dbt("build", "--select", "account_daily")
    assert query(warehouse, "select count(*) from history.extracts") == [(2,)]
    assert query(warehouse, "select count(*) from history.runs") == [(4,)]


def test_the_decision_log_keeps_every_run_of_a_morning(warehouse):
    log = "select recommended_budget from results.decision_log order by recommended_budget"
    assert dbt("build")
    assert query(warehouse, log) == [(5,)]
    set_day(Path(), "2026-03-02", 6)
    # where the log itself is not built, its view in the published file is up to date all the same
    assert dbt("build", "--select", "+budget_allocations")
    assert query(warehouse, log) == [(5,), (6,)]
    runs = query(warehouse, "select run_id from history.runs order by published_at")
    logged = query(warehouse, "select run_id from results.decision_log order by recommended_budget")
    assert logged == runs
    # the build file has them, too, for models that ask what was decided before
    set_day(Path(), "2026-03-03", 7)
    assert dbt("build")
    assert query(warehouse, log) == [(5,), (6,), (7,)]


def in_a_process(*arguments):
    """Plain dbt as another process; its exit code."""
    command = [sys.executable, "-W", "ignore", "-m", "dbt.cli.main", "--quiet", *arguments]
    return subprocess.run(command, check=False).returncode


def test_customers_do_not_meet(warehouse):
    assert dbt("build", "--vars", "{customer: x}")
    assert not (warehouse / LIVE).exists()
    assert (warehouse / "x_meta.duckdb").exists()


def test_plain_dbt_too_refuses_a_customer_that_is_a_path(warehouse):
    outcome = dbtRunner().invoke(
        ["--log-level", "none", "build", "--vars", "{customer: ../../acme}"]
    )
    assert "'../../acme' cannot name a customer" in str(outcome.exception)
    assert not warehouse.exists()


def test_open_readers_break_no_build_and_keep_what_they_opened(warehouse):
    assert dbt("build")
    with duckdb.connect(str(warehouse / LIVE), read_only=True) as reader:
        set_day(Path(), "2026-03-03", 9)
        assert dbt("build")
        assert reader.execute("select distinct spend from features.adset_features").fetchall() == [
            (5,)
        ]
    assert query(warehouse, "select distinct spend from features.adset_features") == [(9,)]


WRITER = """
import sys, duckdb
live = duckdb.connect(sys.argv[1])
live.execute("create table mine as select 1 as x")
print("open", flush=True)
sys.stdin.readline()
print(live.execute("select distinct spend from features.adset_features").fetchall(), flush=True)
"""


def test_somebody_writing_into_the_published_file_breaks_no_build(warehouse):
    assert dbt("build")
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(warehouse / LIVE)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert writer.stdout.readline() == "open\n"
    set_day(Path(), "2026-03-03", 9)
    assert dbt("build")
    # neither the lock nor the write-ahead log of the writer stands in the way of readers
    assert query(warehouse, "select distinct spend from features.adset_features") == [(9,)]
    assert query(warehouse, "select count(*) from history.extracts") == [(2,)]
    assert writer.communicate("\n", timeout=20)[0] == "[(5,)]\n"
    assert query(warehouse, "select distinct spend from features.adset_features") == [(9,)]


def test_a_published_file_that_is_no_database_is_told_and_stays(warehouse):
    warehouse.mkdir()
    (warehouse / LIVE).write_text("somebody's notes, long enough to be read as a header" * 100)
    outcome = dbtRunner().invoke(["--log-level", "none", "build"])
    assert f"{LIVE} cannot be read; put a copy back, or move it away" in str(outcome.exception)
    assert (warehouse / LIVE).read_text().startswith("somebody's notes")


def test_a_second_build_at_a_time_and_a_broken_build_file_are_one_sentence(warehouse):
    build = warehouse / ".build" / LIVE
    build.parent.mkdir(parents=True)
    build.write_text("not what it should be" * 1000)
    outcome = dbtRunner().invoke(["--log-level", "none", "build"])
    assert f"{LIVE} cannot be opened: delete it" in str(outcome.exception)
    build.unlink()
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(build)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout.readline()
    outcome = dbtRunner().invoke(["--log-level", "none", "build"])
    holder.communicate(b"\n", timeout=20)
    assert "Another build of moprobo is running" in str(outcome.exception)


HOLDER = """
import sys, duckdb
held = duckdb.connect(sys.argv[1])
print("open", flush=True)
sys.stdin.readline()
"""

# for each line publishes once; at the given step the process kills itself, as kill -9 would
KILLED = """
import json, os, signal, sys
from datetime import datetime
from pathlib import Path
import duckdb
from python_jobs.warehouse import publish as module

live, build = Path(sys.argv[1]), sys.argv[2]
columns = {"run_id": "varchar", "started_at": "timestamp", "published_at": "timestamp",
           "customer": "varchar", "platform": "varchar", "as_of": "date", "data_through": "date",
           "package_version": "varchar", "dbt_version": "varchar", "tables": "varchar[]"}

def publish(run_id, moment):
    steps = []

    def step(name):
        if len(steps) == moment:
            os.kill(os.getpid(), signal.SIGKILL)
        steps.append(name)

    class Connection:
        def __init__(self, connection):
            self.connection = connection
        def __getattr__(self, name):
            step(name)
            return getattr(self.connection, name)

    for owner, name in ((os, "fsync"), (Path, "replace"), (Path, "unlink")):
        def wrapped(*arguments, original=getattr(owner, name), name=name, **options):
            step(name)
            return original(*arguments, **options)
        setattr(owner, name, wrapped)

    connection = duckdb.connect(build)
    for table, rows in (("features.a", 1000), ("results.b", 1)):
        connection.execute(
            f"create or replace table {table} as select ? as run_id from range({rows})", [run_id]
        )
    killing = Connection(connection)
    seen = {"run_id": "varchar", "x": "bigint"}
    module.restore_history(killing, live, {"seen": seen, "runs": columns})
    module.publish(killing, live, [("features", "a"), ("results", "b")],
                   [module.Append("seen", ("features", "source"), ["x"])],
                   module.Run(run_id, datetime(2026, 1, 1), "x", "meta", None, None, None, "1"))
    step("published")

for line in sys.stdin:
    child = os.fork()
    if not child:
        publish(*json.loads(line))
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


@pytest.fixture
def publish(tmp_path):
    """Publish as a run that is killed at a step; return the exit code."""
    command = [sys.executable, "-c", KILLED, str(tmp_path / LIVE), str(tmp_path / "build.duckdb")]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, **pipes) as process:

        def publish(run_id, moment):
            print(json.dumps([run_id, moment]), file=process.stdin, flush=True)
            return int(process.stdout.readline())

        yield publish


def test_killed_at_any_step_the_published_file_is_wholly_old_or_wholly_new(tmp_path, publish):
    live = tmp_path / LIVE
    with duckdb.connect(str(tmp_path / "build.duckdb")) as connection:
        connection.execute("create schema features; create schema results")
        connection.execute("create table features.source as select 7::bigint as x")

    never = 10_000
    assert publish("run", never) == 0
    published = ["run"]
    for moment in range(never):
        code = publish(f"run {moment}", moment)
        with duckdb.connect(str(live), read_only=True) as reader:
            [(current,)] = reader.execute("select distinct run_id from features.a").fetchall()
            if current != published[-1]:
                published.append(f"run {moment}")
            # everything in the file is of the one run, and only published runs are remembered
            assert current == published[-1]
            assert reader.execute("select run_id from results.b").fetchall() == [(current,)]
            assert reader.execute("select * from history.seen").fetchall() == [(current, 7)]
            assert reader.execute(
                "select run_id, len(tables) from results.runs order by published_at"
            ).fetchall() == [*((run_id, 0) for run_id in published[:-1]), (current, 2)]
        if code == 0:
            break
        assert code == -signal.SIGKILL
    assert moment > 20
    # the last one killed had been renamed already; all before it had not
    assert published == ["run", f"run {moment - 1}", f"run {moment}"]
    assert sorted(file.name for file in tmp_path.iterdir()) == ["build.duckdb", LIVE]


@pytest.mark.long
def test_killed_in_the_middle_of_a_build_the_results_stay_readable(warehouse):
    # in processes of their own: dbt keeps the build file open as long as its process lives
    assert in_a_process("build") == 0
    before = query(warehouse, "select run_id from results.runs")
    set_day(Path(), "2026-03-03", 9)
    building = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "dbt.cli.main", "-q", "build"]
    )
    log = warehouse / ".build" / f"{LIVE}.wal"
    while not log.exists() and building.poll() is None:
        time.sleep(0.01)
    building.kill()
    assert building.wait() == -signal.SIGKILL
    assert query(warehouse, "select run_id from results.runs") == before
    assert in_a_process("build") == 0
    assert query(warehouse, "select distinct spend from features.adset_features") == [(9,)]

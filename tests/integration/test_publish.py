import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner
from tiny_project import make_project, set_day

from python_jobs.faults.home import Home
from python_jobs.faults.kills import kill_builds
from python_jobs.faults.machine import two_builds

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
    # the tools that people open it with lag behind
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
    DuckDBConnectionManager.close_all_connections()
    (warehouse / ".build" / LIVE).unlink()
    set_day(Path(), "2026-03-03", 7)
    assert dbt("build")
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


def test_two_builds_that_begin_at_once_never_refuse_each_other(project, warehouse, tmp_path):
    home = Home(tmp_path / "home", project)
    home.raw.mkdir(parents=True)
    [(_, told)] = two_builds(home, 1)
    assert told == "1 refused with a sentence, others built"


def test_a_few_builds_killed_at_random_moments_lose_nothing(project, warehouse, tmp_path):
    """`make faults` kills two hundred of the whole project."""
    home = Home(tmp_path / "home", project)

    def arrange(morning):
        home.raw.mkdir(parents=True, exist_ok=True)
        set_day(project, *{"old": ("2026-03-02", 5), "new": ("2026-03-03", 9)}[morning])

    planned = [(0, 0.6), (1, 0.95)]
    assert len(list(kill_builds(home, arrange, planned, tmp_path / "copy"))) == 2


def test_a_publish_step_stopped_anywhere_leaves_tables_of_one_run(tmp_path):
    # in a process of its own, which forks and so may have no threads
    done = subprocess.run(
        [sys.executable, "-m", "python_jobs.faults.publishing", str(tmp_path), "6", "5", "3"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert [line.partition(":")[0] for line in done.stdout.splitlines()] == [
        "publish, kill",
        "publish, full disk",
        "publish, file too large",
        "publish, two at once",
    ]

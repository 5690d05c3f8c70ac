import os
import shutil
from datetime import datetime

import duckdb
import pytest

from python_jobs.faults.publishing import RUNS
from python_jobs.warehouse.publish import Append, NotReadableError, Run, publish, restore_history

SEEN = {"run_id": "varchar", "day": "date", "spend": "double"}


def run(run_id):
    return Run(run_id, datetime(2026, 1, 1), "x", "meta", None, None, None, "1.11")


@pytest.fixture
def build(tmp_path):
    with duckdb.connect(str(tmp_path / "build.duckdb")) as connection:
        connection.execute("create schema results")
        connection.execute(
            "create table results.a as select date '2026-01-01' as day, 1.0 as spend"
        )
        yield connection


@pytest.fixture
def live(tmp_path):
    return tmp_path / "live.duckdb"


def rows(live, query):
    with duckdb.connect(str(live), read_only=True) as reader:
        return reader.execute(query).fetchall()


def test_without_a_published_file_the_history_is_empty_and_typed(build, live):
    restore_history(build, live, {"seen": SEEN, "runs": RUNS})
    assert [c[1] for c in build.execute("describe history.seen").fetchall()] == [
        "VARCHAR",
        "DATE",
        "DOUBLE",
    ]
    assert build.execute("from history.seen").fetchall() == []


def test_a_column_added_later_is_null_in_old_rows_and_one_dropped_goes(build, live):
    append = Append("seen", ("results", "a"), ["day"])
    restore_history(build, live, {"seen": SEEN, "runs": RUNS})
    publish(build, live, [("results", "a")], [append], run("r1"))
    changed = {"run_id": "varchar", "day": "date", "purchases": "bigint"}
    restore_history(build, live, {"seen": changed, "runs": RUNS})
    assert build.execute("select run_id, day::text, purchases from history.seen").fetchall() == [
        ("r1", "2026-01-01", None)
    ]


def test_a_history_table_declared_later_is_added_and_an_unknown_one_is_kept(build, live):
    restore_history(build, live, {"old": SEEN, "runs": RUNS})
    publish(build, live, [("results", "a")], [Append("old", ("results", "a"), ["day"])], run("r1"))
    build.execute("drop table history.old")
    restore_history(build, live, {"seen": SEEN, "runs": RUNS})
    publish(build, live, [("results", "a")], [], run("r2"))
    assert rows(live, "select count(*) from history.old") == [(1,)]
    assert rows(live, "select count(*) from history.seen") == [(0,)]


def test_a_run_that_was_not_published_is_forgotten(build, live):
    restore_history(build, live, {"runs": RUNS})
    publish(build, live, [("results", "a")], [], run("r1"))
    with pytest.raises(duckdb.Error):
        publish(build, live, [("results", "missing")], [], run("r2"))
    assert rows(live, "select run_id from history.runs") == [("r1",)]
    restore_history(build, live, {"runs": RUNS})
    assert build.execute("select run_id from history.runs").fetchall() == [("r1",)]


def test_views_are_published_as_tables_and_names_are_quoted(build, live):
    build.execute('create view results."Order" as from results.a')
    restore_history(build, live, {"runs": RUNS})
    publish(build, live, [("results", "Order")], [], run("r1"))
    assert rows(live, "select table_name from duckdb_tables() where table_name = 'Order'") == [
        ("Order",)
    ]


def test_a_path_with_a_quote_works(build, tmp_path):
    live = tmp_path / "it's.duckdb"
    restore_history(build, live, {"runs": RUNS})
    publish(build, live, [("results", "a")], [], run("r1"))
    publish(build, live, [("results", "a")], [], run("r2"))
    assert rows(live, "select run_id, len(tables) from results.runs order by run_id") == [
        ("r1", 0),
        ("r2", 1),
    ]
    assert rows(live, "select run_id, tables from history.runs order by run_id") == [
        ("r1", ["results.a"]),
        ("r2", ["results.a"]),
    ]


def test_a_run_after_the_clock_was_set_back_is_the_newest_all_the_same(build, live):
    restore_history(build, live, {"runs": RUNS})
    publish(build, live, [("results", "a")], [], run("r1"))
    with duckdb.connect(str(live)) as writer:
        writer.execute("update history.runs set published_at = '2999-01-01'")
    restore_history(build, live, {"runs": RUNS})
    publish(build, live, [("results", "a")], [], run("r2"))
    assert rows(live, "select run_id, published_at::text from results.runs where tables <> []") == [
        ("r2", "2999-01-01 00:00:00.000001")
    ]


def test_what_could_not_be_published_takes_no_room(build, live, monkeypatch):
    restore_history(build, live, {"runs": RUNS})
    publish(build, live, [("results", "a")], [], run("r1"))

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        publish(build, live, [("results", "a")], [], run("r2"))
    assert sorted(file.name for file in live.parent.glob("live*")) == ["live.duckdb"]


def test_a_full_disk_is_not_told_as_a_published_file_that_cannot_be_read(build, live, monkeypatch):
    live.write_text("no database, so that a copy is tried" * 1000)
    with pytest.raises(NotReadableError):
        restore_history(build, live, {"runs": RUNS})

    def full(source, copy):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(OSError, match="No space left"):
        restore_history(build, live, {"runs": RUNS})


def test_a_copy_that_a_kill_left_goes(build, live):
    copy = live.with_name(live.name + ".copy")
    copy.write_text("half of it")
    restore_history(build, live, {"runs": RUNS})
    assert not copy.exists()


def test_a_log_that_a_writer_left_is_not_replayed_into_new_results(build, live):
    restore_history(build, live, {"runs": RUNS})
    publish(build, live, [("results", "a")], [], run("r1"))
    log = live.with_name(live.name + ".wal")
    log.write_bytes(b"left by somebody who wrote into the published file and crashed")
    restore_history(build, live, {"runs": RUNS})
    publish(build, live, [("results", "a")], [], run("r2"))
    assert not log.exists()
    assert rows(live, "select count(*) from results.runs") == [(2,)]


def test_a_history_that_replaces_nothing_keeps_every_run_and_its_view_the_newest(build, live):
    build.execute(
        "create table results.log as select 'not this' as run_id, date '2026-01-01' as day"
    )
    restore_history(build, live, {"log": SEEN, "runs": RUNS})
    append, views = Append("log", ("results", "log"), []), {("results", "logged"): "log"}
    publish(build, live, [], [append], run("r1"), views=views)
    publish(build, live, [], [append], run("r2"))
    logged = "select run_id, day::text, spend from results.logged order by run_id"
    expected = [("r1", "2026-01-01", None), ("r2", "2026-01-01", None)]
    assert rows(live, logged) == expected
    assert rows(live, "select run_id, tables from results.runs") == [
        ("r1", ["results.logged"]),
        ("r2", []),
    ]
    # under another name the file's view still reads the file's own history
    copy = live.with_name("a copy.duckdb")
    copy.write_bytes(live.read_bytes())
    live.unlink()
    with duckdb.connect() as reader:
        reader.execute(f"attach '{copy}' as other (read_only)")
        assert reader.execute(logged.replace("results.", "other.results.")).fetchall() == expected


def test_what_a_run_does_not_make_stays_tables_and_views(build, live):
    restore_history(build, live, {"runs": RUNS})
    build.execute("create schema features; create table features.b as select 'r1' as run_id")
    views = {("results", "all_runs"): "runs"}
    publish(build, live, [("results", "a"), ("features", "b")], [], run("r1"), views=views)
    restore_history(build, live, {"runs": RUNS})
    publish(build, live, [("results", "a")], [], run("r2"))
    assert rows(live, "select run_id from features.b") == [("r1",)]
    assert rows(live, "select run_id from results.all_runs order by published_at") == [
        ("r1",),
        ("r2",),
    ]
    assert rows(live, "select run_id, tables from results.runs") == [
        ("r1", ["features.b", "results.all_runs"]),
        ("r2", ["results.a"]),
    ]

"""The publish step, attacked: `python -m python_jobs.faults.publishing FOLDER EVERY SIZES PAIRS`.

Two tables of a run, one of them with date files, and its history are published; whatever stops it,
what people read is wholly of the run before or wholly of this one.
"""

import itertools
import os
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import duckdb

from python_jobs.faults.home import BrokenError
from python_jobs.faults.steps import (
    Connection,
    How,
    at_once,
    in_child,
    limit_file_sizes,
    stop_at_steps,
)
from python_jobs.warehouse.plugin import Plugin
from python_jobs.warehouse.publish import restore_history

ROWS = 1000
RUNS = {
    "run_id": "varchar",
    "started_at": "timestamp",
    "published_at": "timestamp",
    "customer": "varchar",
    "platform": "varchar",
    "as_of": "date",
    "data_through": "date",
    "package_version": "varchar",
    "dbt_version": "varchar",
    "tables": "varchar[]",
}
"""columns of `history.runs` and their types"""
SEEN = {"run_id": "varchar", "x": "bigint", "day": "date", "told": "varchar"}


class Publisher:
    """Publishes run after run into one folder."""

    def __init__(self, folder: Path) -> None:
        """Publish a first run."""
        settings = {"customer": "acme", "platform": "meta"}
        settings |= {"warehouse": str(folder / "warehouse"), "datasets": str(folder / "datasets")}
        self.plugin = Plugin("warehouse", settings)
        self.features = folder / "datasets" / "acme" / "meta" / "features"
        self.numbers = itertools.count()
        self.last: str | None = None
        self.expect_success()

    def act(self, build: str = "build.duckdb", run: str | None = None) -> None:
        """Publish once; runs in a child process, so that the next run's name is known outside."""
        run = run or self.next
        self.plugin.hold()
        with duckdb.connect(str(self.plugin.builds / build), config={"threads": 1}) as session:
            session.execute("create schema if not exists features")
            for table in ("features.a", "features.b"):
                session.execute(
                    f"create or replace table {table} as select $run as run_id, i as x, "
                    "date '2026-01-01' + (i % 3)::int as day, "
                    f"case when i % 3 > 0 then $run end as told from range({ROWS}) as r (i)",
                    {"run": run},
                )
            connection = Connection(session)
            tables = {"seen": SEEN, "runs": RUNS}
            restore_history(connection, self.plugin.live, tables)
            self.plugin.publish(connection, _request(run))

    @property
    def next(self) -> str:
        """The run that a child would publish."""
        return f"run {0 if self.last is None else int(self.last.split()[1]) + 1}"

    def check(self) -> None:
        """Read what is published and remember which run it is.

        Raises:
            BrokenError: it is not of one run, or not of the last or the next one.

        """
        with duckdb.connect(str(self.plugin.live), read_only=True) as live:
            runs = {r for table in "ab" for (r,) in live.execute(_runs_of(table)).fetchall()}
            counts = [live.execute(_count_of(table)).fetchall() for table in "ab"]
            owners = live.execute(
                "from results.runs select run_id where len(tables) = 2"
            ).fetchall()
            seen = live.execute("select distinct run_id from history.seen").fetchall()
            files = f"'{self.features}/*.parquet'"
            # a day of which every run tells the same keeps its file
            of_files = live.execute(
                f"select distinct told from {files} where told is not null"
            ).fetchall()
            [(in_files,)] = live.execute(f"select count(*) from {files}").fetchall()
        [run] = runs
        expected = [(run,)]
        if counts != [[(ROWS,)]] * 2 or owners != expected or seen != expected:
            raise BrokenError(f"{run}: {counts} rows, {owners} in results.runs, {seen} in history")
        # the files follow the tables: killed between the two they are of the run before
        if run not in (self.last, self.next) or of_files not in (expected, [(self.last,)]):
            raise BrokenError(f"tables of {run}, files of {of_files}, after {self.last}")
        if in_files != ROWS:
            raise BrokenError(f"the files of {run} have {in_files} rows")
        self.last = run

    def expect_success(self) -> None:
        """Publish undisturbed, and nothing but what is published may be there afterwards."""
        if code := in_child(self.act):
            raise BrokenError(f"nothing was published and nothing stood in the way: {code}")
        self.check()
        folders = self.plugin.live.parent, self.features.parent
        left = [file.name for folder in folders for file in folder.iterdir()]
        if sorted(left) != [".build", self.plugin.live.name, self.features.name]:
            raise BrokenError(f"left over: {left}")

    def two_at_once(self) -> None:
        """Publish two runs from files of their own, as where a build's file was deleted.

        Raises:
            BrokenError: both were refused, one is not remembered, or what is read is of both.

        """
        runs = [f"run {os.getpid()}{next(self.numbers)}" for _ in range(2)]
        codes = at_once([partial(self.act, f"{run}.duckdb", run) for run in runs])
        with duckdb.connect(str(self.plugin.live), read_only=True) as live:
            known = live.execute("select run_id from history.runs").fetchall()
            found = {r for table in "ab" for (r,) in live.execute(_runs_of(table)).fetchall()}
            owners = live.execute(
                "from results.runs select run_id where len(tables) = 2"
            ).fetchall()
        published = [(run,) for run, code in zip(runs, codes, strict=True) if not code]
        if not published or set(published) - set(known) or owners != [(run,) for run in found]:
            raise BrokenError(f"{runs} ended with {codes}; known {known}, rows of {found}")
        self.last = found.pop()


def _runs_of(table: str) -> str:
    return f"select distinct run_id from features.{table}"


def _count_of(table: str) -> str:
    return f"select count(*) from features.{table}"


def _request(run: str) -> dict[str, object]:
    return {
        "run_id": run,
        "started_at": "2026-01-01T00:00:00",
        "dbt_version": "1",
        "relations": [["features", "a"], ["features", "b"]],
        "views": [],
        "date_files": [[["features", "a"], "day"]],
        "appends": [{"table": "seen", "source": ["features", "b"], "replaces_on": ["x"]}],
    }


def attack(
    folder: Path, *, every: int = 1, sizes: int = 100, pairs: int = 50
) -> Iterator[tuple[str, int]]:
    """Attack the publish step in every way; give what was tried, and how often.

    Args:
        folder: an empty one.
        every: how many steps lie between two stops.
        sizes: how many limits of the size of a file are tried.
        pairs: how often two publish at once.

    Raises:
        BrokenError: what is read is not what was promised.

    """
    publisher = Publisher(folder)
    hows: tuple[How, ...] = ("kill", "full disk")
    for how in hows:
        yield f"publish, {how}", stop_at_steps(publisher.act, publisher.check, how, every)
        publisher.expect_success()
    largest = publisher.plugin.live.stat().st_size * 2
    limits = range(0, largest, largest // sizes)
    yield "publish, file too large", limit_file_sizes(publisher.act, publisher.check, limits)
    publisher.expect_success()
    for _ in range(pairs):
        publisher.two_at_once()
    yield "publish, two at once", pairs


if __name__ == "__main__":
    every, sizes, pairs = map(int, sys.argv[2:])
    for tried, count in attack(Path(sys.argv[1]), every=every, sizes=sizes, pairs=pairs):
        print(f"{tried}: {count}", flush=True)

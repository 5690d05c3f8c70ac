"""A customer whose builds are hurt, in folders of its own, and what is left of it to read."""

import json
import multiprocessing
import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, NamedTuple, Self

import duckdb
import numpy as np

CUSTOMER = "acme"
OWNERS = "select run_id, tables from results.runs"
DECIDED_BEFORE = {"results.decision_log", "results.recommendation_outcomes"}
"""tables whose `run_id` names the run that decided"""
FOLDERS = {
    "AUTOPILOT_WAREHOUSE": "warehouse",
    "AUTOPILOT_DATASETS": "datasets",
    "AUTOPILOT_CONFIG": "config",
    "AUTOPILOT_RESULTS": "results",
    # not restored: what a kill leaves of dbt's own files is there for all that come after
    "DBT_TARGET_PATH": "../target",
    "DBT_LOG_PATH": "logs",
}
# a child of this server has imported dbt already, and shares no thread and no file with its parent
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["dbt.cli.main", "python_jobs.warehouse.plugin"])


class BrokenError(Exception):
    """What people read is not as promised; the text says how."""


class Content(NamedTuple):
    """What any other cell of a table would change; ids of runs left out."""

    exact: tuple[int | None, ...]
    """number of rows, and of each column without fractions the sum of its hashes"""
    sums: tuple[float | None, ...]
    """of each column of fractions"""

    def is_like(self, other: Self) -> bool:
        """Tell whether all is the same but for the order in which threads add up."""
        if self.exact != other.exact or len(self.sums) != len(other.sums):
            return False
        own, others = (np.array(each.sums, dtype=float) for each in (self, other))
        return np.allclose(own, others, rtol=1e-9, atol=1e-9, equal_nan=True)


@dataclass(frozen=True)
class Published:
    """What people read."""

    runs: tuple[str, ...]
    """ids of the published runs, the oldest first"""
    contents: Mapping[str, Content] = field(hash=False)

    def differing(self, other: Self) -> list[str]:
        """Return the tables that only one of both has, or that differ."""
        both = self.contents.keys() & other.contents.keys()
        alike = {name for name in both if self.contents[name].is_like(other.contents[name])}
        return sorted((self.contents.keys() | other.contents.keys()) - alike)


@dataclass(frozen=True)
class Home:
    """Folders of the customer `acme`, and builds in them."""

    folder: Path
    project: Path
    """where dbt_project.yml lies"""
    arguments: tuple[str, ...] = ()
    """of dbt build"""
    said_in: str = "said"
    """name of the file in which a build leaves what it says"""

    @property
    def live(self) -> Path:
        """The file that people read."""
        return self.folder / "warehouse" / f"{CUSTOMER}_meta.duckdb"

    @property
    def build_file(self) -> Path:
        """The file that dbt builds in."""
        return self.live.parent / ".build" / self.live.name

    @property
    def raw(self) -> Path:
        """Where the exports lie."""
        return self.folder / "datasets" / CUSTOMER / "meta" / "raw"

    def start(self, **environment: str) -> BaseProcess:
        """Begin a build in a process of its own; what it says goes into a file."""
        folders = {name: str(self.folder / folder) for name, folder in FOLDERS.items()}
        process = PROCESSES.Process(
            target=_build,
            args=(self.project, self.folder / self.said_in, folders | environment, self.arguments),
            daemon=True,
        )
        process.start()
        return process

    def build(self, **environment: str) -> int:
        """Build to the end and return the exit code."""
        process = self.start(**environment)
        process.join()
        code = process.exitcode
        return -1 if code is None else code

    @property
    def said(self) -> str:
        """What the last build said."""
        return (self.folder / self.said_in).read_text(encoding="utf-8")

    def published(self) -> Published:
        """Read all that is published.

        Raises:
            BrokenError: a table has rows of another run than `results.runs` says, or the Parquet
                files are of a run that was not published or missing.

        """
        with duckdb.connect(str(self.live), read_only=True) as live:
            owners = {
                table: run
                for run, tables in live.execute(
                    "select run_id, tables from results.runs"
                ).fetchall()
                for table in tables
            }
            runs = live.execute("select run_id from history.runs order by published_at").fetchall()
            views = {
                f"{schema}.{view}"
                for schema, view in live.execute(
                    "select schema_name, view_name from duckdb_views() where not internal"
                ).fetchall()
            }
            contents = {table: _content(live, table, table in views) for table in sorted(owners)}
            for table, run in owners.items():
                found = live.execute(f"select distinct run_id from {table}").fetchall()
                if table not in DECIDED_BEFORE and found not in ([(run,)], []):
                    raise BrokenError(f"{table} is said to be of run {run} and has rows of {found}")
            files = self.raw.parent / "features" / "*.parquet"
            of_files = live.execute(f"select distinct run_id from '{files}'").fetchall()
        # of the run that first wrote what they hold
        if not of_files or not set(of_files) <= set(runs):
            raise BrokenError(f"{files} is of runs {of_files}, published are {runs}")
        return Published(tuple(run for (run,) in runs), contents)

    def keep(self, copy: Path) -> None:
        """Copy the folders to a place from which `restore` brings them back."""
        shutil.copytree(self.folder, copy, symlinks=True)

    def restore(self, copy: Path) -> None:
        """Make the folders what they were when `keep` was called."""
        shutil.rmtree(self.folder)
        shutil.copytree(copy, self.folder, symlinks=True)


def _content(live: duckdb.DuckDBPyConnection, table: str, is_view: bool) -> Content:
    # a log of decisions keeps those of both runs of a morning
    rows = f"(select {'distinct' if is_view else ''} * exclude (run_id) from {table})"
    kinds = [column[:2] for column in live.execute(f"describe from {rows}").fetchall()]
    exact = [f'sum(hash("{column}"))' for column, kind in kinds if kind != "DOUBLE"]
    sums = [f'sum("{column}")' for column, kind in kinds if kind == "DOUBLE"]
    measures = ", ".join(["count(*)", *exact, *sums])
    [told] = live.execute(f"select {measures} from {rows}").fetchall()
    return Content(told[: 1 + len(exact)], told[1 + len(exact) :])


def _build(
    project: Path, said: Path, environment: Mapping[str, str], arguments: tuple[str, ...]
) -> None:
    with said.open("w", encoding="utf-8") as file:
        for stream in (sys.stdout, sys.stderr):
            os.dup2(file.fileno(), stream.fileno())
    os.environ.update(environment)
    os.chdir(project)
    from dbt.cli.main import dbtRunner  # noqa: PLC0415 - where nothing is built it takes a second

    variables = json.dumps({"customer": CUSTOMER})
    options = ["--no-use-colors", "--log-level-file", "info"]
    done: Any = dbtRunner().invoke([*options, "build", "--vars", variables, *arguments])
    if done.exception:
        print(done.exception)
    sys.stdout.flush()
    os._exit(0 if done.success else 1)

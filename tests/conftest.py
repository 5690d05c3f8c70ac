"""Fixtures that tests of several folders use: builds of customers, and data of real accounts."""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner

ROOT = Path(__file__).parents[1]
DEMO = ROOT / "datasets" / "moprobo" / "meta" / "raw"
# for an account that is out of the ordinary in its numbers alone: the tests of single columns run
# on the demo, on accounts of unusual files and on real ones, and take a third of a build
WITHOUT_COLUMN_TESTS = ("--exclude", "test_type:generic", "test_type:unit")


class BuildError(Exception):
    """A build that did not pass; its text is what dbt reported."""


class Project:
    """This project, building one customer after another in folders of its own.

    dbt parses the project once: the folders keep their names and only what lies in them changes.
    With several test processes each named customer is built by one of them and read by all.
    """

    def __init__(self, home: Path, finished: Path) -> None:
        """Build in `home` and keep the results in `finished`, which other processes may share."""
        self.home = home
        self.finished = finished
        self.manifest = None

    def build(
        self,
        name: str,
        raw: Mapping[str, object] | Path,
        *,
        settings: str = "",
        rates: str = "",
        as_of: str | None = None,
        arguments: tuple[str, ...] = ("--exclude-resource-type", "unit_test"),
    ) -> Path:
        """Build a customer once and return its build file; open it read-only.

        Args:
            name: Names the result; asked for again it is not built again.
            raw: A folder, or files by name: text, bytes, a path to copy, or anything else as JSON.
            settings: The customer's `inputs.yaml`.
            rates: The customer's `exchange_rates.csv`.
            as_of: The morning to decide for, as a date.
            arguments: More arguments of `dbt build`.

        Raises:
            BuildError: The build did not pass.

        """
        result = self.finished / f"{name}.duckdb"
        with self.one_at_a_time(name):
            if not result.exists():
                self._fill(raw, settings, rates)
                self._dbt(as_of, arguments)
                shutil.move(self.home / "warehouse" / ".build" / "acme_meta.duckdb", result)
        return result

    @contextmanager
    def one_at_a_time(self, name: str) -> Iterator[None]:
        """Let other test processes wait that come to the same thing meanwhile."""
        with (self.finished / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _fill(self, raw: Mapping[str, object] | Path, settings: str, rates: str) -> None:
        shutil.rmtree(self.home, ignore_errors=True)
        folder = self.home / "datasets" / "acme" / "meta" / "raw"
        config = self.home / "config" / "acme" / "meta"
        folder.mkdir(parents=True)
        config.mkdir(parents=True)
        shutil.copytree(ROOT / "config" / "default", self.home / "config" / "default")
        (config / "inputs.yaml").write_text(settings)
        if rates:
            (config / "exchange_rates.csv").write_text(rates)
        if isinstance(raw, Path):
            raw = {str(file.relative_to(raw)): file for file in raw.rglob("*") if file.is_file()}
        for file_name, content in raw.items():
            file = folder / file_name
            file.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, Path):
                shutil.copyfile(content, file)
            elif isinstance(content, bytes):
                file.write_bytes(content)
            else:
                file.write_text(content if isinstance(content, str) else json.dumps(content))

    def _dbt(self, as_of: str | None, arguments: tuple[str, ...]) -> None:
        folders = {
            "AUTOPILOT_WAREHOUSE": "warehouse",
            "AUTOPILOT_DATASETS": "datasets",
            "AUTOPILOT_CONFIG": "config",
            "DBT_TARGET_PATH": "target",
            "DBT_LOG_PATH": "logs",
        }
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(ROOT)
            for variable, folder in folders.items():
                patch.setenv(variable, str(self.home / folder))
            options = [
                "--log-level",
                "none",
                "--vars",
                json.dumps({"customer": "acme", "as_of": as_of}),
            ]
            if self.manifest is None:
                self.manifest = dbtRunner().invoke(["parse", *options]).result
            done = dbtRunner(manifest=self.manifest).invoke(["build", *options, *arguments])
            DuckDBConnectionManager.close_all_connections()
        if not done.success:
            if done.exception:
                raise done.exception
            failures = [f"{step.node.name}: {step.message}" for step in done.result if step.message]
            raise BuildError("\n".join(f for f in failures if not f.endswith(": OK")))


@pytest.fixture(scope="session")
def project(tmp_path_factory):
    home = tmp_path_factory.mktemp("project")
    in_parallel = "PYTEST_XDIST_WORKER" in os.environ
    finished = tmp_path_factory.getbasetemp().parent if in_parallel else home.with_name("finished")
    finished.mkdir(exist_ok=True)
    return Project(home, finished)


@pytest.fixture(scope="session")
def demo_warehouse(project):
    """The build file of the demo customer, every layer in it and every test run on it."""
    return project.build("demo", DEMO, arguments=("--select", "*"))


@pytest.fixture(scope="session")
def shared_data():
    """Data of real accounts, which lies beside the repository where there is any."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.exists():
        pytest.skip("no data of real accounts here")
    return folder

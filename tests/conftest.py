"""Fixtures that tests of several folders use: builds of customers, and data of real accounts."""

import fcntl
import hashlib
import itertools
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from functools import cached_property
from pathlib import Path

import pytest
from compiled_build import BuildError, CompiledBuild
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest
from dbt.parser.manifest import extended_mashumuro_decoder

from python_jobs.simulation.pipeline import CompiledProject, compile_project

ROOT = Path(__file__).parents[1]
DEMO = ROOT / "datasets" / "moprobo" / "meta" / "raw"
# for an account that is out of the ordinary in its numbers alone, or has hardly any: the tests of
# keys and columns run on the demo, on accounts of unusual files and on real ones, and take long
WITHOUT_COLUMN_TESTS = ("--exclude", "test_type:generic", "test_type:unit")

FOLDERS = {
    "AUTOPILOT_WAREHOUSE": "warehouse",
    "AUTOPILOT_DATASETS": "datasets",
    "AUTOPILOT_CONFIG": "config",
    "DBT_TARGET_PATH": "target",
    "DBT_LOG_PATH": "logs",
}
# the home in whose name dbt parses; its name is as long as those of all others
PARSED = "home_of_dbts"
# nobody reads what dbt says and writes about a build that a test asks for its tables
QUIET = ("--log-level", "none", "--log-level-file", "none", "--no-write-json")
# what is built is always the whole: dbt need not look for tests that lack a parent
WHOLE = ("--indirect-selection", "eager")

# in what dbt compiled it stands for the morning to decide for
MORNING = "the morning"


class Home:
    """The folders of one customer, acme, and dbt in them.

    dbt parses the project once for all homes of all test processes. What it makes of it holds the
    path of the home; those of homes differ in the last letters alone, which are exchanged.
    """

    def __init__(self, path: Path) -> None:
        """Take the folder `path`, which must be as long as that of every other home."""
        self.path = path
        self.raw = path / "datasets" / "acme" / "meta" / "raw"
        self.config = path / "config" / "acme" / "meta"
        self.build_file = path / "warehouse" / ".build" / "acme_meta.duckdb"
        self.published_file = path / "warehouse" / "acme_meta.duckdb"

    def empty(self) -> None:
        """Leave the default settings and nothing else."""
        shutil.rmtree(self.path, ignore_errors=True)
        self.raw.mkdir(parents=True)
        self.config.mkdir(parents=True)
        shutil.copytree(ROOT / "config" / "default", self.path / "config" / "default")

    def go(self, patch: pytest.MonkeyPatch) -> None:
        """Set folders and variables as dbt and our commands need them."""
        patch.chdir(ROOT)
        for variable, folder in FOLDERS.items():
            patch.setenv(variable, str(self.path / folder))

    @cached_property
    def manifest(self) -> Manifest:
        """What dbt makes of the project, a copy of its own."""
        parsed = Home(self.path.with_name(PARSED))
        kept = parsed.path / "target" / "partial_parse.msgpack"
        with one_at_a_time(parsed.path):
            if not kept.exists():
                parsed._parse()
        packed = kept.read_bytes().replace(f"/{PARSED}/".encode(), f"/{self.path.name}/".encode())
        manifest = Manifest.from_msgpack(packed, decoder=extended_mashumuro_decoder)
        manifest.build_flat_graph()
        return manifest

    def _parse(self) -> None:
        with pytest.MonkeyPatch.context() as patch:
            self.go(patch)
            done = dbtRunner().invoke(["parse", *QUIET, *variables_of(None)])
            assert done.success, done.exception

    def dbt(self, *arguments: str, as_of: str | None = None, options: tuple[str, ...] = QUIET):
        """Run a command of dbt with options of its own; return its outcome."""
        with pytest.MonkeyPatch.context() as patch:
            self.go(patch)
            command = [*arguments, *options, *variables_of(as_of)]
            done = dbtRunner(manifest=self.manifest).invoke(command)
            DuckDBConnectionManager.close_all_connections()
        return done


def once(kept: Path, make: Callable[[], str]) -> str:
    """A text that one of all test processes makes, and keeps in a file."""
    with one_at_a_time(kept):
        if not kept.exists():
            kept.write_text(make())
    return kept.read_text()


def variables_of(as_of: str | None) -> list[str]:
    return ["--vars", json.dumps({"customer": "acme", "as_of": as_of})]


@contextmanager
def one_at_a_time(file: Path) -> Iterator[None]:
    """Let other test processes wait that come to the same file meanwhile."""
    with file.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


class Project:
    """This project, building one customer after another in one home.

    With several test processes each named customer is built by one of them and read by all.
    """

    def __init__(self, home: Home) -> None:
        """Build in `home` and keep the results beside it, where other processes see them."""
        self.home = home
        self.finished = home.path.parent

    def build(
        self,
        name: str,
        raw: Mapping[str, object] | Path,
        *,
        settings: str = "",
        rates: str = "",
        as_of: str | None = None,
        arguments: tuple[str, ...] = ("--exclude-resource-type", "unit_test"),
        with_dbt: bool = False,
    ) -> Path:
        """Build a customer once and return its build file; open it read-only.

        Args:
            name: Names the result; asked for again it is not built again.
            raw: A folder, or files by name: text, bytes, a path to copy, or anything else as JSON.
            settings: The customer's `inputs.yaml`.
            rates: The customer's `exchange_rates.csv`.
            as_of: The morning to decide for, as a date.
            arguments: What to build, as arguments of `dbt list`.
            with_dbt: Let dbt build, with its hooks, rather than run what it compiled.

        Raises:
            BuildError: The build did not pass.

        """
        result = self.finished / f"{name}.duckdb"
        with one_at_a_time(result):
            if not result.exists():
                self._fill(raw, settings, rates)
                build = self._build_with_dbt if with_dbt else self._build
                build(as_of, arguments)
                shutil.move(self.home.build_file, result)
        return result

    def compiled(self) -> CompiledProject:
        """What the pipeline runs, compiled by one test process for all."""
        with one_at_a_time(self.finished / "pipeline"):
            return compile_project(ROOT)

    def compile(self, *arguments: str) -> dict[str, str]:
        """What dbt makes of arguments of `dbt compile`: text by name of the model.

        Paths in it are as seen from the home.
        """

        def texts() -> str:
            done = self.home.dbt("compile", *arguments)
            assert done.success, done.exception
            made = {step.node.name: step.node.compiled_code for step in done.result}
            return json.dumps(made).replace(f"{self.home.path}/", "")

        key = hashlib.sha256(json.dumps(["compile", *arguments]).encode()).hexdigest()
        return json.loads(once(self.finished / f"{key}.json", texts))

    def _fill(self, raw: Mapping[str, object] | Path, settings: str, rates: str) -> None:
        self.home.empty()
        (self.home.config / "inputs.yaml").write_text(settings)
        if rates:
            (self.home.config / "exchange_rates.csv").write_text(rates)
        if isinstance(raw, Path):
            raw = {str(file.relative_to(raw)): file for file in raw.rglob("*") if file.is_file()}
        for file_name, content in raw.items():
            file = self.home.raw / file_name
            file.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, Path):
                shutil.copyfile(content, file)
            elif isinstance(content, bytes):
                file.write_bytes(content)
            else:
                file.write_text(content if isinstance(content, str) else json.dumps(content))

    def _build(self, as_of: str | None, arguments: tuple[str, ...]) -> None:
        compiled = once(self.finished / "compiled.json", self._compile)
        key = hashlib.sha256(json.dumps(arguments).encode()).hexdigest()
        names = once(self.finished / f"{key}.json", lambda: self._names(arguments))
        own = compiled.replace(f"/{PARSED}/", f"/{self.home.path.name}/")
        own = own.replace(f"'{MORNING}'", f"'{as_of}'" if as_of else "null")
        with pytest.MonkeyPatch.context() as patch:
            self.home.go(patch)
            build = CompiledBuild.from_dict(json.loads(own))
            build.run(ROOT, self.home.build_file, json.loads(names))

    def _compile(self) -> str:
        home = Home(self.home.path.with_name(PARSED))
        done = home.dbt("compile", "--exclude", "test_type:unit", *WHOLE, as_of=MORNING)
        assert done.success, done.exception
        nodes = [step.node for step in done.result]
        return json.dumps(asdict(CompiledBuild.from_dbt(home.manifest, nodes)))

    def _names(self, arguments: tuple[str, ...]) -> str:
        done = self.home.dbt("list", "--output", "name", *WHOLE, *arguments)
        assert done.success, done.exception
        return json.dumps(done.result)

    def _build_with_dbt(self, as_of: str | None, arguments: tuple[str, ...]) -> None:
        done = self.home.dbt("build", *WHOLE, *arguments, as_of=as_of)
        if not done.success:
            if done.exception:
                raise done.exception
            failures = [f"{step.node.name}: {step.message}" for step in done.result if step.message]
            raise BuildError("\n".join(f for f in failures if not f.endswith(": OK")))


@pytest.fixture(scope="session")
def new_home(tmp_path_factory):
    """Makes homes of customers, which are gone when the tests are done."""
    base = tmp_path_factory.getbasetemp()
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    shared = (base.parent if worker else base) / "shared"
    shared.mkdir(exist_ok=True)
    process = int((worker or "gw0").removeprefix("gw"))
    numbers = itertools.count()

    def make() -> Home:
        home = Home(shared / f"home_{process:03}_{next(numbers):03}")
        home.empty()
        return home

    return make


@pytest.fixture(scope="session")
def project(new_home):
    return Project(new_home())


@pytest.fixture(scope="session")
def demo_warehouse(project):
    """The build file of the demo customer, every layer in it and every data test run on it."""
    everything = ("--select", "*", "--exclude-resource-type", "unit_test")
    return project.build("demo", DEMO, arguments=everything, with_dbt=True)


@pytest.fixture(scope="session")
def shared_data():
    """Data of real accounts, which lies beside the repository where there is any."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.exists():
        pytest.skip("no data of real accounts here")
    return folder

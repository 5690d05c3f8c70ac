"""The project's own SQL, from staging to what a decision reads, on tables in memory.

A closed loop decides hundreds of times for one account; a dbt build takes seconds for each. So dbt
compiles the project once, and this runs the compiled text of every model between staging and
`decision_inputs`, or whatever else is asked for, on tables that stand for staging (`tables.py`). No
transformation exists a second time.
"""

import graphlib
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from operator import itemgetter
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from python_jobs.warehouse.publish import Append, append_rows

BACKTEST = "backtest"
GIVEN = ("landing", "staging")
TARGETS = ("decision_inputs", "backtest_panel", "backtest_folds", "backtest_response")
CODE_FOLDERS = ("models", "macros", "seeds")
NODE = (  # of a model or seed in dbt's manifest
    "name",
    "alias",
    "database",
    "schema",
    "language",
    "original_file_path",
    "depends_on",
    "compiled_code",
)
CONFIG = ("materialized", "column_types", "meta")
# of a model that is kept by file or day: what the macros `is_new_file` and `changed_from` read,
# what tells it, and the rows that `forget_what_changed` deletes
KEPT_BY = {
    "file": (
        "kept_files",
        "select coalesce(list(file_id), []) from landing.landing_file_states where is_kept",
        "file_id not in (select unnest(getvariable('kept_files')))",
    ),
    "day": (
        "changed_from",
        "select changed_from from staging.stg_meta__changed_from",
        "date_day >= getvariable('changed_from')",
    ),
}


@dataclass(frozen=True)
class Model:
    """A compiled model."""

    schema: str
    name: str
    materialized: str
    """'table', 'view' or 'incremental', which in Python is by file"""
    code: str
    """a query, or the module of a model in Python"""
    is_python: bool = False
    kept_by: str | None = None
    """'file' or 'day' of a query that is incremental"""


@dataclass(frozen=True)
class Seed:
    """A seed file and the type of each of its columns."""

    schema: str
    name: str
    path: str
    """relative to the project"""
    columns: dict[str, str]


@dataclass(frozen=True)
class CompiledProject:
    """What it takes to run the project's SQL without dbt."""

    database: str
    """the database name that the compiled text uses"""
    models: tuple[Model, ...]
    """each after those it reads"""
    seeds: tuple[Seed, ...]
    history: dict[str, dict[str, str]]
    """tables of schema `history`: column -> type"""
    appends: tuple[Append, ...]
    """what each build adds to the history"""
    inputs: tuple[tuple[str, str], ...]
    """schema and name of every other table that the models read"""


def compile_project(
    project: Path, targets: Sequence[str] = TARGETS, *, given: Sequence[str] = GIVEN
) -> CompiledProject:
    """Compile the dbt project in `project`, once for each version of its code.

    What dbt made is kept under `target/pipeline`, named by a hash of the code it was made from. Of
    it the models that lead to `targets` are returned, and those that the history is made of;
    models of the layers `given`, or of these names, are inputs.

    Raises:
        RuntimeError: dbt could not compile the project; the message holds what dbt said.

    """
    kept = project / "target" / "pipeline" / f"{_code_hash(project)}.json"
    if not kept.exists():
        manifest = _manifest(project)
        kept.parent.mkdir(parents=True, exist_ok=True)
        new = kept.with_suffix(f".{os.getpid()}")
        new.write_text(json.dumps(manifest))
        new.replace(kept)
    return _read_manifest(json.loads(kept.read_text()), targets, given)


class Pipeline:
    """The project's models on tables in memory, with the history that builds leave behind."""

    def __init__(self, compiled: CompiledProject, project: Path) -> None:
        """Open an empty warehouse in memory with the project's seeds and an empty history."""
        self.compiled = compiled
        self.connection = duckdb.connect()
        self._made: set[str] = set()
        # as profiles.yml has it, but for threads: tables this small are done before a second starts
        self.connection.execute(
            "set TimeZone = 'UTC'; set preserve_insertion_order = false; set threads = 1"
        )
        self.connection.execute(f"attach ':memory:' as \"{compiled.database}\"")
        self.connection.execute(f'use "{compiled.database}"')
        schemas = {schema for schema, _ in compiled.inputs} | {"history"}
        schemas |= {model.schema for model in compiled.models}
        schemas |= {seed.schema for seed in compiled.seeds}
        for schema in sorted(schemas):
            self.connection.execute(f'create schema if not exists "{schema}"')
        for seed in compiled.seeds:
            columns = ", ".join(f"'{name}': '{kind}'" for name, kind in seed.columns.items())
            self.connection.execute(
                f'create table "{seed.schema}"."{seed.name}" as '
                f"from read_csv(?, header = true, columns = {{{columns}}})",
                [str(project / seed.path)],
            )
        for table, types in compiled.history.items():
            columns = ", ".join(f'"{name}" {kind}' for name, kind in types.items())
            self.connection.execute(f'create table history."{table}" ({columns})')

    def build(
        self,
        tables: Mapping[tuple[str, str], pa.Table],
        *,
        with_backtest: bool = False,
        only: Collection[str] | None = None,
    ) -> None:
        """Run every model on `tables`, which must hold each of `compiled.inputs`.

        Those of the backtest only `with_backtest`; and where names are given, `only` these.

        Afterwards `connection` answers queries on `allocation.decision_inputs` and the rest.
        `features.holder_features` is a view: who asks for one decision date has only this one
        worked out.

        Raises:
            ValueError: tables are missing; the message names them.

        """
        missing = [
            f"{schema}.{name}"
            for schema, name in self.compiled.inputs
            if (schema, name) not in tables
        ]
        if missing:
            raise ValueError(f"tables that the models read are missing: {', '.join(missing)}")
        for schema, name in self.compiled.inputs:
            self.connection.register(f"given {schema}.{name}", tables[schema, name])
            if name not in self._made:
                self.connection.execute(
                    f'create or replace view "{schema}"."{name}" as from "given {schema}.{name}"'
                )
                self._made.add(name)
        for model in self.compiled.models:
            if model.schema == BACKTEST and not with_backtest:
                continue
            if only is not None and model.name not in only:
                continue
            name = f'"{model.schema}"."{model.name}"'
            if model.is_python:
                self._run_python(model, name)
            elif model.kept_by:
                self._take_in(model, name, *KEPT_BY[model.kept_by])
            elif model.materialized == "table" or model.name not in self._made:
                self.connection.execute(
                    f"create or replace {model.materialized} {name} as {model.code}"
                )
            self._made.add(model.name)

    def _run_python(self, model: Model, name: str) -> None:
        """Run a model in Python as dbt does: `dbtObj` is what dbt's compiler adds to it."""
        module: dict[str, Any] = {}
        exec(model.code, module)  # noqa: S102
        dbt = module["dbtObj"](lambda read: self.connection.sql(f"from {read}"))
        if model.materialized == "incremental" and model.name in self._made:
            self.connection.execute(
                f"delete from {name} where file_id not in "
                "(select file_id from landing.landing_inventory)"
            )
            dbt.is_incremental = True
            module["model"](dbt, self.connection).insert_into(name)
            return
        rows: duckdb.DuckDBPyRelation = module["model"](dbt, self.connection)
        self.connection.execute(f"drop table if exists {name}")
        rows.create(name)

    def _take_in(
        self, model: Model, name: str, variable: str, told_by: str, is_replaced: str
    ) -> None:
        """Run a model that is kept by file or day, of which only what changed is made anew."""
        [(told,)] = self.connection.execute(told_by).fetchall()
        if model.name not in self._made or told in ([], date.min):
            self.connection.execute(f"create or replace table {name} as {model.code}")
            return
        self.connection.execute(
            f"set variable {variable} = ({told_by}); delete from {name} where {is_replaced}; "
            f"insert into {name} {model.code}; set variable {variable} = null"
        )

    def make_anew(self) -> None:
        """Keep nothing of what the next build could keep."""
        self._made -= {model.name for model in self.compiled.models if model.kept_by}

    def remember(self, run_id: str) -> None:
        """Add what the last build saw to the history, as publishing does, less what was decided."""
        for append in self.compiled.appends:
            append_rows(self.connection, append, run_id)


def _code_hash(project: Path) -> str:
    digest = hashlib.sha256((project / "dbt_project.yml").read_bytes())
    digest.update(Path(__file__).read_bytes())
    for path in sorted(_code_files(project)):
        digest.update(path.relative_to(project).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _code_files(project: Path) -> Iterable[Path]:
    for folder in CODE_FOLDERS:
        yield from (path for path in (project / folder).rglob("*") if path.is_file())


def _manifest(project: Path) -> dict[str, Any]:
    """Let dbt compile the project in a process and folders of its own: what of it is read here."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(  # noqa: S603
            [
                sys.executable,
                "-W",
                "ignore",  # dbt's package is imported before its module is run, which Python notes
                "-m",
                "dbt.cli.main",
                "--quiet",
                "--no-use-colors",
                "compile",
                "--target-path",
                folder,
                "--log-path",
                folder,
                "--no-partial-parse",
            ],
            cwd=project,
            env={**os.environ, "AUTOPILOT_WAREHOUSE": folder},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"dbt compile failed: {done.stdout[-2000:]}{done.stderr[-2000:]}")
        manifest = json.loads((Path(folder) / "manifest.json").read_text())
    nodes = {
        key: _only(node, NODE) | {"config": _only(node["config"], CONFIG)}
        for key, node in manifest["nodes"].items()
        if node["resource_type"] in ("model", "seed")
    }
    return {"nodes": nodes, "sources": manifest["sources"]}


def _only(values: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: values.get(name) for name in names}


def _read_manifest(
    manifest: dict[str, Any], targets: Sequence[str], given: Sequence[str]
) -> CompiledProject:
    nodes = manifest["nodes"]
    sources = [source for source in manifest["sources"].values() if source["schema"] == "history"]
    appended_from = {source["config"]["meta"].get("appended_from") for source in sources}
    models: dict[str, Any] = {}

    def is_given(node: dict[str, Any]) -> bool:
        return node["schema"] in given or node["name"] in given

    ahead = [
        key
        for key, node in nodes.items()
        if node["name"] in targets
        or (node["name"] in appended_from and node["schema"] == "intermediate")
    ]
    while ahead:
        key = ahead.pop()
        if key not in models and key.startswith("model.") and not is_given(nodes[key]):
            models[key] = nodes[key]
            ahead += nodes[key]["depends_on"]["nodes"]
    reads = {key: node["depends_on"]["nodes"] for key, node in models.items()}
    order = graphlib.TopologicalSorter(
        {key: [parent for parent in parents if parent in models] for key, parents in reads.items()}
    ).static_order()
    outside = {parent for parents in reads.values() for parent in parents} - models.keys()
    seeds = [nodes[key] for key in outside if key.startswith("seed.")]
    by_name = {node["name"]: node for node in models.values()}
    configs = {key: node["config"] for key, node in models.items()}
    return CompiledProject(
        database=next(iter(models.values()))["database"],
        models=tuple(
            Model(
                schema=models[key]["schema"],
                name=models[key]["alias"],
                materialized=configs[key]["materialized"],
                code=models[key]["compiled_code"],
                is_python=models[key]["language"] == "python",
                kept_by=configs[key]["meta"].get("kept_by"),
            )
            for key in order
        ),
        seeds=tuple(
            Seed(
                schema=seed["schema"],
                name=seed["alias"],
                path=seed["original_file_path"],
                columns=seed["config"]["column_types"],
            )
            for seed in sorted(seeds, key=itemgetter("name"))
        ),
        history={
            source["name"]: {c["name"]: c["data_type"] for c in source["columns"].values()}
            for source in sources
        },
        appends=tuple(
            Append(
                source["name"],
                (by_name[meta["appended_from"]]["schema"], by_name[meta["appended_from"]]["alias"]),
                tuple(meta["replaces_on"]),
            )
            for source in sources
            # what was decided is no SQL's: whoever decides adds it
            if (meta := source["config"]["meta"]).get("appended_from") in by_name
        ),
        inputs=tuple(
            sorted(
                (nodes[key]["schema"], nodes[key]["alias"])
                for key in outside
                if key.startswith("model.")
            )
        ),
    )

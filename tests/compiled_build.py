"""Builds of customers from what dbt compiles, without dbt.

dbt takes two thirds of a small build for itself, and what it compiles is the same for every
customer but for folders and the morning.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import yaml
from dbt.contracts.graph.manifest import Manifest

from python_jobs.warehouse import kept
from python_jobs.warehouse.publish import restore_history


class BuildError(Exception):
    """A build that did not pass; its text says which steps did not and why."""


@dataclass(frozen=True)
class Step:
    """A seed, a model or a data test."""

    kind: str
    """'seed', 'table', 'view', 'python' or 'test'"""
    name: str
    schema: str
    relation: str
    """what it makes, as SQL names it; empty for a test"""
    code: str
    """SQL, the module of a model in Python, or the path of a seed's file"""
    columns: dict[str, str]
    """column -> type and constraints, of a seed or of a contract that is enforced"""


@dataclass(frozen=True)
class CompiledBuild:
    """The steps of a whole build, each after those it needs, and the history's tables."""

    steps: tuple[Step, ...]
    history: dict[str, dict[str, str]]
    """table -> column -> type"""

    @classmethod
    def from_dbt(cls, manifest: Manifest, compiled: Iterable[Any]) -> "CompiledBuild":
        """Take the seeds of a manifest, and models and data tests in dbt's order."""
        nodes = [node for node in manifest.nodes.values() if node.resource_type == "seed"]
        for kind in ("model", "test"):
            nodes += [node for node in compiled if node.resource_type == kind]
        history = {
            source.name: {column.name: column.data_type for column in source.columns.values()}
            for source in manifest.sources.values()
            if source.source_name == "history"
        }
        return cls(tuple(map(_step, nodes)), history)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "CompiledBuild":
        """Take what `dataclasses.asdict` makes of one."""
        return cls(tuple(Step(**step) for step in values["steps"]), values["history"])

    def run(self, project: Path, file: Path, names: Iterable[str]) -> None:
        """Make the build file `file` by the steps called `names`, as the first build of a customer.

        Raises:
            BuildError: a seed or model failed, or tests found rows.

        """
        profile = yaml.safe_load((project / "profiles.yml").read_text())
        # as many tests run at a time as there are cores; memory is what the environment says it is
        own = {"threads": 1, "memory_limit": "2500MB", "preserve_insertion_order": False}
        settings = profile["autopilot"]["outputs"]["local"]["settings"] | own
        file.parent.mkdir(parents=True, exist_ok=True)
        chosen = set(names)
        failures = []
        with duckdb.connect(str(file)) as connection:
            restore_history(connection, file.with_name("nothing is published"), self.history)
            kept.begin(connection, "nothing was built before")
            for schema in sorted({step.schema for step in self.steps if step.relation}):
                connection.execute(f"create schema if not exists {schema}")
            for step in self.steps:
                if step.name not in chosen:
                    continue
                # of its own, as dbt has it: temporary tables of two models may have one name
                with connection.cursor() as cursor:
                    for setting, value in settings.items():
                        cursor.execute(f"set {setting} = '{value}'")
                    try:
                        found = _run(step, project, cursor)
                    except Exception as error:
                        raise BuildError(f"{step.name}: {error}") from error
                if found:
                    failures.append(f"{step.name}: found {found} rows")
        if failures:
            raise BuildError("\n".join(failures))


def _step(node: Any) -> Step:
    """Read a node of dbt's manifest."""
    kind, code, columns = str(node.resource_type), None, {}
    if kind == "seed":
        code, columns = node.original_file_path, dict(node.config.column_types)
    elif kind == "model":
        kind = "python" if node.language == "python" else node.config.materialized
        kind = kind.replace("incremental", "table")
        if kind == "table" and node.contract.enforced:
            columns = {
                column.name: " ".join([column.data_type, *map(_constraint, column.constraints)])
                for column in node.columns.values()
            }
    return Step(
        kind=kind,
        name=node.name,
        schema=node.schema,
        relation=node.relation_name or "",
        code=code or node.compiled_code,
        columns=columns,
    )


def _constraint(constraint: Any) -> str:
    return str(constraint.type.value).replace("_", " ")


def _run(step: Step, project: Path, cursor: duckdb.DuckDBPyConnection) -> int:
    """Run one step; return how many rows a test found."""
    if step.kind == "test":
        [(found,)] = cursor.execute(f"select count(*) from ({step.code})").fetchall()
        return found
    if step.kind == "seed":
        types = ", ".join(f"'{name}': '{kind}'" for name, kind in step.columns.items())
        file = f"read_csv('{project / step.code}', header = true, columns = {{{types}}})"
        cursor.execute(f"create table {step.relation} as from {file}")
    elif step.kind == "python":
        module: dict[str, Any] = {}
        exec(step.code, module)
        dbt = module["dbtObj"](lambda table: cursor.query(f"select * from {table}"))
        module["model"](dbt, cursor).create(step.relation)
    elif step.columns:
        columns = ", ".join(f'"{name}" {kind}' for name, kind in step.columns.items())
        names = ", ".join(f'"{name}"' for name in step.columns)
        cursor.execute(f"create table {step.relation} ({columns})")
        cursor.execute(f"insert into {step.relation} select {names} from ({step.code})")
    else:
        cursor.execute(f"create {step.kind} {step.relation} as {step.code}")
    return 0

"""Writes docs/tables.md from the models' yml files: `python -m python_jobs.warehouse.reference`."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any

import yaml

from python_jobs.warehouse.units import MEANINGS, unit_of

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "tables.md"

SCHEMAS = {
    "results": "",  # its groups say what they are for
    "features": "Everything known of an ad set or budget holder, one wide row.",
    "backtest": "Past mornings as they were known, and what came of them.",
    "history": "What earlier builds saw and recommended; the only thing that cannot be made again.",
}

HEAD = """\
# Tables

Generated from the yml files beside the models by `python -m python_jobs.warehouse.reference`; do
not edit.

Every table and column of the published file, `warehouse/{customer}_{platform}.duckdb`. The types of
`results`, `features` and `backtest` are contracts that each build enforces; in `results` a name or
type changes only with an entry in the changelog. A table's *key* are the
columns of which it has one row; a build that has two is not published.

| unit | meaning |
|---|---|
"""
CONVENTIONS = """
Null is unknown, 0 is none. Ids are text. `_low` and `_high` are the ends of an 80 % interval unless
the column says otherwise. `_7d` is a window of seven days, `_pct` is per cent. `run_id` of a row is
the run that made it, see `results.runs`. [glossary.md](glossary.md) has the formulas of figures
that several tables share.

"""


def page() -> str:
    """Write the page."""
    groups = {g["name"]: g["description"] for g in _read(ROOT / "models" / "_groups.yml")["groups"]}
    places = [*groups, ""]
    tables = sorted(
        _tables(),
        key=lambda t: (list(SCHEMAS).index(t.schema), places.index(t.group), t.name),
    )
    parts = [HEAD]
    parts += [f"| {unit} | {meaning} |\n" for unit, meaning in MEANINGS.items()]
    parts.append(CONVENTIONS)
    for (schema, group), together in groupby(tables, key=attrgetter("schema", "group")):
        names = ", ".join(f"[{table.name}](#{schema}{table.name})" for table in together)
        parts.append(f"- **{schema}**{f', {group}' if group else ''}: {names}\n")
    for (schema, group), together in groupby(tables, key=attrgetter("schema", "group")):
        parts.append(f"\n## Schema `{schema}`{f': {group}' if group else ''}\n\n")
        parts.append(f"{groups[group] if group else SCHEMAS[schema]}\n")
        parts += map(_text_of, together)
    return "".join(parts)


@dataclass(frozen=True)
class Table:
    """A published table, as its yml file declares it."""

    schema: str
    group: str
    """what its model is for; '' where the whole schema is for one thing"""
    declared: dict[str, Any]

    @property
    def name(self) -> str:
        """Its name in the schema."""
        return str(self.declared["name"])


def _tables() -> Iterator[Table]:
    for schema in ("results", "features", "backtest"):
        for file in (ROOT / "models" / schema).glob("*.yml"):
            for model in _read(file).get("models", []):
                config = model.get("config", {})
                if config.get("meta", {}).get("published", True):
                    yield Table(schema, config.get("group", ""), model)
    for table in _read(ROOT / "models" / "_history.yml")["sources"][0]["tables"]:
        yield Table("history", "", table)
        if table["name"] == "runs":
            still = {"description": "One row per run that a table is still of."}
            yield Table("results", "inputs", table | still)


def _read(file: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.load(file.read_text(encoding="utf-8"), yaml.CSafeLoader)
    return content


def _text_of(table: Table) -> str:
    lines = [f"\n### {table.schema}.{table.name}\n", table.declared["description"].strip() + "\n"]
    key = key_of(table.declared)
    if key:
        lines.append("Key: " + ", ".join(f"`{column}`" for column in key) + ".\n")
    lines += ["| column | type | unit | meaning |", "|---|---|---|---|"]
    for column in table.declared["columns"]:
        name, data_type = column["name"], column["data_type"].replace(" ", "")
        meaning = " ".join(column["description"].split()).replace("|", "\\|")
        lines.append(f"| `{name}` | {data_type} | {unit_of(name, data_type)} | {meaning} |")
    return "\n".join(lines) + "\n"


def key_of(table: dict[str, Any]) -> list[str]:
    """Return the columns of which a table has one row each, as the test of its grain names them."""
    for test in table.get("data_tests", []):
        if isinstance(test, dict) and "unique_combination" in test:
            columns: list[str] = test["unique_combination"]["arguments"]["columns"]
            return columns
    return [c["name"] for c in table["columns"] if {"key", "unique"} & _tests_of(c)][:1]


def published_keys() -> dict[str, list[str]]:
    """Return the key of every published table, by schema and name; [] for those without one."""
    return {f"{table.schema}.{table.name}": key_of(table.declared) for table in _tables()}


def _tests_of(column: dict[str, Any]) -> set[str]:
    """Return names: a test without arguments is its name, else a mapping from its name."""
    return {
        name
        for test in column.get("data_tests", [])
        for name in ([test] if isinstance(test, str) else test)
    }


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")

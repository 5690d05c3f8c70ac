"""Writes docs/tables.md from the models' yml files: `python -m python_jobs.warehouse.reference`."""

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import yaml

from python_jobs.warehouse.units import MEANINGS, unit_of

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "tables.md"

SCHEMAS = {
    "results": "What people read. A name or type changes only with an entry in the changelog.",
    "features": "Everything known of an ad set or budget holder, one wide row.",
    "backtest": "Past mornings as they were known, and what came of them.",
    "history": "What earlier builds saw and recommended; the only thing that cannot be made again.",
}

HEAD = """\
# Tables

Generated from the yml files beside the models by `python -m python_jobs.warehouse.reference`; do
not edit.

Every table and column of the published file, `warehouse/{customer}_{platform}.duckdb`. The types of
`results`, `features` and `backtest` are contracts that each build enforces. A table's *key* are the
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
    tables = sorted(_tables(), key=lambda table: (list(SCHEMAS).index(table[0]), table[1]["name"]))
    parts = [HEAD]
    parts += [f"| {unit} | {meaning} |\n" for unit, meaning in MEANINGS.items()]
    parts.append(CONVENTIONS)
    for schema, of_schema in groupby(tables, key=itemgetter(0)):
        names = [f"[{table['name']}](#{schema}{table['name']})" for _, table in of_schema]
        parts.append(f"- **{schema}**: {', '.join(names)}\n")
    for schema, of_schema in groupby(tables, key=itemgetter(0)):
        parts.append(f"\n# Schema `{schema}`\n\n{SCHEMAS[schema]}\n")
        parts += [_table(schema, table) for _, table in of_schema]
    return "".join(parts)


def _tables() -> Iterator[tuple[str, dict[str, Any]]]:
    """Each published table with its schema, as its yml file declares it."""
    for schema in ("results", "features", "backtest"):
        for file in (ROOT / "models" / schema).glob("*.yml"):
            for model in _read(file).get("models", []):
                if model.get("config", {}).get("meta", {}).get("published", True):
                    yield schema, model
    history = _read(ROOT / "models" / "_history.yml")["sources"][0]["tables"]
    for table in history:
        yield "history", table
        if table["name"] == "runs":
            yield "results", table | {"description": "One row per run that a table is still of."}


def _read(file: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.load(file.read_text(encoding="utf-8"), yaml.CSafeLoader)
    return content


def _table(schema: str, table: dict[str, Any]) -> str:
    lines = [f"\n## {schema}.{table['name']}\n", table["description"].strip() + "\n"]
    key = key_of(table)
    if key:
        lines.append("Key: " + ", ".join(f"`{column}`" for column in key) + ".\n")
    lines += ["| column | type | unit | meaning |", "|---|---|---|---|"]
    for column in table["columns"]:
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
    return [c["name"] for c in table["columns"] if "unique" in c.get("data_tests", [])][:1]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")

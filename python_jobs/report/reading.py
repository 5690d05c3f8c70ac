"""What the report shows: each file of `queries` asked of a published warehouse."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

QUERIES = Path(__file__).with_name("queries")


@dataclass(frozen=True)
class Answer:
    """What one query found.

    Attributes:
        name: Name of its file.
        rows: Its rows, values by column.
        sources: By column, the columns of published tables that it is made of, with blanks between.
        computed: Those of its columns that are not one of these as it stands, but a sum, say.
        is_published: False where the warehouse lacks one of its tables; then there are no rows.

    """

    name: str
    rows: list[dict[str, Any]]
    sources: dict[str, str]
    computed: frozenset[str]
    is_published: bool

    def of(self, account_id: str) -> list[dict[str, Any]]:
        """Rows of one account."""
        return [row for row in self.rows if row["account_id"] == account_id]


def read(warehouse: Path) -> dict[str, Answer]:
    """Ask every query of a published file.

    Raises:
        ValueError: There is no such file.

    """
    if not warehouse.exists():
        raise ValueError(f"{warehouse} is not there; build the customer first.")
    with duckdb.connect(str(warehouse), read_only=True) as published:
        tables = {
            f"{schema}.{table}"
            for schema, table in published.execute(
                "select table_schema, table_name from information_schema.tables"
            ).fetchall()
        }
        return {file.stem: _ask(published, tables, file) for file in sorted(QUERIES.glob("*.sql"))}


def _ask(published: duckdb.DuckDBPyConnection, tables: set[str], file: Path) -> Answer:
    query = file.read_text(encoding="utf-8")
    [[serialized]] = published.execute("select json_serialize_sql(?)", [query]).fetchall()
    [statement] = json.loads(serialized)["statements"]
    read = _tables(statement)
    is_published = set(read.values()) <= tables
    rows = []
    if is_published:
        found = published.execute(query)
        names = [name for name, *_ in found.description]
        rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    selected = {_name(expression): expression for expression in statement["node"]["select_list"]}
    return Answer(
        name=file.stem,
        rows=rows,
        sources={name: _sources(expression, read) for name, expression in selected.items()},
        computed=frozenset(name for name, e in selected.items() if e["class"] != "COLUMN_REF"),
        is_published=is_published,
    )


def _tables(statement: dict[str, Any]) -> dict[str, str]:
    """Tables that a parsed statement reads, by alias."""
    return {
        table["alias"]: f"{table['schema_name']}.{table['table_name']}"
        for table in _parts(statement, "type", "BASE_TABLE")
    }


def _name(expression: dict[str, Any]) -> str:
    name: str = expression["alias"] or expression["column_names"][-1]
    return name


def _sources(expression: dict[str, Any], tables: dict[str, str]) -> str:
    """Columns of tables in an expression, which names each with its table's alias."""
    columns = [part["column_names"] for part in _parts(expression, "class", "COLUMN_REF")]
    return " ".join(dict.fromkeys(f"{tables[alias]}.{column}" for alias, column in columns))


def _parts(tree: Any, key: str, value: str) -> Iterator[dict[str, Any]]:
    """Every mapping of a parsed statement in which the key has the value."""
    if isinstance(tree, dict):
        if tree.get(key) == value:
            yield tree
        tree = list(tree.values())
    if isinstance(tree, list):
        for part in tree:
            yield from _parts(part, key, value)

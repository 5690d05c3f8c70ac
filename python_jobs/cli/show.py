"""Query results on the terminal."""

from decimal import Decimal
from typing import Any

import duckdb
from rich.console import Console
from rich.table import Table
from rich.text import Text


def show_rows(console: Console, connection: duckdb.DuckDBPyConnection, query: str) -> None:
    """Print the rows of a query, numbers to the right, under its column names."""
    rows = connection.execute(query).fetchall()
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    for position, (name, *_) in enumerate(connection.description or []):
        is_number = any(isinstance(row[position], int | float | Decimal) for row in rows)
        justify = "right" if is_number else "left"
        table.add_column(name, justify=justify, overflow="fold")  # type: ignore[arg-type]
    for row in rows:
        table.add_row(*map(_cell, row))
    console.print(table)


def show_lines(console: Console, title: str, lines: list[str]) -> None:
    """Print a list under its title; nothing if it is empty."""
    table = Table.grid(padding=(0, 1, 0, 0))
    for line in lines:
        table.add_row("-", Text(line, overflow="fold"))
    if lines:
        console.print(f"\n{title}", highlight=False)
        console.print(table)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float | Decimal):
        return f"{value:,.2f}"
    return str(value)

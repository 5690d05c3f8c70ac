"""Query results on the terminal."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import duckdb
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

LONGEST_WORD = 18
"""characters; cells up to this length, ids and dates among them, stay on one line"""


def show_rows(console: Console, connection: duckdb.DuckDBPyConnection, query: str) -> None:
    """Print the rows of a query, numbers to the right, under its column names."""
    rows = connection.execute(query).fetchall()
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    for position, (name, *_) in enumerate(connection.description or []):
        cells = [row[position] for row in rows]
        is_number = any(isinstance(cell, int | float | Decimal) for cell in cells)
        table.add_column(
            name,
            justify="right" if is_number else "left",
            overflow="fold",
            no_wrap=max((len(_cell(cell)) for cell in cells), default=0) <= LONGEST_WORD,
        )
    for row in rows:
        table.add_row(*map(_cell, row))
    console.print(table)


def show_blocks(console: Console, connection: duckdb.DuckDBPyConnection, query: str) -> None:
    """Print each row as a paragraph: its first column as headline, the others below it."""
    for headline, *texts in connection.execute(query).fetchall():
        console.print(Text(headline, style="bold"))
        for text in texts:
            console.print(Padding(Text(text), (0, 0, 0, 2)))


def show_lines(console: Console, title: str, lines: Iterable[str]) -> None:
    """Print a list under its title; nothing if it is empty."""
    table = Table.grid(padding=(0, 1, 0, 0))
    for line in lines:
        table.add_row("-", Text(line, overflow="fold"))
    if table.rows:
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

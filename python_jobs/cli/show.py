"""Query results on the terminal."""

from collections.abc import Iterable
from decimal import Decimal
from textwrap import fill
from typing import Any

import duckdb
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

LONGEST_WORD = 18
"""characters; columns up to this width, ids and dates among them, stay on one line"""
LEAST_TEXT = 12
"""characters that a wider column needs at least"""


def show_rows(console: Console, connection: duckdb.DuckDBPyConnection, query: str) -> None:
    """Print the rows of a query, numbers to the right, under its column names."""
    rows = connection.execute(query).fetchall()
    names = [name for name, *_ in connection.description or []]
    texts = [[_cell(cell) for cell in row] for row in rows]
    widths = [
        max((len(line) for row in texts for line in row[at].splitlines()), default=0)
        for at in range(len(names))
    ]
    # short columns stay on one line and leave the rest to the others, unless that is too little
    short = [width for width in widths if width <= LONGEST_WORD]
    needed = sum(short) + len(names) + LEAST_TEXT * (len(names) - len(short))
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    for at, (name, width) in enumerate(zip(names, widths, strict=True)):
        is_number = any(isinstance(row[at], int | float | Decimal) for row in rows)
        is_kept = width <= LONGEST_WORD and needed <= console.width
        table.add_column(
            fill(name, max(width, 1), break_long_words=False) if is_kept else name,
            justify="right" if is_number else "left",
            overflow="fold",
            no_wrap=is_kept,
        )
    for text in texts:
        table.add_row(*text)
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

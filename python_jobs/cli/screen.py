"""Where a command speaks: the terminal or, with `--json`, one document that takes its place."""

import json
import math
import sys
from collections.abc import Sequence
from typing import Any

import duckdb
from rich.console import Console


class Screen(Console):
    """The terminal of a command; asked for JSON it is silent and gathers a document."""

    def __init__(self, *, as_json: bool = False, **options: Any) -> None:
        """Take the options of a rich console."""
        super().__init__(quiet=as_json, **options)
        self.document: dict[str, Any] | None = {} if as_json else None

    def keep(self, name: str, value: Any) -> None:
        """Put a value into the document under a name; nothing where there is none."""
        if self.document is not None:
            self.document[name] = value

    def keep_rows(self, name: str, connection: duckdb.DuckDBPyConnection, query: str) -> None:
        """Put the rows of a query into the document, each as an object by column."""
        if self.document is not None:
            rows = connection.execute(query).fetchall()
            columns = [name for name, *_ in connection.description or []]
            self.document[name] = [dict(zip(columns, row, strict=True)) for row in rows]

    def sentences(self, sentences: Sequence[str]) -> None:
        """Print each on a line of its own, as it is."""
        for sentence in sentences:
            self.print(sentence, markup=False, highlight=False, soft_wrap=True)

    def problems(self, problems: Sequence[str]) -> None:
        """Print what is wrong, or put it into the document; each once."""
        distinct = list(dict.fromkeys(problems))
        self.keep("problems", distinct)
        self.sentences(distinct)

    def close(self) -> None:
        """Write the document to stdout."""
        if self.document is not None:
            text = json.dumps(_plain(self.document), ensure_ascii=False, indent=1)
            sys.stdout.write(text + "\n")


def _plain(value: Any) -> Any:
    """Turn what DuckDB returns into what JSON knows: days as text, money as a number."""
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, str | int | None):
        return value
    if hasattr(value, "isoformat"):
        return value.isoformat()
    number = float(value)
    return number if math.isfinite(number) else None

"""Rows of JSON text from columns: fast, compact, always in the same order."""

import base64
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TextIO

from python_jobs.simulation.curves import Ints
from python_jobs.simulation.history import WINDOW_NAMES

Fragments = list[str]  # one text per row; empty where the row lacks the key


def quoted(value: str) -> str:
    """Return a JSON string."""
    return json.dumps(value, ensure_ascii=False)


def money(cents: int) -> str:
    """Return cents as the API writes amounts: 5339.5, 12, 0.07."""
    whole, part = divmod(cents, 100)
    return f"{whole}.{part:02d}".rstrip("0") if part else str(whole)


def text_field(name: str, values: Iterable[str]) -> Fragments:
    """Return `"name":"value"` for each row."""
    return [f'"{name}":{quoted(value)}' for value in values]


def count_field(name: str, values: Ints) -> Fragments:
    """Return whole numbers as strings."""
    return [f'"{name}":"{value}"' for value in values.tolist()]


def money_field(name: str, cents: Ints) -> Fragments:
    """Return amounts as strings."""
    return [f'"{name}":"{money(value)}"' for value in cents.tolist()]


def ratio_field(name: str, top: Ints, bottom: Ints, scale: float) -> Fragments:
    """Return `scale * top / bottom`; the API leaves a rate out where its denominator is 0."""
    pairs = zip(top.tolist(), bottom.tolist(), strict=True)
    return [f'"{name}":"{scale * a / b:.6f}"' if b else "" for a, b in pairs]


def action_entries(action_type: str, values: Ints) -> Fragments:
    """Return list entries of one action type with a single count (rows,); none where it is 0."""
    head = f'{{"action_type":"{action_type}","value":"'
    return [f'{head}{value}"}}' if value else "" for value in values.tolist()]


def windowed_entries(action_type: str, values: Ints, *, as_money: bool) -> Fragments:
    """Return list entries with the attribution windows; `values` is (rows, windows).

    A window with nothing in it is left out, as the API does.
    """
    head = f'{{"action_type":"{action_type}"'
    names = WINDOW_NAMES[: values.shape[1]]
    entries = [""] * len(values)
    for row in values[:, 0].nonzero()[0].tolist():
        pairs = zip(names, values[row].tolist(), strict=True)
        entries[row] = head + "".join(
            f',"{name}":"{money(value) if as_money else value}"' for name, value in pairs if value
        )
        entries[row] += "}"
    return entries


def list_field(name: str, entries: Sequence[Fragments]) -> Fragments:
    """Return `"name":[...]` of the entries that a row has; nothing where it has none."""
    rows = (",".join(filter(None, parts)) for parts in zip(*entries, strict=True))
    return [f'"{name}":[{row}]' if row else "" for row in rows]


def objects(fields: Sequence[Fragments]) -> Fragments:
    """Return one JSON object per row."""
    return ["{" + ",".join(filter(None, parts)) + "}" for parts in zip(*fields, strict=True)]


def compact(value: Mapping[str, object]) -> str:
    """Return one JSON object on one line."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def write_page(file: TextIO, rows: Sequence[str], first_row: int) -> None:
    """Write one page as the API answers it.

    The link to the next page holds an access token and is left out, as exporters do.
    """
    before = base64.b64encode(str(first_row).encode()).decode()
    after = base64.b64encode(str(first_row + len(rows)).encode()).decode()
    file.write('{"data":[\n')
    file.write(",\n".join(rows))
    file.write(f'\n],"paging":{{"cursors":{{"before":"{before}","after":"{after}"}}}}}}\n')


def write_pages(folder: Path, stem: str, rows: Sequence[str], rows_per_page: int) -> None:
    """Write `{stem}.json`, or `{stem}_page_1.json` and so on where one page is not enough."""
    starts = range(0, max(len(rows), 1), rows_per_page)
    for number, start in enumerate(starts, start=1):
        name = f"{stem}_page_{number}.json" if len(starts) > 1 else f"{stem}.json"
        with (folder / name).open("w", encoding="utf-8", newline="\n") as file:
            write_page(file, rows[start : start + rows_per_page], start)

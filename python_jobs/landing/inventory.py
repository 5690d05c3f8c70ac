"""The list of raw files: what each is and how it will be read."""

import hashlib
import json
import os
import re
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

from python_jobs.landing.columns import FILES
from python_jobs.landing.headers import HeaderNames
from python_jobs.landing.recognise import (
    Names,
    Recognised,
    recognise_csv,
    recognise_json,
    refused,
    skipped,
)

_CHUNK = 1 << 20
_BOM = b"\xef\xbb\xbf"
_DATE_IN_NAME = re.compile(r"(?<!\d)(20\d\d)-?(\d\d)-?(\d\d)(?!\d)")
_NUMBER_AT_END = re.compile(r"(\d+)\)?$")


def list_raw_files(
    session: Any,
    files: Any,
    raw_folder: str,
    meta_headers: Any,
    shopify_headers: Any,
    currencies: Any,
    action_priority: Any,
) -> Any:
    """Relation of `columns.FILES`: one row for each path of `files`, sorted by path."""
    seeds = [
        meta_headers.project("header, canonical").fetchall(),
        shopify_headers.project("header, canonical").fetchall(),
        currencies.project("currency").fetchall(),
        action_priority.project("action_type").fetchall(),
    ]
    names = Names(
        HeaderNames.of(seeds[0], [row[0] for row in seeds[2]], [row[0] for row in seeds[3]]),
        HeaderNames.of(seeds[1]),
    )
    paths = [row[0] for row in files.project("file").fetchall()]
    rows = list_files(paths, raw_folder, names, reader_fingerprint(*seeds))
    columns = ", ".join(f"{column} {kind}" for column, kind in FILES.items())
    session.execute(f"create or replace temp table landing_inventory_rows ({columns})")
    if rows:
        marks = ", ".join("?" * len(FILES))
        session.executemany(f"insert into landing_inventory_rows values ({marks})", rows)
    return session.sql("select * from landing_inventory_rows order by file_path")


def list_files(
    paths: Iterable[str], raw_folder: str, names: Names, fingerprint: str
) -> list[tuple[Any, ...]]:
    """Values of `columns.FILES` for each path, sorted by path.

    `fingerprint` stands for everything but the file that decides what is read from it, so that a
    file is read again when a header seed or this package changes.
    """
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(
            pool.map(lambda path: _row(Path(path), raw_folder, names, fingerprint), sorted(paths))
        )


def reader_fingerprint(*seeds: Iterable[Sequence[Any]]) -> str:
    """Hash of this package's code and the seeds that it reads by."""
    digest = hashlib.sha256()
    for file in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(file.read_bytes())
    for seed in seeds:
        digest.update(repr(sorted(map(tuple, seed), key=repr)).encode())
    return digest.hexdigest()


def _row(path: Path, raw_folder: str, names: Names, fingerprint: str) -> tuple[Any, ...]:
    relative = path.relative_to(raw_folder).as_posix()
    digest, problem = _digest(path)
    found = _recognise(path, relative, names) if problem is None else problem
    size = path.stat().st_size
    file_id = hashlib.sha256(f"{relative}|{size}|{digest}|{fingerprint}".encode()).hexdigest()[:16]
    return (
        file_id,
        relative,
        size,
        digest,
        found.status,
        found.kind,
        found.layout,
        found.message,
        found.unmapped,
        date_in_name(path.stem),
        number_in_name(path.stem),
        str(path),
        json.dumps(found.plan),
    )


def _digest(path: Path) -> tuple[str | None, Recognised | None]:
    """The file's sha256 and, where the file cannot even be opened, why not."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
    except OSError:
        return None, refused("cannot be opened: give yourself the right to read it")
    return digest.hexdigest(), None


def _recognise(path: Path, relative: str, names: Names) -> Recognised:
    if any(part.startswith((".", "~$")) for part in Path(relative).parts):
        return skipped("hidden or temporary: not looked into")
    with path.open("rb") as file:
        head = file.read(_CHUNK)
    if not head.strip():
        return refused("is empty: export it again or take it away")
    if head.startswith(b"PAR1"):
        return skipped("Parquet")
    text = head.removeprefix(_BOM).decode("utf-8", errors="ignore")
    if text.lstrip()[:1] in ("{", "["):
        return recognise_json(text)
    return recognise_csv(text, head.startswith(_BOM), names)


def date_in_name(stem: str) -> date | None:
    """The last date in a file's name, `2026-03-15` or `20260315`: when it was extracted."""
    for year, month, day in reversed(_DATE_IN_NAME.findall(stem)):
        try:
            return date(int(year), int(month), int(day))
        except ValueError:
            continue
    return None


def number_in_name(stem: str) -> int | None:
    """The number that ends a file's name, as in `orders_export_2` or `orders (2)`."""
    number = _NUMBER_AT_END.search(stem)
    return int(number[1]) if number and len(number[1]) < 18 else None

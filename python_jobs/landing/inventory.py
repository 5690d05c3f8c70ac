"""The list of raw files: what each is and how it will be read."""

import codecs
import hashlib
import json
import os
import re
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from python_jobs.landing.columns import FILES
from python_jobs.landing.headers import HeaderNames
from python_jobs.landing.recognise import (
    Names,
    Recognised,
    broken,
    recognise_csv,
    recognise_json,
    recognise_table,
    skipped,
)
from python_jobs.landing.scan import fill

_CHUNK = 1 << 20
_UTF8_MARK = b"\xef\xbb\xbf"
# how files begin that are no UTF-8 text, what they are, and what to do about it
_STARTS = {
    b"PK\x03\x04": "is an Excel workbook or a zip archive: save as CSV UTF-8 or unpack it",
    b"\x1f\x8b": "is compressed: unpack it",
    b"%PDF": "is a PDF: export the same data as CSV",
    b"\xd0\xcf\x11\xe0": "is an old Excel workbook: save the sheet as CSV UTF-8",
    b"\xff\xfe": "is UTF-16 text: save it as CSV UTF-8",
    b"\xfe\xff": "is UTF-16 text: save it as CSV UTF-8",
}
# files of these names ask to be read; others that cannot be are passed over
_JSON = {".json", ".jsonl", ".ndjson"}
_OURS = _JSON | {".csv", ".parquet", ".tsv", ".txt"}
_DATE_IN_NAME = re.compile(r"(?<!\d)(20\d\d)([-_]?)(\d\d)\2(\d\d)(?!\d)")
_NUMBER_AT_END = re.compile(r"(\d{1,17})\)?$")


def list_raw_files(
    session: Any,
    files: Any,
    raw_folder: str,
    *,
    meta_headers: Any,
    shopify_headers: Any,
    activity_headers: Any,
    activity_events: Any,
    currencies: Any,
    action_priority: Any,
    key: str,
) -> Any:
    """Recognise each path of `files`: relation of `columns.FILES`.

    The customer's `key` takes part in the ids of order files: with another key they are read again.
    """
    meta = meta_headers.project("header, canonical").fetchall()
    shopify = shopify_headers.project("header, canonical").fetchall()
    activities = activity_headers.project("header, canonical").fetchall()
    events = activity_events.project("event").fetchall()
    codes = [row[0] for row in currencies.project("currency").fetchall()]
    types = [row[0] for row in action_priority.project("action_type").fetchall()]
    names = Names(
        HeaderNames.of(meta, codes, types), HeaderNames.of(shopify), HeaderNames.of(activities)
    )
    paths = [row[0] for row in files.project("file").fetchall()]
    fingerprint = reader_fingerprint(meta, shopify, activities, events, codes, types)
    rows = list_files(paths, raw_folder, names, fingerprint, key)
    columns = ", ".join(f"{column} {kind}" for column, kind in FILES.items())
    fill(session, "landing_inventory_rows", columns, rows)
    return session.sql("select * from landing_inventory_rows order by file_path")


def list_files(
    paths: Iterable[str], raw_folder: str, names: Names, fingerprint: str, key: str = ""
) -> list[tuple[Any, ...]]:
    """Make the values of `columns.FILES` for each path.

    `fingerprint` stands for all that decides what is read from a file beside the file itself, so
    that every file is read again when a header seed or this package changes.
    """

    def row(path: str) -> tuple[Any, ...]:
        return _row(Path(path), Path(raw_folder), names, fingerprint, key)

    # hashing lets go of the interpreter, so that a thread per core is worth it
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(row, sorted(paths)))


def reader_fingerprint(*seeds: Iterable[Any]) -> str:
    """Hash this package's code and the seeds that it reads by."""
    digest = hashlib.sha256()
    for file in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(file.read_bytes())
    for seed in seeds:
        digest.update(repr(sorted(seed, key=repr)).encode())
    return digest.hexdigest()


def date_in_name(stem: str) -> date | None:
    """Find the last date in a file's name, `2026-03-15` or `20260315`: when it was extracted."""
    for year, _, month, day in reversed(_DATE_IN_NAME.findall(stem)):
        try:
            return date(int(year), int(month), int(day))
        except ValueError:
            continue
    return None


def number_in_name(stem: str) -> int | None:
    """Find the number that ends a file's name, as in `orders_export_2` or `orders (2)`."""
    number = _NUMBER_AT_END.search(stem)
    return int(number[1]) if number else None


def _row(path: Path, raw_folder: Path, names: Names, fingerprint: str, key: str) -> tuple[Any, ...]:
    relative = path.relative_to(raw_folder)
    digest = size = None
    try:
        size = path.stat().st_size
        found = _recognise(path, relative, names)
        if found.status == "read":
            digest, bad_line = _look_through(path, is_text=found.plan["reader"] == "csv")
            if bad_line:
                found = broken(f"is not UTF-8 in line {bad_line}: save it as CSV UTF-8")
    except OSError:
        found = broken("cannot be opened: give yourself the right to read it, or take it away")
    parts = [str(relative), str(size), digest, fingerprint, key if found.kind == "orders" else ""]
    file_id = hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()[:16]
    return (
        file_id,
        relative.as_posix(),
        size,
        digest,
        found.status,
        found.kind,
        found.layout,
        found.message,
        found.stops,
        list(found.unmapped),
        date_in_name(path.stem),
        number_in_name(path.stem),
        str(path),
        json.dumps(found.plan),
    )


def _look_through(path: Path, *, is_text: bool) -> tuple[str, int | None]:
    """Hash a file and find the first line, from 1, that is not UTF-8 if it is to be text.

    JSON is not looked at: its reader does, and pages are the bulk of what there is to read.
    """
    digest = hashlib.sha256()
    decoder = codecs.getincrementaldecoder("utf-8")()
    lines, bad_line = 0, None
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            if is_text and bad_line is None:
                try:
                    decoder.decode(chunk)
                except UnicodeDecodeError as error:
                    bad_line = lines + chunk[: error.start].count(b"\n") + 1
                lines += chunk.count(b"\n")
    if is_text and bad_line is None and decoder.getstate()[0]:
        bad_line = lines + 1
    return digest.hexdigest(), bad_line


def _recognise(path: Path, relative: Path, names: Names) -> Recognised:
    if any(part.startswith((".", "~$")) for part in relative.parts):
        return skipped("is hidden or temporary: not looked into")
    with path.open("rb") as file:
        head = file.read(_CHUNK)
    suffix = path.suffix.lower()
    what = _not_text(head)
    if head.startswith(b"PAR1"):
        found = _recognise_parquet(path, names)
    elif what:
        found = broken(what) if suffix in _OURS else skipped(what)
    elif head.removeprefix(_UTF8_MARK).lstrip()[:1] in (b"{", b"[") or suffix in _JSON:
        found = recognise_json(head)
    else:
        text = head.decode("utf-8-sig", errors="ignore")
        found = recognise_csv(text, head.startswith(_UTF8_MARK), names)
    return found


def _not_text(head: bytes) -> str | None:
    """Say what a file is that cannot be read as UTF-8 text."""
    for start, what in _STARTS.items():
        if head.startswith(start):
            return what
    if not head.strip():
        return "is empty: export it again or take it away"
    if head.removeprefix(_UTF8_MARK).lstrip().startswith(b"<"):
        return "is a web page, perhaps an error page saved under that name: download it again"
    if b"\0" in head:
        return "is a binary file: export the same data as CSV"
    return None


def _recognise_parquet(path: Path, names: Names) -> Recognised:
    try:
        with duckdb.connect() as own:
            described = own.execute("describe select * from read_parquet(?)", [str(path)])
            schema: Sequence[Any] = [(name, kind) for name, kind, *_ in described.fetchall()]
    except duckdb.Error:
        return broken("is no whole Parquet file: download it again")
    found = recognise_table([name for name, _ in schema], names)
    if found.status != "read":
        return found
    plan = {"reader": "parquet", "schema": schema, **found.plan}
    layout = "api_table" if found.layout == "export" else found.layout
    return Recognised("read", found.message, found.kind, layout, plan, found.unmapped)

"""The list of raw files: what each is and how it will be read."""

import hashlib
import json
import os
import re
from collections.abc import Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any

import duckdb

from python_jobs.config.locations import Location
from python_jobs.landing.archives import UnreadableError
from python_jobs.landing.columns import FILES
from python_jobs.landing.databases import duckdb_start
from python_jobs.landing.documents import Document, contents, decoded, documents, plain_copies
from python_jobs.landing.encodings import ENCODINGS, TextCheck, has_mark, is_cp1252
from python_jobs.landing.foreign import foreign_start, is_left_by_system, is_unfinished_download
from python_jobs.landing.headers import HeaderNames
from python_jobs.landing.order_siblings import settle_orders
from python_jobs.landing.places import Place, documents_of, places_of
from python_jobs.landing.recognise import (
    Names,
    Recognised,
    broken,
    recognise_csv,
    recognise_json,
    recognise_lines,
    recognise_table,
    recognise_wrapped_orders,
    skipped,
)
from python_jobs.landing.scan import fill
from python_jobs.landing.siblings import RawTable, settle
from python_jobs.landing.styles import in_style

_UTF8_MARK = b"\xef\xbb\xbf"
# how files begin that are no text, what they are, and what to do about it
_STARTS = {
    b"%PDF": "is a PDF: export the same data as CSV",
    b"\xd0\xcf\x11\xe0": "is an old or protected Excel workbook: save it as .xlsx, unprotected",
}
# files of these names ask to be read; others that cannot be are passed over
_JSON = {".json", ".jsonl", ".ndjson"}
_OURS = _JSON | {".csv", ".parquet", ".tsv", ".txt", ".xlsx", ".zip", ".gz", ".xls"}
_HIDDEN = "is hidden or temporary: not looked into"
_DANGLING = "is a link to a file that is not there: put the file back, or take the link away"
_LEADS_OUT = (
    "is a link out of the raw folder: put the file itself here, or name its folder under "
    "`locations` in the settings"
)
_CLOSED = "cannot be opened: give yourself the right to read it, or take it away"
_AGAIN = "download it again"
_DATE_IN_NAME = re.compile(r"(?<!\d)(20\d\d)([-_]?)(\d\d)\2(\d\d)(?!\d)")
_NUMBER_AT_END = re.compile(r"(\d{1,17})\)?$")
# the number of a page, as in `ad_12.json` and `orders_export_2.csv`; no month or day of a date
_PAGE_NUMBER = re.compile(r"(?<!\D\d{4})(?<!\D\d{4}[-_]\d\d)[ _.-]+\(?\d{1,3}\)?(\.[a-z.]+)?$")


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
    locations: Sequence[Location] = (),
) -> Any:
    """Recognise each path of `files`: relation of `columns.FILES`.

    Tables of `locations` are read beside them. The customer's `key` takes part in the ids of order
    files: with another key they are read again.
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
    # DuckDB lists no links; those to another file of the folder lead to nothing new
    links = [p for p in Path(raw_folder).rglob("*") if p.is_symlink()]
    paths += [str(p) for p in links if not _exists(p) or _leads_out(p, raw_folder)]
    fingerprint = reader_fingerprint(meta, shopify, activities, events, codes, types)
    rows = list_files(paths, raw_folder, names, fingerprint, key, locations=locations)
    columns = ", ".join(f"{column} {kind}" for column, kind in FILES.items())
    fill(session, "landing_inventory_rows", columns, rows)
    return session.sql("select * from landing_inventory_rows order by file_path")


def list_files(
    paths: Iterable[str],
    raw_folder: str,
    names: Names,
    fingerprint: str,
    key: str = "",
    *,
    locations: Sequence[Location] = (),
) -> list[tuple[Any, ...]]:
    """Make the values of `columns.FILES` for each path.

    `fingerprint` stands for all that decides what is read from a file beside the file itself, so
    that every file is read again when a header seed or this package changes.
    """
    places = [Place(Path(path).relative_to(raw_folder).as_posix(), Path(path)) for path in paths]
    # whoever can put a link there must not have read what lies elsewhere
    outside = {place.path for place in places if _leads_out(place.path, raw_folder)}
    places += [place for n, one in enumerate(locations, start=1) for place in places_of(n, one)]
    # hashing lets go of the interpreter, so that a thread per core is worth it
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        by_place = pool.map(lambda place: _found(place, names, outside), sorted(places))
        found = [one for some in by_place for one in some]
    of_orders = settle_orders([(document.name, what, digest) for document, what, digest in found])
    of_reports = settle(
        [
            RawTable(document.name, what, digest)
            for (document, _, digest), (what, _) in zip(found, of_orders, strict=True)
        ]
    )
    settled = [
        (what, with_orders + with_report)
        for (_, with_orders), (what, with_report) in zip(of_orders, of_reports, strict=True)
    ]
    return [
        _row(document, what, digest, [fingerprint, together], key)
        for (document, _, digest), (what, together) in zip(found, settled, strict=True)
    ]


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


def extract_in_name(name: str) -> str:
    """Take the number of a page from a file's name: what is left, all its pages have in common."""
    return _PAGE_NUMBER.sub("", f"/{name.lower()}")


def _found(
    place: Place, names: Names, outside: Collection[Path]
) -> list[tuple[Document, Recognised, str | None]]:
    """Look into a file or place, and at each document in it; into none that lies `outside`."""
    whole = Document(place.path, place.name)
    if place.path in outside:
        return [(whole, broken(_LEADS_OUT), None)]
    try:
        if place.location:
            inside = documents_of(place)
        else:
            # nothing hidden is unpacked
            inside = [whole] if _is_hidden(place.name) else documents(place.path, place.name)
        return [(document, *_looked_at(document, names)) for document in inside]
    except UnreadableError as error:
        return [(whole, broken(str(error)), None)]
    except OSError:
        is_dangling = place.path.is_symlink() and not _exists(place.path)
        return [(whole, broken(_DANGLING if is_dangling else _CLOSED), None)]


def _row(
    document: Document, found: Recognised, digest: str | None, read_by: Sequence[str], key: str
) -> tuple[Any, ...]:
    """Make a row; `read_by` stands for what else decides what is read from the file."""
    parts = [
        document.name,
        str(document.size),
        digest,
        *read_by,
        key if found.kind in ("orders", "order_parts") else "",
    ]
    file_id = hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()[:16]
    folders = reversed(PurePosixPath(document.name).parent.parts)
    dates = [day for day in map(date_in_name, (*document.stems, *folders)) if day]
    numbers = [number for number in map(number_in_name, document.stems) if number is not None]
    is_page = found.kind == "orders" or found.plan.get("reader") == "json"
    return (
        file_id,
        document.name,
        document.size,
        digest,
        found.status,
        found.kind,
        found.layout,
        found.message,
        found.stops,
        list(found.unmapped),
        dates[0] if dates else None,
        numbers[0] if numbers else None,
        extract_in_name(document.name) if is_page else document.name,
        str(document.path),
        json.dumps(found.plan),
    )


def _leads_out(path: Path, folder: str) -> bool:
    """Tell whether a path ends outside of the folder, wherever the folder itself is."""
    return not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))


def _exists(path: Path) -> bool:
    """Tell whether a link leads to a file; one that leads back to itself does not."""
    try:
        return path.exists()
    except RuntimeError:
        return False


def _before_decoding(document: Document) -> Recognised | None:
    """Recognise what is not to be read, whatever it says."""
    if _is_hidden(document.name):
        return skipped(_HIDDEN)
    if is_left_by_system(document.path.name):
        return skipped("is left there by the system: not looked into")
    if is_unfinished_download(document.path.name):
        return broken("is a download that has not finished: let it finish, or take it away")
    problem = document.problem or foreign_start(document.head)
    if problem:
        return (broken if _suffix(document) in _OURS else skipped)(problem)
    return None


def _looked_at(document: Document, names: Names) -> tuple[Recognised, str | None]:
    """Recognise a document, and hash its content if it is to be read."""
    untouched = _before_decoding(document)
    if untouched:
        return untouched, None
    text = document if "sheet" in document.unpack else decoded(document)
    found = _recognise(text, names)
    if found.status != "read":
        return found, None
    try:
        digest, check = _look_through(text, found.plan["reader"])
        if check.is_cut_off:
            line = check.bad_line
            found = broken(f"breaks off in line {line}, in the middle of a letter: {_AGAIN}")
        elif check.bad_line and is_cp1252(contents(document)):
            text = decoded(document, "cp1252")
            found = _recognise(text, names)
        elif check.bad_line:
            named = ENCODINGS[check.encoding]
            found = broken(f"is not {named} in line {check.bad_line}: save it as CSV UTF-8")
    except UnreadableError as error:
        return broken(str(error)), None
    # Postgres writes numbers and dates in one way alone
    is_styled = "columns" in found.plan and "postgres" not in text.unpack
    if found.status == "read" and found.plan["reader"] == "csv" and is_styled:
        has_errors = check.has_errors or check.bad_line is not None or "sheet" in text.unpack
        found = in_style(replace(found, plan={**found.plan, "has_errors": has_errors}), text)
    if found.status == "read":
        found = _in_plain_form(found, document, text)
    return found, digest


def _in_plain_form(found: Recognised, document: Document, text: Document) -> Recognised:
    """Write down how the document is unpacked, and say in which encoding it was taken to be."""
    message, plan = found.message, dict(found.plan)
    if "encoding" in text.unpack and not has_mark(document.head):
        message += f"; taken for {ENCODINGS[text.unpack['encoding']]}, which it does not say"
    if text.unpack:
        plan["unpack"] = text.unpack
    return replace(found, message=message, plan=plan)


def _look_through(document: Document, reader: str) -> tuple[str, TextCheck]:
    """Hash a document and look at its text.

    JSON in UTF-8 is not looked at: its reader does, and pages are the bulk of what there is to
    read.
    """
    digest = hashlib.sha256()
    encoding = document.unpack.get("encoding", "utf-8")
    is_looked_at = encoding != "utf-8" or (reader == "csv" and "sheet" not in document.unpack)
    check = TextCheck(encoding)
    for chunk in contents(document):
        digest.update(chunk)
        if is_looked_at:
            check.feed(chunk)
    check.feed(b"", final=True)
    return digest.hexdigest(), check


def _is_hidden(name: str) -> bool:
    return any(part.startswith((".", "~$")) for part in PurePosixPath(name).parts)


def _suffix(document: Document) -> str:
    """Find how the name ends, without what a compressed file or a sheet's title adds to it."""
    file = document.unpack.get("member", document.path.name)
    return PurePosixPath(file.lower().removesuffix(".gz")).suffix


def _recognise(document: Document, names: Names) -> Recognised:
    head, suffix = document.head, _suffix(document)
    what = _not_text(head)
    of_lines = recognise_lines(head, names) if head.lstrip().startswith(b"{") else None
    if head.startswith(b"PAR1"):
        found = _recognise_parquet(document, names)
    elif of_lines:
        found = of_lines
    elif what:
        found = broken(what) if suffix in _OURS else skipped(what)
    elif head.removeprefix(_UTF8_MARK).lstrip()[:1] in (b"{", b"[") or suffix in _JSON:
        found = recognise_json(head)
        if found.stops and suffix not in _OURS:
            # a text that happens to begin with a bracket
            found = skipped(found.message)
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


def _recognise_parquet(document: Document, names: Names) -> Recognised:
    try:
        schema, row = _parquet_start(document)
    except duckdb.Error:
        return broken("is no whole Parquet file: download it again")
    headers = [name for name, _ in schema]
    first = [cell or "" for cell in row or ()]
    found = recognise_wrapped_orders(headers, first) or recognise_table(headers, names)
    if found.status != "read":
        return found
    plan = {"reader": "parquet", "schema": schema, **found.plan}
    layout = "api_table" if found.layout == "export" else found.layout
    return Recognised("read", found.message, found.kind, layout, plan, found.unmapped)


def _parquet_start(document: Document) -> tuple[list[tuple[str, str]], Sequence[str | None]]:
    """Read the names and types of a Parquet document's columns, and its first row as text."""
    if "duckdb" in document.unpack:
        return duckdb_start(document.path, document.unpack["duckdb"])
    file = (str(document.path), document.unpack)
    with plain_copies([file]) as paths, duckdb.connect() as own:
        described = own.execute("describe select * from read_parquet(?)", paths)
        schema = [(name, kind) for name, kind, *_ in described.fetchall()]
        first = own.execute("select columns(*)::varchar from read_parquet(?) limit 1", paths)
        return schema, first.fetchone() or ()

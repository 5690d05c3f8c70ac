"""Raw files as the documents in them: what DuckDB cannot open, or reads as garbage, in plain form.

Most files are one document, read where it lies. A member of an archive, a sheet of a workbook and a
text that is no UTF-8 are read from a plain copy of it. What a copy is made of is written down as
`unpack`, part of the file's plan:

- `member`: name of a file inside a zip archive
- `gzip`: true for a compressed file
- `sheet`: title of a workbook's sheet, copied as CSV
- `encoding`: of text that is copied as UTF-8
- `duckdb`, `postgres`: schema and name of a table of a database, copied as Parquet or CSV

Order files hold e-mails, so copies lie in a folder that its owner alone can read and are gone once
they have been scanned.
"""

import codecs
import gzip
import lzma
import shutil
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from tempfile import TemporaryFile
from typing import Any, BinaryIO, cast

from python_jobs.landing.archives import (
    UnreadableError,
    chunks_of,
    gzip_size,
    open_member,
    open_zip,
    zip_members,
)
from python_jobs.landing.databases import TABLES, duckdb_tables, is_duckdb, table_rows
from python_jobs.landing.encodings import encoding_of
from python_jobs.landing.scratch import scratch_folder
from python_jobs.landing.workbooks import filled_sheets, sheet_as_csv

HEAD_BYTES = 1 << 20
_ZIP, _GZIP = b"PK\x03\x04", b"\x1f\x8b"
# why a file in a container cannot be read although the container could
_DAMAGED = (zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, lzma.LZMAError, EOFError)
_DAMAGED_ARCHIVE = "is a damaged archive: download it again"
_NO_WORKBOOK = {
    "xl/workbook.bin": "is a binary Excel workbook: save it as .xlsx or CSV UTF-8",
    "content.xml": "is an OpenDocument file: save the sheet as .xlsx or CSV UTF-8",
    "word/document.xml": "is a Word document: not looked into",
    "ppt/presentation.xml": "is a PowerPoint document: not looked into",
}


@dataclass(frozen=True)
class Document:
    """A raw file or a part of one that is read like a file.

    `path` is its place on disk, `name` below the raw folder, `size` in bytes, unpacked. `head` is
    the start of it, as CSV of a sheet. `problem` says why there is nothing to read.
    """

    path: Path
    name: str
    size: int | None = None
    head: bytes = b""
    unpack: Mapping[str, Any] = field(default_factory=dict)
    problem: str | None = None

    @property
    def stems(self) -> tuple[str, ...]:
        """Names of the file inside an archive and of the archive, less their endings."""
        files = [self.unpack["member"]] if "member" in self.unpack else []
        files += [self.unpack[kind][1] for kind in TABLES if kind in self.unpack]
        return tuple(_stem(name) for name in (*files, self.path.name))


def documents(path: Path, name: str) -> list[Document]:
    """List what is in a file. Raises `OSError` where it cannot be opened."""
    whole = Document(path, name, path.stat().st_size)
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    try:
        if head.startswith(_ZIP):
            return _in_zip(whole)
        if head.startswith(_GZIP):
            whole = replace(whole, size=gzip_size(path), unpack={"gzip": True})
            return _in_member(replace(whole, head=_head(whole)))
        if is_duckdb(head):
            return in_duckdb(whole)
    except UnreadableError as error:
        return [replace(whole, problem=str(error))]
    except _DAMAGED:
        return [replace(whole, problem=_DAMAGED_ARCHIVE)]
    return [replace(whole, head=head)]


def in_duckdb(
    whole: Document, schema: str | None = None, tables: Sequence[str] | None = None
) -> list[Document]:
    """List the tables of a database file. Raises `UnreadableError`."""
    return [
        replace(
            whole, name=f"{whole.name}/{'.'.join(table)}", head=b"PAR1", unpack={"duckdb": table}
        )
        for table in duckdb_tables(whole.path, schema, tables)
    ]


def decoded(document: Document, encoding: str | None = None) -> Document:
    """Let a text be read as UTF-8, whatever it is in; `encoding` says what, else its start does."""
    encoding = encoding or encoding_of(document.head)
    if encoding == "utf-8":
        return document
    head = document.head.decode(encoding, "ignore").removeprefix("\ufeff").encode()
    return replace(document, head=head, unpack={**document.unpack, "encoding": encoding})


def contents(document: Document) -> Iterator[bytes]:
    """Read a document's bytes as they stand, of a sheet those of its workbook.

    Raises `UnreadableError` where they are damaged.
    """
    if TABLES & document.unpack.keys():
        yield from table_rows(document.path, document.unpack)
        return
    try:
        with _opened(document.path, document.unpack) as file:
            yield from chunks_of(file)
    except _DAMAGED as error:
        raise UnreadableError(_DAMAGED_ARCHIVE) from error


def plain(path: Path, unpack: Mapping[str, Any]) -> Iterator[bytes]:
    """Read a document in plain form, piece by piece.

    Raises `UnreadableError`, `OSError` or `UnicodeDecodeError` where its file has changed since it
    was looked through.
    """
    if TABLES & unpack.keys():
        yield from table_rows(path, unpack)
        return
    try:
        with _opened(path, unpack) as file:
            if "sheet" in unpack:
                yield from sheet_as_csv(file, unpack["sheet"])
            elif "encoding" in unpack:
                yield from _as_utf8(chunks_of(file), unpack["encoding"])
            else:
                yield from chunks_of(file)
    except _DAMAGED as error:
        raise UnreadableError(_DAMAGED_ARCHIVE) from error


@contextmanager
def plain_copies(files: Sequence[tuple[str, Mapping[str, Any]]]) -> Iterator[list[str]]:
    """Give a path to a plain form of each (path, unpack), for as long as it is needed.

    A copy that cannot be made is left out, and who opens it finds nothing there.
    """
    if not any(unpack for _, unpack in files):
        yield [path for path, _ in files]
        return
    with scratch_folder() as folder:
        paths = []
        for number, (path, unpack) in enumerate(files):
            copy = folder / str(number)
            if unpack:
                _copy(Path(path), unpack, copy)
            paths.append(str(copy) if unpack else path)
        yield paths


def _copy(path: Path, unpack: Mapping[str, Any], copy: Path) -> None:
    try:
        with copy.open("xb") as target:
            target.writelines(plain(path, unpack))
    except (UnreadableError, OSError, UnicodeDecodeError):
        copy.unlink(missing_ok=True)


def _in_zip(whole: Document) -> list[Document]:
    """List the members of an archive, or the sheets where it is a workbook."""
    with open_zip(whole.path) as archive:
        members = zip_members(archive)
    names = {member.filename for member in members}
    if "xl/workbook.xml" in names:
        return _sheets(whole)
    for name, problem in _NO_WORKBOOK.items():
        if name in names:
            return [replace(whole, problem=problem)]
    if not members:
        return [replace(whole, problem="is an empty archive: download it again or take it away")]
    found: list[Document] = []
    for member in members:
        inside = Document(
            whole.path,
            f"{whole.name}/{member.filename}",
            member.file_size,
            unpack={"member": member.filename},
        )
        try:
            found += _in_member(replace(inside, head=_head(inside)))
        except UnreadableError as error:
            found.append(replace(inside, problem=str(error)))
        except _DAMAGED:
            found.append(replace(inside, problem=_DAMAGED_ARCHIVE))
    return found


def _in_member(inside: Document) -> list[Document]:
    """List what is in a file inside an archive: itself, or the sheets of a workbook."""
    if not inside.head.startswith((_ZIP, _GZIP)):
        return [inside]
    if inside.head.startswith(_ZIP):
        with _opened(inside.path, inside.unpack) as file, open_zip(file) as archive:
            if "xl/workbook.xml" in {member.filename for member in zip_members(archive)}:
                return _sheets(inside)
    raise UnreadableError("is an archive inside an archive: unpack it yourself")


def _sheets(book: Document) -> list[Document]:
    with _opened(book.path, book.unpack) as file:
        heads = filled_sheets(file)
    if not heads:
        return [replace(book, problem="is an empty workbook: export it again or take it away")]
    found = []
    for title, head in heads.items():
        # a workbook of one sheet is called what it is called
        name = book.name if len(heads) == 1 else f"{book.name}/{title}"
        found.append(replace(book, name=name, head=head, unpack={**book.unpack, "sheet": title}))
    return found


def _head(document: Document) -> bytes:
    with _opened(document.path, document.unpack) as file:
        return file.read(HEAD_BYTES)


@contextmanager
def _opened(path: Path, unpack: Mapping[str, Any]) -> Iterator[BinaryIO]:
    """Open a document's bytes inside of whatever they are packed in."""
    with ExitStack() as stack:
        file: BinaryIO = stack.enter_context(path.open("rb"))
        if "member" in unpack:
            archive = stack.enter_context(open_zip(file))
            file = cast(BinaryIO, stack.enter_context(open_member(archive, unpack["member"])))
        elif "gzip" in unpack:
            file = cast(BinaryIO, stack.enter_context(gzip.open(file)))
        if "sheet" in unpack and unpack.keys() != {"sheet"}:
            # a workbook is read here and there; the copy has no name and cannot be left behind
            unpacked = stack.enter_context(TemporaryFile())
            shutil.copyfileobj(file, unpacked)
            unpacked.seek(0)
            file = cast(BinaryIO, unpacked)
        yield file


def _as_utf8(chunks: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)()
    for chunk in chunks:
        yield decoder.decode(chunk).encode()
    yield decoder.decode(b"", final=True).encode()


def _stem(name: str) -> str:
    return PurePosixPath(name.removesuffix(".gz")).stem

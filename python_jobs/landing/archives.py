"""What is inside archives, and why one is not opened: they come from strangers.

An archive is judged by what it says of itself before any of it is unpacked; Python's zipfile then
reads no more of a member than its declared size.
"""

import gzip
import re
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, BinaryIO

MAX_MEMBERS = 10_000
MAX_UNPACKED_BYTES = 20_000_000_000
# exports pack 5 to 60 times; a bomb about 1,000 times
MAX_RATIO = 200
# below it no ratio does harm
HARMLESS_BYTES = 50_000_000
_CHUNK = 1 << 20


class UnreadableError(Exception):
    """A file that cannot be used; its text is a sentence that begins after the file's name."""


def open_zip(file: Path | BinaryIO) -> zipfile.ZipFile:
    """Open an archive. Raises `zipfile.BadZipFile` or `OSError`."""
    try:
        return zipfile.ZipFile(file)
    except OSError:
        raise
    except Exception as error:  # zipfile raises whatever its parts raise
        raise zipfile.BadZipFile(str(error)) from error


def open_member(archive: zipfile.ZipFile, name: str) -> IO[bytes]:
    """Open a file in an archive. Raises as `open_zip` does."""
    try:
        return archive.open(name)
    except OSError:
        raise
    except Exception as error:  # as above
        raise zipfile.BadZipFile(str(error)) from error


def zip_members(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """List an archive's files. Raises `UnreadableError` where it is not safe to unpack."""
    members = [member for member in archive.infolist() if not member.is_dir()]
    if len(members) > MAX_MEMBERS:
        raise UnreadableError(
            f"holds {len(members):,} files, more than the {MAX_MEMBERS:,} allowed: unpack it and "
            "take along the exports alone"
        )
    for member in members:
        _check_member(member)
    names = {member.filename for member in members}
    if len(names) < len(members):
        raise UnreadableError("holds two files of one name: unpack it and rename one of them")
    check_size(
        sum(member.file_size for member in members),
        sum(member.compress_size for member in members),
    )
    return members


def check_size(unpacked: int, packed: int) -> None:
    """Raise `UnreadableError` for an archive that is far larger unpacked than exports are."""
    if unpacked > MAX_UNPACKED_BYTES:
        raise UnreadableError(
            f"is more than {MAX_UNPACKED_BYTES // 10**9} GB unpacked: split it into several files"
        )
    if unpacked > max(HARMLESS_BYTES, packed * MAX_RATIO):
        raise UnreadableError(
            f"is more than {MAX_RATIO} times larger unpacked, as no export is: download it again "
            "or unpack it yourself"
        )


def gzip_size(path: Path) -> int:
    """Count a compressed file's bytes. Raises `UnreadableError` where there are far too many."""
    packed, unpacked = path.stat().st_size, 0
    with gzip.open(path) as file:
        for chunk in chunks_of(file):
            unpacked += len(chunk)
            check_size(unpacked, packed)
    return unpacked


def chunks_of(file: BinaryIO | gzip.GzipFile) -> Iterator[bytes]:
    """Read a file piece by piece."""
    while chunk := file.read(_CHUNK):
        yield chunk


def _check_member(member: zipfile.ZipInfo) -> None:
    parts = re.split(r"[\\/]", member.filename)
    if parts[0] == "" or parts[0].endswith(":") or ".." in parts:
        raise UnreadableError("holds a file that points outside of it: unpack it yourself")
    if stat.S_ISLNK(member.external_attr >> 16):
        raise UnreadableError("holds a link to another file: unpack it yourself")
    if member.flag_bits & 1:
        raise UnreadableError("is protected by a password: unpack it yourself")

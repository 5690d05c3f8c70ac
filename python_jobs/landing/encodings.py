"""Which encoding a text is in: UTF-8, UTF-16 of either byte order, else Windows-1252."""

import codecs
import re
from collections.abc import Iterable

from python_jobs.landing.columns import SPREADSHEET_ERRORS

# as people know them
ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "cp1252": "Windows-1252",
}
_MARKS = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_ERROR = re.compile("|".join(map(re.escape, SPREADSHEET_ERRORS)))
# several bytes that are a letter in UTF-8; in Windows-1252 such neighbours do not occur in words
_UTF8_LETTER = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}")


def encoding_of(head: bytes) -> str:
    """Tell a text's encoding by its start; 'utf-8' for what is no text at all."""
    for mark, encoding in _MARKS.items():
        if head.startswith(mark):
            return encoding
    # without a mark every other byte of UTF-16 is 0, wherever it is not Chinese or Japanese
    even, odd = head[::2].count(0), head[1::2].count(0)
    if min(even, odd) == 0 and max(even, odd) * 4 > len(head):
        return "utf-16-le" if odd else "utf-16-be"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        # no text has a zero in it
        return "cp1252" if is_cp1252([head]) and b"\0" not in head else "utf-8"
    return "utf-8"


def has_mark(head: bytes) -> bool:
    """Tell whether a text says by its first bytes that it is UTF-16."""
    return head.startswith(tuple(_MARKS))


def is_cp1252(chunks: Iterable[bytes]) -> bool:
    """Tell whether a text that is no UTF-8 is Windows-1252, and not UTF-8 that got damaged."""
    for chunk in chunks:
        try:
            chunk.decode("cp1252")
        except UnicodeDecodeError:
            return False
        if _UTF8_LETTER.search(chunk):
            return False
    return True


class TextCheck:
    """Finds the first line of a text, from 1, that is not in its encoding.

    `has_errors` tells whether a spreadsheet's error, such as #REF!, stands anywhere in it.
    """

    def __init__(self, encoding: str) -> None:
        """Start before the first line."""
        self.encoding = encoding
        self.bad_line: int | None = None
        self.is_cut_off = False
        self.has_errors = False
        self._lines = 0
        self._decoder = codecs.getincrementaldecoder(encoding)()

    def feed(self, chunk: bytes, *, final: bool = False) -> None:
        """Look at the next bytes; with `final` they are the last ones."""
        if self.bad_line is not None:
            return
        try:
            text = self._decoder.decode(chunk, final)
        except UnicodeDecodeError as error:
            before = chunk[: error.start].decode(self.encoding, "ignore").count("\n")
            self.bad_line = self._lines + before + 1
            self.is_cut_off = final
            return
        self._lines += text.count("\n")
        # the second look is for texts that have the mark in names alone
        self.has_errors = self.has_errors or ("#" in text and bool(_ERROR.search(text)))

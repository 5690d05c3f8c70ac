"""What happens to files on their way: `damaged` makes one change or several, by a seed."""

import gzip
import io
import json
import re
import zipfile
from collections.abc import Callable, Sequence
from random import Random

from fuzzed_files import NASTY

TOKENS = (
    b"\0",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b'"',
    b"'",
    b"\n",
    b"\r",
    b",",
    b";",
    b"\t",
    b"\\",
    b"{",
    b"}",
    b"[",
    b"]",
    b"NaN",
    b"Infinity",
    b"-1e999",
    b"1e308",
    b"9" * 400,
    b"0x1F",
    b"1.234,56",
    b"2026-02-30",
    b"9999-12-31",
    b"0001-01-01",
    b"null",
    b"true",
    b"\\ud83d",
    b"\xf0\x9f\x98",
    b"\xc3",
    b"\xed\xa0\x80",
    b"#REF!",
    b"########",
    b"[" * 600,
    b'{"a":' * 600,
    *(text.encode() for text in NASTY),
)
VALUES = (
    '[]', '{}', 'null', 'true', '1e308', '-1e308', '1e-320', '9' * 40, '"9"', '-0', '""', '" "',
    '"\\u0000"', '"\\ud83d\\ude00"', '[[[[]]]]', '{"value": 1}', '[{"value": "1"}]', '[null]',
    '"2026-03-15"', '"abc"', '"1.2E+17"', '"=1+1"', '[{}]', '{"data": []}', '[1, "a", null]',
)  # fmt: skip


def flipped(content: bytes, draw: Random) -> bytes:
    found = bytearray(content)
    for _ in range(draw.choice((1, 1, 2, 8, 64))):
        found[draw.randrange(len(found))] ^= 1 << draw.randrange(8)
    return bytes(found)


def overwritten(content: bytes, draw: Random) -> bytes:
    found = bytearray(content)
    start = draw.randrange(len(found))
    length = draw.choice((1, 4, 16, 64))
    found[start : start + length] = draw.randbytes(min(length, len(found) - start))
    return bytes(found)


def cut_off(content: bytes, draw: Random) -> bytes:
    return content[: draw.randrange(len(content))]


def without_start(content: bytes, draw: Random) -> bytes:
    return content[draw.randrange(len(content)) :]


def without_middle(content: bytes, draw: Random) -> bytes:
    start = draw.randrange(len(content))
    return content[:start] + content[start + draw.choice((1, 3, 20, 200)) :]


def repeated(content: bytes, draw: Random) -> bytes:
    start = draw.randrange(len(content))
    piece = content[start : start + draw.choice((1, 10, 100, 1000))]
    return content[:start] + piece * draw.choice((2, 3, 50)) + content[start + len(piece) :]


def with_token(content: bytes, draw: Random) -> bytes:
    place = draw.randrange(len(content) + 1)
    return content[:place] + draw.choice(TOKENS) + content[place:]


def lines_moved(content: bytes, draw: Random) -> bytes:
    lines = content.split(b"\n")
    draw.shuffle(lines)
    return b"\n".join(lines)


def lines_repeated(content: bytes, draw: Random) -> bytes:
    lines = content.split(b"\n")
    lines.insert(draw.randrange(len(lines) + 1), draw.choice(lines))
    return b"\n".join(lines)


def twice(content: bytes, draw: Random) -> bytes:
    return content + draw.choice((b"", b"\n", b"\n\n")) + content


def other_delimiter(content: bytes, draw: Random) -> bytes:
    place = draw.randrange(len(content))
    return content[:place] + content[place:].replace(b",", draw.choice((b";", b"\t", b"|", b",,")))


def other_encoding(content: bytes, draw: Random) -> bytes:
    """From some place on, as where files were put together."""
    place = draw.choice((0, draw.randrange(len(content))))
    rest = content[place:].decode("utf-8", "replace")
    encoding = draw.choice(("utf-16", "utf-16-le", "cp1252", "utf-32", "cp1251"))
    return content[:place] + rest.encode(encoding, "replace")


def other_value(content: bytes, draw: Random) -> bytes:
    """One value of a JSON text, or one cell of a table, is another."""
    places = list(re.finditer(rb'(?<=:)\s*("(?:[^"\\]|\\.)*"|-?\d[\d.]*)|(?<=,)[^,\r\n]*', content))
    if not places:
        return content
    place = draw.choice(places)
    return content[: place.start()] + draw.choice(VALUES).encode() + content[place.end() :]


def other_key(content: bytes, draw: Random) -> bytes:
    """One key or header is missing, there twice, or another."""
    places = list(re.finditer(rb'"\w+"(?=:)|(?<=,)[A-Z][\w :()]*(?=[,\r])', content[:2000]))
    if len(places) < 2:
        return content
    place, other = draw.sample(places, 2)
    return content[: place.start()] + other[0] + content[place.end() :]


def in_gzip(content: bytes, draw: Random) -> bytes:
    return flipped(gzip.compress(content, mtime=0), draw)


def in_zip(content: bytes, draw: Random) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        inside = draw.choice(("a.csv", "../a.csv", "/a.csv", "a.json", "xl/workbook.xml", "a.zip"))
        archive.writestr(inside, content)
    return flipped(packed.getvalue(), draw)


def member_changed(content: bytes, draw: Random) -> bytes:
    """A member of an archive is damaged and the archive whole, as of a hostile workbook."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
    except Exception:  # it was damaged before, and zipfile raises whatever its parts raise
        return flipped(content, draw)
    filled = [name for name, inside in members.items() if inside]
    if not filled:
        return content
    chosen = draw.choice(filled)
    if draw.random() < 0.2:
        del members[chosen]
    else:
        members[chosen] = draw.choice(OF_TEXT)(members[chosen], draw)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, inside in members.items():
            archive.writestr(name, inside)
    return packed.getvalue()


def nested(content: bytes, draw: Random) -> bytes:
    """The whole text inside of brackets, a few or thousands."""
    depth = draw.choice((1, 2, 50, 400, 10_000))
    opened, closed = draw.choice(((b"[", b"]"), (b'{"data":', b"}"), (b'{"x":[', b"]}")))
    return opened * depth + content + closed * draw.choice((depth, depth, 0))


def as_text(content: bytes, draw: Random) -> bytes:
    return json.dumps(content.decode("utf-8", "replace")).encode()


OF_TEXT: Sequence[Callable[[bytes, Random], bytes]] = (
    flipped,
    overwritten,
    without_middle,
    repeated,
    with_token,
    with_token,
    lines_moved,
    lines_repeated,
    twice,
    other_delimiter,
    other_encoding,
    other_value,
    other_value,
    other_value,
    other_key,
)
RARE: Sequence[Callable[[bytes, Random], bytes]] = (
    cut_off,
    without_start,
    in_gzip,
    in_zip,
    nested,
    as_text,
)


def damaged(content: bytes, draw: Random) -> bytes:
    for _ in range(draw.choice((1, 1, 1, 2, 3))):
        if not content:
            return content
        if content.startswith(b"PK") and draw.random() < 0.6:
            content = member_changed(content, draw)
        else:
            content = draw.choice(RARE if draw.random() < 0.15 else OF_TEXT)(content, draw)
    return content

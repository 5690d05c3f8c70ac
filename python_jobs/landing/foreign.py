"""Files of other makers and makes: what they are, by their name or by how they begin."""

from collections.abc import Collection

# how files begin that hold no rows as text
_STARTS = {
    b"\xff\xfe\x00\x00": "is UTF-32 text: save it as CSV UTF-8",
    b"\x00\x00\xfe\xff": "is UTF-32 text: save it as CSV UTF-8",
    b"7z\xbc\xaf\x27\x1c": "is compressed as 7z: unpack it",
    b"Rar!": "is compressed as RAR: unpack it",
    b"\x89PNG": "is a picture: export the data that it shows as CSV",
    b"\xff\xd8\xff": "is a picture: export the data that it shows as CSV",
    b"{\\rtf": "is a text document: export the data as CSV",
    b"<?xml": "is XML: export the same data as CSV or JSON",
    b"<<<<<<<": "holds both sides of a merge conflict (<<<<<<<): restore one of them",
    b"version https://git-lfs": "is a pointer of Git LFS and not the file: run git lfs pull",
}
# what Windows, browsers and cloud folders leave beside people's files
_LEFT_BY_SYSTEMS = {"thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r"}
_UNFINISHED = (".crdownload", ".opdownload", ".part", ".partial", ".download")
# keys that one product alone writes
_PRODUCTS = {
    '"resourceName"': "Google Ads",
    '"dimensionHeaders"': "Google Analytics",
    '"stat_time_day"': "TikTok",
    '"pivotValues"': "LinkedIn",
}
# no table of Meta has both
_OTHER_SPEND = {"cost", "total spend"}
_OTHER_LEVELS = {
    "ad group",
    "ad group name",
    "ad group id",
    "campaign state",
    "impr.",
    "cost / conv.",
}


def is_left_by_system(name: str) -> bool:
    """Tell whether a file of this name is one that no person made."""
    return name.lower() in _LEFT_BY_SYSTEMS


def is_unfinished_download(name: str) -> bool:
    """Tell whether a browser gives such a name until the whole file is there."""
    return name.lower().endswith(_UNFINISHED)


def foreign_start(head: bytes) -> str | None:
    """Say what a file is by its first bytes, and what to do; None where they do not tell."""
    return next((what for start, what in _STARTS.items() if head.startswith(start)), None)


def product_of_json(text: str) -> str | None:
    """Name the product that wrote a JSON document; None where its keys do not tell."""
    return next((product for key, product in _PRODUCTS.items() if key in text), None)


def is_of_other_ads(headers: Collection[str]) -> bool:
    """Tell by its normalised headers whether a table is of ads elsewhere than at Meta."""
    return bool(_OTHER_SPEND.intersection(headers) and _OTHER_LEVELS.intersection(headers))

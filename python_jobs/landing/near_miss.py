"""Headers that are nearly known ones: named to the reader, never taken for them."""

from collections.abc import Collection, Iterable, Sequence
from difflib import get_close_matches
from functools import lru_cache
from itertools import islice

from python_jobs.landing.headers import HeaderNames, without_currency

# share of letters in common; at 0.75 "cost per lead" is near to "cost per result"
_CLOSE = 0.8
# of three letters one is too much of a word
_SHORTEST = 4
# a table of none of our kinds may have any number of columns
_HEADERS_LOOKED_AT = 200


def nearest(header: str, names: HeaderNames, columns: Collection[str] = ()) -> str | None:
    """Find the known header that one is nearly, spelt as its tool writes it.

    Args:
        header: One that `names` does not know.
        names: Known headers.
        columns: Columns that the known header may fill; none for any, also those not needed.

    """
    among = tuple(names.known)
    if columns:
        among = tuple(known for known in among if names.known[known] in columns)
    close = _closest(without_currency(header), among)
    return names.spelling[close] if close else None


def nearly(unknown: Iterable[str], names: HeaderNames, columns: Collection[str]) -> str | None:
    """Say which of a table's unknown headers is nearly one that fills any of `columns`."""
    for header in islice(unknown, _HEADERS_LOOKED_AT):
        known = nearest(header, names, columns)
        if known:
            return f"`{header}` is nearly `{known}`"
    return None


def remedy(near: Sequence[str], lacking: int, otherwise: str) -> str:
    """Say what to do about lacking columns, `near` being those there under nearly their name."""
    if not near:
        return otherwise
    rename = "rename it" if len(near) == 1 else "rename them"
    rest = "or export again" if len(near) == lacking else "and export again with the rest"
    return f"{' and '.join(near)}; {rename} {rest}"


@lru_cache(maxsize=10_000)
def _closest(normal: str, among: tuple[str, ...]) -> str | None:
    if len(normal) < _SHORTEST:
        return None
    return next(iter(get_close_matches(normal, among, 1, _CLOSE)), None)

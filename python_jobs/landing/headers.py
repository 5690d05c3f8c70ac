"""Header names of tables: what a column is called here, whatever tool and language wrote it."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from python_jobs.landing.connectors import is_system_column

_FLAT_ACTION = re.compile(r"(actions|action_values):([\w.]+?)(?::(\w+))?$")
_CURRENCY = re.compile(r" (\()?([a-z]{3})(?(1)\))$")
_BRACKETED_CURRENCY = re.compile(r" \([a-z]{3}\)$")
_WINDOWS = ("1d_click", "7d_click", "1d_view")
_QUOTES = "\N{RIGHT SINGLE QUOTATION MARK}\N{LEFT SINGLE QUOTATION MARK}\N{ACUTE ACCENT}"
_DASHES = "\N{HYPHEN}\N{NON-BREAKING HYPHEN}\N{EN DASH}\N{MINUS SIGN}"
_ONE_SIGN = str.maketrans(_QUOTES + _DASHES + "_", "'" * len(_QUOTES) + "-" * len(_DASHES) + " ")
# capitals of Turkish have a dot or none where its small letters have none or one
_ONE_I = str.maketrans({"\N{LATIN SMALL LETTER DOTLESS I}": "i", "\N{COMBINING DOT ABOVE}": ""})
_BRACKET = re.compile(r"\s*\(\s*")


# the same headers come with every file
@lru_cache(maxsize=10_000)
def normalise(header: str) -> str:
    """`Ad Set_ID ` and `ad set id` are one header: case, underscores and runs of space are not.

    Nor is the sort of quotation mark, dash or space, whether a bracket is of full width and has a
    space before it, and whether an accent is a sign of its own; an accent is.
    """
    text = unicodedata.normalize("NFKC", header.translate(_ONE_SIGN)).casefold().translate(_ONE_I)
    return " ".join(_BRACKET.sub(" (", text).split())


def without_currency(header: str) -> str:
    """Normalise a header and cut off the currency in brackets at its end."""
    return _BRACKETED_CURRENCY.sub("", normalise(header))


@dataclass(frozen=True)
class HeaderNames:
    """The header seeds, ready for looking up.

    `known` maps a normalised header to its column, `spelling` to how the tool writes it.
    """

    known: dict[str, str | None]
    currencies: frozenset[str] = frozenset()
    action_types: frozenset[str] = frozenset()
    spelling: dict[str, str] = field(default_factory=dict)

    @staticmethod
    def of(
        rows: Iterable[tuple[str, str | None]],
        currencies: Iterable[str] = (),
        action_types: Iterable[str] = (),
    ) -> "HeaderNames":
        """From seed rows of (header, column); a column of None is known and not needed."""
        known: dict[str, str | None] = {}
        spelling: dict[str, str] = {}
        for header, column in rows:
            normal = normalise(header)
            known[normal] = column
            # of two ways to write it the one that people read
            if "_" not in header or normal not in spelling:
                spelling[normal] = header
        return HeaderNames(known, frozenset(currencies), frozenset(action_types), spelling)


@dataclass(frozen=True)
class Mapping:
    """Positions of each column in a table; several where a header is repeated."""

    columns: dict[str, list[int]] = field(default_factory=dict)
    unmapped: list[str] = field(default_factory=list)
    known_count: int = 0
    currency: str | None = None


def map_headers(headers: Sequence[str], names: HeaderNames) -> Mapping:
    """Give every header its column.

    A money column may carry its currency, as in `Amount spent (USD)` or `spend_usd`; a flattened
    action carries its type and window, as in `actions:omni_purchase:7d_click`.
    """
    columns: dict[str, list[int]] = {}
    unmapped: list[str] = []
    currencies: set[str] = set()
    for position, header in enumerate(headers):
        is_known, column, currency = _look_up(header, names)
        if not is_known:
            unmapped.append(header)
        if column:
            columns.setdefault(column, []).append(position)
        if currency:
            currencies.add(currency)
    return Mapping(
        columns,
        unmapped,
        len(headers) - len(unmapped),
        currencies.pop() if len(currencies) == 1 else None,
    )


def _look_up(header: str, names: HeaderNames) -> tuple[bool, str | None, str | None]:
    """Is the header known, its column if one is needed, and the currency it carries."""
    if is_system_column(header):
        return True, None, None
    flat = _FLAT_ACTION.match(header.strip())
    if flat:
        kind, action_type, window = flat.groups()
        if action_type not in names.action_types or (window and window not in _WINDOWS):
            return True, None, None
        return True, f"{kind}:{action_type}" + (f":{window}" if window else ""), None
    normal = normalise(header)
    if normal in names.known:
        return True, names.known[normal], None
    suffix = _CURRENCY.search(normal)
    # in brackets any code is a currency; `spend_usd` is one because we know the code
    if suffix and (suffix[1] or suffix[2].upper() in names.currencies):
        base = normal[: suffix.start()]
        if base in names.known:
            return True, names.known[base], suffix[2].upper()
    return False, None, None

"""Header names of tables: what a column is called here, whatever tool and language wrote it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

_FLAT_ACTION = re.compile(r"(actions|action_values):([\w.]+?)(?::(\w+))?$")
_CURRENCY = re.compile(r" (\()?([a-z]{3})(?(1)\))$")
_WINDOWS = ("1d_click", "7d_click", "1d_view")


def normalise(header: str) -> str:
    """`Ad Set_ID ` and `ad set id` are one header: case, underscores and runs of space are not."""
    return " ".join(header.lower().replace("_", " ").split())


@dataclass(frozen=True)
class HeaderNames:
    """The header seeds, ready for looking up; `known` maps a normalised header to its column."""

    known: dict[str, str | None]
    currencies: frozenset[str] = frozenset()
    action_types: frozenset[str] = frozenset()

    @staticmethod
    def of(
        rows: Iterable[tuple[str, str | None]],
        currencies: Iterable[str] = (),
        action_types: Iterable[str] = (),
    ) -> "HeaderNames":
        """From seed rows of (header, column); a column of None is known and not needed."""
        known = {normalise(header): column for header, column in rows}
        return HeaderNames(known, frozenset(currencies), frozenset(action_types))


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

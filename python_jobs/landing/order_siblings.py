"""Which tables of a connector's order parts are read with which table of orders: those nearest."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from python_jobs.landing.order_tables import WORDS
from python_jobs.landing.recognise import Recognised, skipped

Table = tuple[str, Recognised, str | None]
"""name of a file below the raw folder, what it was recognised as, hash of its content"""


def settle_orders(tables: Sequence[Table]) -> list[tuple[Recognised, str]]:
    """Say of each table what it is beside the others, with a hash of those it is read with.

    The plan of a table of orders gets the names of the tables with its parts, by part, as `parts`.
    """
    settled = [(found, "") for _, found, _ in tables]
    orders = [n for n, (_, found, _) in enumerate(tables) if _is_order_table(found)]
    parts = [n for n, (_, found, _) in enumerate(tables) if found.kind == "order_parts"]
    for number in parts:
        found = tables[number][1]
        if not any(number in _beside(tables, one, parts) for one in orders):
            settled[number] = (
                skipped(
                    f"holds {WORDS[found.plan['part']]} of orders, and no table of these orders is "
                    "beside it: put that table into the same folder"
                ),
                "",
            )
    for one in orders:
        found = tables[one][1]
        beside = _beside(tables, one, parts)
        mates = [n for n in orders if _beside(tables, n, parts) == beside] if beside else [one]
        hashes = sorted(str(tables[n][2]) for n in (*mates, *beside))
        together = hashlib.sha256("".join(hashes).encode()).hexdigest()
        names: dict[str, list[str]] = {}
        for number in beside:
            part = tables[number][1]
            names.setdefault(part.plan["part"], []).append(tables[number][0])
            message = f"{WORDS[part.plan['part']]} of {tables[one][0]}, read with it"
            settled[number] = (replace(part, message=message), together)
        message = found.message
        if beside:
            message += f", with {', '.join(WORDS[part] for part in names)} from beside it"
        if beside and not {"transactions", "refund_lines"} & names.keys():
            message += "; without refunds: no table of their transactions is beside it"
        settled[one] = (
            replace(found, message=message, plan={**found.plan, "parts": names}),
            together if beside else "",
        )
    return settled


def _is_order_table(found: Recognised) -> bool:
    return found.status == "read" and found.plan.get("shape") == "order_table"


def _beside(tables: Sequence[Table], one: int, parts: Sequence[int]) -> list[int]:
    """Find the parts of a table of orders: in its folder, or else in folders beside its own."""
    folder = PurePosixPath(tables[one][0]).parent
    same = [n for n in parts if PurePosixPath(tables[n][0]).parent == folder]
    if same or folder == PurePosixPath():
        return same
    return [n for n in parts if PurePosixPath(tables[n][0]).parent.parent == folder.parent]

"""What a JSON file holds, from its first bytes: files of pages may be a gigabyte."""

import json
import re
from collections import Counter
from typing import Any

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],]|[^\s{}\[\],"]+|"', re.DOTALL)
TOO_DEEP = "is JSON in more brackets than any export: download it again or take it away"
_CLOSER = {"{": "}", "[": "]"}


def _loaded(text: str) -> Any:
    return json.loads(text, object_pairs_hook=_one_value_each)


class RepeatedKeyError(ValueError):
    """An object has one key twice; the text is the key, or nothing if it might be anything."""


def _one_value_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = Counter(key for key, _ in pairs)
        twice = next(key for key, count in keys.items() if count > 1)
        raise RepeatedKeyError(f"`{twice}`" if re.fullmatch(r"[a-z0-9_.:]{1,60}", twice) else "")
    return found


def parse_prefix(text: str) -> tuple[Any, bool]:
    """Parse the first value in `text`, which may be cut off, and tell whether another follows.

    What is incomplete at the end is left out. Raises `ValueError` where the text is no JSON, or
    `RepeatedKeyError` where it gives a key twice.
    """
    stack: list[str] = []
    # brackets are opened and closed at a place that is kept, so that the stack is always of it
    kept = 0
    for token in _TOKEN.finditer(text):
        mark = token[0]
        if mark in _CLOSER:
            stack.append(_CLOSER[mark])
            kept = token.end()
        elif mark in ("}", "]"):
            if not stack or stack.pop() != mark:
                raise ValueError("closing bracket without an opening one")
            kept = token.end()
            if not stack:
                return _loaded(text[:kept]), bool(text[kept:].strip())
        elif mark == "," and stack:
            kept = token.start()
        elif mark == '"':
            break  # a string that is cut off
        elif not stack:
            raise ValueError("neither an object nor a list")
    return _loaded(text[:kept] + "".join(reversed(stack))), False

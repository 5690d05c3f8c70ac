"""Functions of DuckDB that Spark has no words for, in Python."""

import json
import unicodedata
from collections.abc import Iterator
from typing import Any


def strip_accents(text: str | None) -> str | None:
    """Return a text with its letters' accents taken off."""
    if text is None:
        return None
    letters = unicodedata.normalize("NFD", text)
    kept = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return unicodedata.normalize("NFC", kept)


def json_texts(text: str | None, path: str) -> list[str | None] | None:
    """Return what a path with wildcards, as `$.a[*].name` or `$.a.*`, finds, each as text."""
    if text is None:
        return None
    steps = path.replace("[*]", ".[*]").split(".")[1:]
    return [
        found
        if found is None or isinstance(found, str)
        else json.dumps(found, separators=(",", ":"))
        for found in _found(json.loads(text), steps)
    ]


def _found(value: Any, steps: list[str]) -> Iterator[Any]:
    if not steps:
        yield value
    elif steps[0] == "[*]" and isinstance(value, list):
        for each in value:
            yield from _found(each, steps[1:])
    elif steps[0] == "*" and isinstance(value, dict):
        for each in value.values():
            yield from _found(each, steps[1:])
    elif isinstance(value, dict) and steps[0] in value:
        yield from _found(value[steps[0]], steps[1:])

"""What a JSON file holds, from its first bytes: files of pages may be a gigabyte."""

import json
import re
from typing import Any

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],]|[^\s{}\[\],"]+|"', re.DOTALL)
_CLOSER = {"{": "}", "[": "]"}


def parse_prefix(text: str) -> tuple[Any, bool]:
    """Parse the first value in `text`, which may be cut off, and tell whether another follows.

    What is incomplete at the end is left out. Raises `ValueError` where the text is no JSON.
    """
    stack: list[str] = []
    kept, closers = 0, ""
    for token in _TOKEN.finditer(text):
        mark = token[0]
        if mark in _CLOSER:
            stack.append(_CLOSER[mark])
            kept, closers = token.end(), "".join(reversed(stack))
        elif mark in ("}", "]"):
            if not stack or stack.pop() != mark:
                raise ValueError("closing bracket without an opening one")
            kept, closers = token.end(), "".join(reversed(stack))
            if not stack:
                return json.loads(text[:kept]), bool(text[kept:].strip())
        elif mark == "," and stack:
            kept, closers = token.start(), "".join(reversed(stack))
        elif mark == '"':
            break  # a string that is cut off
        elif not stack:
            raise ValueError("neither an object nor a list")
    return json.loads(text[:kept] + closers), False

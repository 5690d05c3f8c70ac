"""The text of a settings file that the project writes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Any

import yaml

from python_jobs.config.paths import key_paths

WIDTH = 100


@dataclass(frozen=True)
class Written:
    """A value and what stands above it."""

    value: Any
    comments: Sequence[str]
    """each begins a line"""


def settings_text(
    header: str, values: Mapping[str, Written], remarks: Mapping[str, Sequence[str]]
) -> str:
    """Return YAML: the header, values in the order of the schema, remarks at the end.

    Args:
        header: Comment lines that end with a line break.
        values: By dotted path.
        remarks: Lists that stand below as comments, by their title; also where they are empty.

    """
    lines = [header]
    open_sections: tuple[str, ...] = ()
    for path in key_paths():
        written = values.get(".".join(path))
        if written is None:
            continue
        *section, key = path
        for depth, name in enumerate(section):
            if open_sections[: depth + 1] != tuple(section[: depth + 1]):
                lines.append(f"{'  ' * depth}{name}:")
        open_sections = tuple(section)
        indent = "  " * len(section)
        for comment in written.comments:
            lines += _comment(comment, indent)
        lines.append(f"{indent}{key}: {yaml.safe_dump(written.value).splitlines()[0]}")
    for title, items in remarks.items():
        lines += ["", f"# {title}:"]
        for item in items:
            lines += _comment(f"- {item}", "")
    return "\n".join(lines) + "\n"


def _comment(text: str, indent: str) -> list[str]:
    return wrap(text, WIDTH, initial_indent=f"{indent}# ", subsequent_indent=f"{indent}# ")

"""Which parameters the tuner may move, and how far: `search_space.yaml`.

    dotted.path: {low: 0.1, high: 0.3, scale: linear}

`scale` says how to walk between the two: `linear`; `log` for what matters in proportion; `integer`
for whole numbers and for windows, which take the allowed values between the two.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

from python_jobs.config.load import SEARCH_SPACE, Parameter, SettingsLoader, at, unreadable
from python_jobs.config.paths import field_schema, nearest, parameter_names
from python_jobs.config.schema import allowed

SCALES = ("linear", "log", "integer")


@dataclass(frozen=True)
class Tunable:
    """The range of one parameter."""

    parameter: str
    """dotted path"""
    low: float
    high: float
    scale: str
    """'linear', 'log' or 'integer'"""


def load_search_space(
    config: Path, customer: str, platform: str, parameters: Sequence[Parameter]
) -> tuple[dict[str, Tunable], list[str]]:
    """Read `search_space.yaml` of the defaults and, on top, the customer's; both may be absent.

    Args:
        config: folder of the settings.
        customer: whose ranges go before the defaults, path by path.
        platform: the same.
        parameters: those in force. A value outside its range is a mistake, unless a person's own
            file sets it, for that is none of the tuner's business.

    Returns:
        The ranges by dotted path, and what is wrong, one sentence each.

    """
    in_force = {parameter.parameter: parameter for parameter in parameters}
    ranges: dict[str, Tunable] = {}
    problems: list[str] = []
    for folder in (config / "default", config / customer / platform):
        file = folder / f"{SEARCH_SPACE}.yaml"
        if not file.exists():
            continue
        try:
            entries = _read(file)
        except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
            problems.append(unreadable(file, error))
            continue
        except ValueError as mistake:
            problems.append(str(mistake))
            continue
        of_file: dict[str, Tunable] = {}
        for place, path, entry in entries:
            try:
                if path in of_file:
                    raise ValueError(f"{path} is given a second time; keep one")
                of_file[path] = _tunable(path, entry, in_force.get(path))
            except ValueError as mistake:
                problems.append(f"{place}: {mistake}.")
        ranges |= of_file
    return ranges, problems


def _read(file: Path) -> list[tuple[str, str, Any]]:
    """List the entries as they stand: place, path, value.

    Raises:
        ValueError: the file holds something else.

    """
    loader = SettingsLoader(file.read_text(encoding="utf-8-sig"))
    root = loader.get_single_node()
    if root is None:
        return []
    if not isinstance(root, yaml.MappingNode):
        raise ValueError(f"{at(file, root)}: must hold parameters by their dotted paths.")
    return [(at(file, key), str(key.value), loader.value_of(value)) for key, value in root.value]


def _tunable(path: str, entry: Any, parameter: Parameter | None) -> Tunable:
    """Check one entry.

    Raises:
        ValueError: what is wrong with it.

    """
    if parameter is None:
        raise ValueError(f"unknown parameter '{path}'{nearest(path, parameter_names())}")
    schema = field_schema(tuple(path.split(".")))
    if schema.get("type") not in ("number", "integer"):
        raise ValueError(f"{path} cannot be tuned: it is {allowed(schema)}, not a number")
    if not isinstance(entry, Mapping) or set(entry) != {"low", "high", "scale"}:
        raise ValueError(f"{path} must be {{low: number, high: number, scale: {_words(SCALES)}}}")
    scales = ("integer",) if schema["type"] == "integer" else ("linear", "log")
    if entry["scale"] not in scales:
        near = get_close_matches(str(entry["scale"]), scales, n=1)
        raise ValueError(
            f"{path}.scale is {_shown(entry['scale'])}; allowed here: {_words(scales)}"
            + (f"; nearest is {near[0]}" if near else "")
        )
    for end in ("low", "high"):
        if not _is_allowed(entry[end], schema):
            raise ValueError(f"{path}.{end} is {_shown(entry[end])}; allowed: {allowed(schema)}")
    tunable = Tunable(path, **entry)
    _check_range(tunable, parameter)
    return tunable


def _check_range(tunable: Tunable, parameter: Parameter) -> None:
    path, low, high = tunable.parameter, tunable.low, tunable.high
    if low >= high:
        raise ValueError(f"{path} has low {low} and high {high}; low must be below high")
    if tunable.scale == "log" and low <= 0:
        raise ValueError(f"{path}.low is {low}; a log scale begins above 0")
    value = json.loads(parameter.value)
    if parameter.tier not in ("customer", "tried") and not low <= value <= high:
        raise ValueError(
            f"{path} goes from {low} to {high}, which leaves out its value {value} in "
            f"{parameter.file}"
        )


def _words(choices: Sequence[str]) -> str:
    return " or ".join(choices)


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _is_allowed(number: Any, schema: Mapping[str, Any]) -> bool:
    """Tell whether a parameter could have this value."""
    if isinstance(number, bool) or not isinstance(number, int | float):
        return False
    if schema["type"] == "integer" and number % 1:
        return False
    if "enum" in schema:
        return number in schema["enum"]
    least = schema.get("minimum", -math.inf)
    above = schema.get("exclusiveMinimum", -math.inf)
    return bool(number > above and least <= number <= schema["maximum"])

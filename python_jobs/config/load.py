"""Settings from YAML: the defaults, the customer's on top, each mistake told with its place."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import reduce
from operator import getitem
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from python_jobs.config.paths import (
    KeyPath,
    field_schema,
    key_paths,
    nearest,
    nested,
    parameter_names,
    section_names,
    section_of,
)
from python_jobs.config.schema import Parameters, allowed, value_schema

Place = tuple[int | str, ...]
"""keys and positions that lead to a part of a value"""

NOBODY = "no customer's own"
"""name of a folder of settings that does not exist"""

LONGEST_NUMBER = 100
"""digits of a whole number"""

SEARCH_SPACE = "search_space"
"""stem of the file that holds ranges, not values"""


class SettingsLoader(yaml.SafeLoader):
    """YAML without aliases: a few lines of them stand for more values than memory holds."""

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """Make a node of the next events, which must not be an alias."""
        if self.check_event(yaml.AliasEvent):
            alias = self.peek_event()  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(
                problem=f"*{alias.anchor} stands for another value; write that value here",
                problem_mark=alias.start_mark,
            )
        node: yaml.Node | None = super().compose_node(parent, index)
        return node

    def construct_yaml_int(self, node: yaml.ScalarNode) -> int:
        """Return a whole number of a length that Python can write out again."""
        if len(node.value) > LONGEST_NUMBER:
            raise ValueError("too long")
        number: int = super().construct_yaml_int(node)
        return number

    def value_of(self, node: yaml.Node) -> Any:
        """Return what a node stands for.

        Raises:
            yaml.YAMLError: it cannot be a value of its tag, such as a date in month 13.

        """
        try:
            return self.construct_object(node, deep=True)
        except (ValueError, KeyError, AttributeError) as error:  # whatever PyYAML stumbles over
            raise yaml.constructor.ConstructorError(
                problem=f"the value is no {node.tag.rpartition(':')[2]}",
                problem_mark=node.start_mark,
            ) from error


SettingsLoader.add_constructor("tag:yaml.org,2002:int", SettingsLoader.construct_yaml_int)


@dataclass(frozen=True)
class Setting:
    """A value as it stands in a file."""

    value: Any
    tier: str
    """'default', 'auto', 'tuned', 'customer' or 'tried'"""
    file: str
    line: int
    item_lines: Mapping[tuple[str, ...], int]
    """line of each item of a list, by position, and of a table, by key, however deep"""


@dataclass(frozen=True)
class Parameter:
    """A value in force."""

    parameter: str
    """dotted path"""
    value: str
    """JSON"""
    tier: str
    file: str


def load_parameters(
    config: Path, customer: str, platform: str, tried: Path | None = None
) -> tuple[list[Parameter], list[str]]:
    """Read `{config}/default/*.yaml` and, on top, `{config}/{customer}/{platform}/*.yaml`.

    Of the latter, those named `*.auto.yaml` are written by the project and go before the defaults,
    `*.tuned.yaml` before those, the person's own files before all. A file that is only `tried`,
    wherever it lies, goes before even these. The higher tier's value wins key by key; a list, or a
    table by currency or account, replaces the whole one.

    Returns:
        The parameters in force, none if anything is wrong; and what is wrong, one sentence each.

    """
    problems: list[str] = []
    settings: dict[KeyPath, Setting] = {}
    files_by_tier = _files_by_tier(config, customer, platform)
    files_by_tier["tried"] = [tried] if tried else []
    for tier, files in files_by_tier.items():
        of_tier: dict[KeyPath, Setting] = {}
        for file in files:
            try:
                _read(file, tier, of_tier, problems)
            except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
                problems.append(unreadable(file, error))
        settings |= of_tier
    if not settings and not problems:
        problems.append(f"{config}/default has no settings: run from the folder of the project.")
    if problems:
        return [], problems
    try:
        parameters = Parameters.model_validate(
            nested({path: setting.value for path, setting in settings.items()})
        )
    except ValidationError as error:
        return [], [_explain(problem, settings) for problem in error.errors()]
    in_force = parameters.model_dump(mode="json", by_alias=True)
    return [
        Parameter(
            parameter=".".join(path),
            value=json.dumps(reduce(getitem, path, in_force), ensure_ascii=False),
            tier=settings[path].tier,
            file=settings[path].file,
        )
        for path in key_paths()
    ], []


def load_defaults(config: Path) -> dict[str, Any]:
    """Return the value that `{config}/default` gives each parameter, by dotted path.

    Raises:
        ValueError: a file there is wrong.

    """
    rows, problems = load_parameters(config, NOBODY, NOBODY)
    if problems:
        raise ValueError("\n".join(problems))
    return {row.parameter: json.loads(row.value) for row in rows}


def _files_by_tier(config: Path, customer: str, platform: str) -> dict[str, list[Path]]:
    """List the files of each tier, the lowest tier first."""
    files: dict[str, list[Path]] = {"default": [], "auto": [], "tuned": [], "customer": []}
    for tier, folder in (
        ("default", config / "default"),
        ("customer", config / customer / platform),
    ):
        for file in sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")]):
            machine = Path(file.stem).suffix.removeprefix(".")
            if tier == "customer" and machine in ("auto", "tuned"):
                files[machine].append(file)
            elif file.stem != SEARCH_SPACE:
                files[tier].append(file)
    return files


def _read(file: Path, tier: str, settings: dict[KeyPath, Setting], problems: list[str]) -> None:
    """Add a file's settings; keys that the schema lacks and keys given twice are problems."""
    loader = SettingsLoader(file.read_text(encoding="utf-8-sig"))
    root = loader.get_single_node()

    def walk(node: yaml.Node, model: type[BaseModel], path: KeyPath) -> None:
        if node.tag == "tag:yaml.org,2002:null":
            return  # a section of which every key is commented out
        if not isinstance(node, yaml.MappingNode):
            keys = ", ".join(model.model_fields)
            name = ".".join(path) or "the file"
            problems.append(f"{at(file, node)}: {name} must hold keys, of these: {keys}.")
            return
        for key_node, value_node in node.value:
            key = str(key_node.value)
            here = (*path, key)
            if key not in model.model_fields:
                name = ".".join(here)
                near = nearest(name, section_names() + parameter_names())
                problems.append(f"{at(file, key_node)}: unknown key '{name}'{near}.")
            elif section := section_of(model, key):
                walk(value_node, section, here)
            elif here in settings:
                first = settings[here]
                problems.append(
                    f"{at(file, key_node)}: {'.'.join(here)} is set a second time, "
                    f"first in {first.file}, line {first.line}; keep one."
                )
            else:
                for name, line in _repeated_items(value_node):
                    problems.append(
                        f"{file}, line {line}: {'.'.join(here)}.{name} is set a second time; "
                        "keep one."
                    )
                settings[here] = Setting(
                    value=loader.value_of(value_node),
                    tier=tier,
                    file=str(file),
                    line=key_node.start_mark.line + 1,
                    item_lines=_item_lines(value_node),
                )

    if root is not None:
        walk(root, Parameters, ())


def _item_lines(node: yaml.Node, place: tuple[str, ...] = ()) -> dict[tuple[str, ...], int]:
    """Map the place of each item within a value, however deep, to its line."""
    lines: dict[tuple[str, ...], int] = {}
    parts: Iterable[tuple[str, yaml.Node, yaml.Node]] = ()
    if isinstance(node, yaml.SequenceNode):
        parts = [(str(item), part, part) for item, part in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        parts = [(str(key.value), key, part) for key, part in node.value]
    for name, start, part in parts:
        lines[*place, name] = start.start_mark.line + 1
        lines |= _item_lines(part, (*place, name))
    return lines


def _repeated_items(node: yaml.Node) -> list[tuple[str, int]]:
    """List keys that a table holds again, with the line; YAML itself would let the last one win."""
    keys = [key for key, _ in node.value] if isinstance(node, yaml.MappingNode) else []
    names = [str(key.value) for key in keys]
    return [
        (name, key.start_mark.line + 1)
        for position, (name, key) in enumerate(zip(names, keys, strict=True))
        if name in names[:position]
    ]


def _explain(problem: Mapping[str, Any], settings: Mapping[KeyPath, Setting]) -> str:
    """Turn pydantic's error into: file, line, key, value, what is allowed."""
    loc = problem["loc"]
    path = next((loc[:n] for n in range(len(loc), 0, -1) if loc[:n] in settings), None)
    if path is None:
        return f"{'.'.join(loc)} is set in no file of config/default."
    setting = settings[path]
    schema, name = _at_place(path, loc[len(path) :])
    line = setting.line
    for depth in range(len(path), len(loc)):
        line = setting.item_lines.get(tuple(map(str, loc[len(path) : depth + 1])), line)
    value = problem["input"]
    if problem["type"] in ("missing", "extra_forbidden"):
        owner, owner_name = _at_place(path, loc[len(path) : -1])
        sentence = (
            f"{owner_name} lacks the key '{loc[-1]}'; allowed: {allowed(schema)}"
            if problem["type"] == "missing"
            else f"unknown key '{name}'{nearest(loc[-1], list(owner['properties']))}"
        )
        return f"{setting.file}, line {line}: {sentence}."
    if problem["type"] == "order" and len(loc) > len(path):
        context = problem["ctx"]
        remedy = f"allowed: {allowed(schema)}, {context['relation']} {context['limit']}"
    elif problem["type"] == "order":
        other = settings[*path[:-1], problem["ctx"]["other"]]
        remedy = (
            f"allowed: {allowed(schema)}, {problem['ctx']['relation']} "
            f"{problem['ctx']['other']} ({other.value} in {other.file}, line {other.line})"
        )
    elif problem["type"] == "value_error":
        remedy = str(problem["ctx"]["error"])
    else:
        words = [choice for choice in schema.get("enum", []) if isinstance(choice, str)]
        near = get_close_matches(str(value).lower(), words, n=1)
        remedy = f"allowed: {allowed(schema)}" + (f"; nearest is {near[0]}" if near else "")
    shown = json.dumps(value, ensure_ascii=False, default=str)
    if loc[-1] == "postgres_env":
        shown = "not the name of an environment variable"  # perhaps an address with its password
    return f"{setting.file}, line {line}: {name} is {shown}; {remedy}."


def _at_place(path: KeyPath, place: Place) -> tuple[dict[str, Any], str]:
    """Return the schema of what stands at a place within a parameter's value, and its name."""
    schema, name = field_schema(path), ".".join(path)
    if place and place[-1] == "[key]":
        return dict(schema["propertyNames"]), f"{name}, key"
    for part in place:
        if schema.get("type") == "array":
            schema, name = schema["items"], f"{name}, item {int(part) + 1},"
        else:
            of_items = "properties" in schema
            schema = schema["properties"].get(part, {}) if of_items else value_schema(schema)
            name = f"{name}.{part}"
    return schema, name


def unreadable(file: Path, error: Exception) -> str:
    """Say why a file cannot be read as YAML."""
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark:
        return f"{file}, line {error.problem_mark.line + 1}: not valid YAML: {error.problem}."
    if isinstance(error, UnicodeDecodeError):
        return f"{file}: not UTF-8 text; save it as UTF-8."
    if isinstance(error, OSError):
        return f"{file}: cannot be read: {error.strerror}."
    return f"{file}: not valid YAML."


def at(file: Path, node: yaml.Node) -> str:
    """Name the place in a file where something stands."""
    return f"{file}, line {node.start_mark.line + 1}"

"""Dotted paths of parameters: which there are, what each allows, which one was meant."""

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from typing import Any

from pydantic import BaseModel

from python_jobs.config.schema import Parameters

KeyPath = tuple[str, ...]


def key_paths(model: type[BaseModel] = Parameters, path: KeyPath = ()) -> Iterator[KeyPath]:
    """Yield the path of every parameter, in the order of the schema."""
    for key in model.model_fields:
        section = section_of(model, key)
        if section:
            yield from key_paths(section, (*path, key))
        else:
            yield (*path, key)


def section_of(model: type[BaseModel], key: str) -> type[BaseModel] | None:
    """Return the section that stands under a key; none if a value stands there."""
    kind = model.model_fields[key].annotation
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def section_at(path: KeyPath) -> type[BaseModel]:
    """Return the section that stands at a path.

    Raises:
        KeyError: no section does.

    """
    model: type[BaseModel] = Parameters
    for key in path:
        section = section_of(model, key)
        if section is None:
            raise KeyError(".".join(path))
        model = section
    return model


def field_schema(path: KeyPath) -> dict[str, Any]:
    """Return the JSON schema of one parameter: its type, range and description."""
    schema = _json_schema()
    for key in path:
        schema = schema["properties"][key]
    return schema


@cache
def _json_schema() -> dict[str, Any]:
    """Return the schema with every section in its place."""
    root = Parameters.model_json_schema()

    def in_place(schema: Any) -> Any:
        if isinstance(schema, list):
            return [in_place(part) for part in schema]
        if not isinstance(schema, dict):
            return schema
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            others = {key: value for key, value in schema.items() if key != "$ref"}
            return in_place(root["$defs"][name]) | others
        return {key: in_place(part) for key, part in schema.items() if key != "$defs"}

    return dict(in_place(root))


def parameter_names() -> list[str]:
    """List the dotted path of every parameter."""
    return [".".join(path) for path in key_paths()]


def section_names() -> list[str]:
    """List the dotted path of every section."""
    paths = dict.fromkeys(path[:depth] for path in key_paths() for depth in range(1, len(path)))
    return [".".join(path) for path in paths]


def nearest(name: str, known: Sequence[str]) -> str:
    """Say which of the known names was probably meant, wherever it stands; nothing if none is."""
    same_key = [other for other in known if other.rpartition(".")[2] == name.rpartition(".")[2]]
    near = get_close_matches(name, same_key, n=1, cutoff=0) or get_close_matches(name, known, n=1)
    return f"; nearest is '{near[0]}'" if near else ""


def nested(settings: Mapping[KeyPath, Any]) -> dict[str, Any]:
    """Make sections of single values, as pydantic reads them."""
    sections: dict[str, Any] = {}
    for path, value in settings.items():
        section = sections
        for key in path[:-1]:
            section = section.setdefault(key, {})
        section[path[-1]] = value
    return sections

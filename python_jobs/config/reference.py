"""The page docs/parameters.md, made of the schema, the defaults and the search space.

`python -m python_jobs.config.reference` writes it anew.
"""

import json
from collections import defaultdict
from pathlib import Path

from python_jobs.config.load import Parameter, load_parameters
from python_jobs.config.paths import KeyPath, field_schema, section_at
from python_jobs.config.schema import allowed, value_schema
from python_jobs.config.search_space import Tunable, load_search_space

PAGE = Path("docs", "parameters.md")
INTRODUCTION = """\
# Parameters

Every parameter: its default, what it may be, how far `autopilot tune` may move it, and what it
means. The files under `config/default` hold the defaults, each with where it comes from. Your own
values go into `config/{customer}/{platform}/`, in any `.yaml` file; only the keys that differ need
to stand there:

```yaml
safety_rules:
  max_increase: 0.15
```

The next build uses them. Of several values the last of these counts: default, `*.auto.yaml`,
`*.tuned.yaml`, your own files. `results.parameters` shows what is in force and from which file,
`autopilot diff` what other values would decide. `autopilot auto-params` writes `*.auto.yaml` from
your own data: [parameters-from-data.md](parameters-from-data.md) says which parameters these can
tell, and which not.

This page is written by `python -m python_jobs.config.reference`.
"""
LONGEST_DEFAULT = 60


def reference_page(config: Path) -> str:
    """Write the page for the defaults in `config`.

    Raises:
        ValueError: the defaults are not valid.

    """
    no_customer = ("default", "none")
    parameters, problems = load_parameters(config, *no_customer)
    ranges, more_problems = load_search_space(config, *no_customer, parameters)
    if problems or more_problems:
        raise ValueError("\n".join(problems + more_problems))
    sections: dict[KeyPath, list[Parameter]] = defaultdict(list)
    tables = []
    singles = []
    for parameter in parameters:
        *section, key = parameter.parameter.split(".")
        if section:
            sections[tuple(section)].append(parameter)
        elif field_schema((key,)).get("type") in ("object", "array"):
            tables.append(_table(key, parameter))
        else:
            singles.append(parameter)
    parts = [INTRODUCTION]
    parts += [_section(path, of_section, ranges) for path, of_section in sections.items()]
    parts += [_keys("Of no section", "Each a key of its own.", singles, ranges)]
    parts += tables
    return "\n".join(parts)


def _section(path: KeyPath, parameters: list[Parameter], ranges: dict[str, Tunable]) -> str:
    return _keys(".".join(path), str(section_at(path).__doc__), parameters, ranges)


def _keys(title: str, meaning: str, parameters: list[Parameter], ranges: dict[str, Tunable]) -> str:
    lines = [
        f"## {title}",
        "",
        f"{meaning} Defaults: `config/default/{Path(parameters[0].file).name}`.",
        "",
        "| key | default | allowed | tuned | meaning |",
        "|---|---|---|---|---|",
    ]
    for parameter in parameters:
        schema = field_schema(tuple(parameter.parameter.split(".")))
        tunable = ranges.get(parameter.parameter)
        cells = [
            f"`{parameter.parameter}`",
            f"`{_short(parameter.value)}`",
            allowed(schema),
            f"{tunable.low} to {tunable.high}, {tunable.scale}" if tunable else "no",
            schema["description"],
        ]
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join([*lines, ""])


def _table(key: str, parameter: Parameter) -> str:
    """Describe a list or a table by name: what each of its items may say."""
    schema = field_schema((key,))
    is_list = schema["type"] == "array"
    item = schema["items"] if is_list else value_schema(schema)
    lines = [
        f"## {key}",
        "",
        f"`{key}`: {schema['description']}. {item['description']} Default: `{parameter.value}`, in "
        f"`config/default/{Path(parameter.file).name}`, which shows an example.",
        "",
        "| key of each | if left out | allowed | meaning |",
        "|---|---|---|---|",
    ]
    for name, of_item in item["properties"].items():
        left_out = "not allowed" if name in item.get("required", ()) else of_item["default"]
        cells = [f"`{name}`", _as_yaml(left_out), allowed(of_item), of_item["description"]]
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join([*lines, ""])


def _as_yaml(value: object) -> str:
    return value if isinstance(value, str) else f"`{json.dumps(value)}`"


def _short(value: str) -> str:
    return value if len(value) <= LONGEST_DEFAULT else value[: LONGEST_DEFAULT - 3] + "..."


if __name__ == "__main__":
    PAGE.write_text(reference_page(Path("config")), encoding="utf-8")

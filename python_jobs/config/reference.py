"""The page docs/parameters.md, made of the schema, the defaults and the search space.

`python -m python_jobs.config.reference` writes it anew.
"""

from collections import defaultdict
from pathlib import Path

from python_jobs.config.load import Parameter, load_parameters
from python_jobs.config.paths import KeyPath, field_schema, section_at
from python_jobs.config.schema import allowed
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
`*.tuned.yaml`, your own files. `results.parameters` shows what is in force and from which file.

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
    for parameter in parameters:
        *section, _ = parameter.parameter.split(".")
        sections[tuple(section)].append(parameter)
    parts = [INTRODUCTION]
    parts += [_section(path, of_section, ranges) for path, of_section in sections.items()]
    return "\n".join(parts)


def _section(path: KeyPath, parameters: list[Parameter], ranges: dict[str, Tunable]) -> str:
    lines = [
        f"## {'.'.join(path)}",
        "",
        f"{section_at(path).__doc__} Defaults: `config/default/{Path(parameters[0].file).name}`.",
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


def _short(value: str) -> str:
    return value if len(value) <= LONGEST_DEFAULT else value[: LONGEST_DEFAULT - 3] + "..."


if __name__ == "__main__":
    PAGE.write_text(reference_page(Path("config")), encoding="utf-8")

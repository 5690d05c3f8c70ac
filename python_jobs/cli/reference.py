"""The page docs/command-line.md, made of the commands themselves.

`python -m python_jobs.cli.reference` writes it anew.
"""

from collections import defaultdict
from collections.abc import Sequence
from enum import Enum
from inspect import cleandoc
from pathlib import Path
from typing import Any

import typer

from python_jobs.cli import main  # noqa: F401 - adds the commands
from python_jobs.cli.app import OTHER_NAMES, app

PAGE = Path("docs", "command-line.md")
INTRODUCTION = """\
# Command line

`autopilot` runs the project's jobs by name. Everything that decides lives behind `dbt build`, and
everything it shows is in the published tables; the commands save typing. Run them in the project's
folder. `autopilot --help` and `autopilot COMMAND --help` say the same as this page.

```bash
autopilot status --all                     # each morning: what is fresh, what waits
autopilot budgets --customer acme          # after new exports were added: decide anew
autopilot budgets -c acme --json > b.json  # the same for a script
```

**Exit codes.** 0: done. 1: something is wrong with files, settings, data or tracking, and a
sentence says what to do; what was published before stays. 2: wrong use, such as a customer that
does not exist; the nearest name is told. `tune` stopped by Ctrl-C returns 130.

**`--json`.** One document on stdout, and nothing else: an object with `customer`, `platform`,
`problems` (sentences, empty if all is right) and, by their names, the tables that the command is
about, whole, each a list of objects by column. Money is a number in account currency, a day is
`2026-06-01`, what is not known is `null`. Wrong use, and a customer of whom nothing is published,
leave stdout empty; the sentence is on stderr. `status --all` and `build --all` give
`customers`, a list of objects.

**Progress** goes to stderr and only to a terminal, with the number of steps done of all, so output
can be piped as it is.

**Completion** of commands, options and customers: `autopilot --install-completion`, then open a new
terminal.

**Folders.** `AUTOPILOT_DATASETS`, `AUTOPILOT_CONFIG`, `AUTOPILOT_WAREHOUSE` and `AUTOPILOT_RESULTS`
move the folders `datasets`, `config`, `warehouse` and `results`.

This page is written by `python -m python_jobs.cli.reference`.

Options of most commands:
"""
TABLE_HEAD = ("| option | default | meaning |", "|---|---|---|")


def reference_page() -> str:
    """Write the page for the commands as they are."""
    panels: defaultdict[str, list[tuple[str, Any]]] = defaultdict(list)
    group: Any = typer.main.get_command(app)
    for name, command in group.commands.items():
        panels[command.rich_help_panel].append((name, command))
        for own, part in getattr(command, "commands", {}).items():
            panels[command.rich_help_panel].append((f"{name} {own}", part))
    others = panels.pop(OTHER_NAMES)
    # those of `budgets`, which has no others
    common = list(map(_row, _options(group.commands["budgets"])))
    parts = [INTRODUCTION, *TABLE_HEAD, *common, ""]
    for panel, commands in panels.items():
        parts += [f"## {panel}\n", *(_command(*each, common) for each in commands)]
    parts += [f"## {OTHER_NAMES}\n"]
    parts += ["\n".join(f"- `autopilot {name}`: {command.help}" for name, command in others), ""]
    return "\n".join(parts)


def _command(name: str, command: Any, common: Sequence[str]) -> str:
    rows = {_row(option): option for option in _options(command)}
    own = [row for row in rows if row not in common]
    shared = [f"`{option.opts[0]}`" for row, option in rows.items() if row in common]
    parts = [f"### autopilot {name}", "", cleandoc(command.help), ""]
    if own:
        parts += [*TABLE_HEAD, *own, ""]
    if shared:
        parts += [f"{'Also' if own else 'Options:'} {', '.join(shared)}, as above.", ""]
    return "\n".join(parts)


def _options(command: Any) -> list[Any]:
    return [parameter for parameter in command.params if parameter.name != "help"]


def _row(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return f"| `{parameter.name.upper()}` | needed | {parameter.help} |"
    value = "" if parameter.is_flag else f" {parameter.metavar or _values(parameter)}"
    options = ", ".join(f"`{option}{value}`" for option in parameter.opts)
    if parameter.secondary_opts:
        options += ", " + ", ".join(f"`{option}`" for option in parameter.secondary_opts)
    if parameter.required:
        default = "needed"
    elif parameter.is_flag or parameter.default is None:
        default = ""
    else:
        default = f"`{getattr(parameter.default, 'value', parameter.default)}`"
    return f"| {options} | {default} | {parameter.help} |"


def _values(parameter: Any) -> str:
    kind = parameter.type_descriptor.annotation
    if isinstance(kind, type) and issubclass(kind, Enum):
        return ", ".join(str(choice.value) for choice in kind)
    if parameter.max is not None:
        return f"{parameter.min} to {parameter.max}"
    return "NUMBER" if kind in (int, float) else "TEXT"


if __name__ == "__main__":
    PAGE.write_text(reference_page(), encoding="utf-8")

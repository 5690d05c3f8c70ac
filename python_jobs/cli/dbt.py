"""The `dbt` command of this environment: dbt itself, with the project's conveniences before it.

`--vars customer:moprobo` is not YAML, so dbt refuses it; here it means `{customer: "moprobo"}`.
Everything else goes to dbt as it was typed, in this very process, so exit codes, signals and
colours are dbt's own.
"""

import os
import re
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

from python_jobs.config.names import check_names

DEFAULT_VARS = {"customer": "moprobo", "platform": "meta"}
PAIR = re.compile(r"([A-Za-z_]\w*):([\w.+-]+)")
ASKS_FOR_RESOURCES = re.compile("resource-type|test_type:unit|unit_test:")
SHORTHAND = re.compile(rf"\s*{PAIR.pattern}(\s*,\s*{PAIR.pattern})*\s*")


def main() -> int:
    """Run dbt with the arguments of the command line.

    Returns:
        2 with one sentence on stderr if the arguments cannot work; else dbt exits by itself.

    """
    try:
        sys.argv[1:] = prepare(sys.argv[1:])
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    from dbt.cli.main import cli  # noqa: PLC0415 - a second, which a refusal need not wait for

    cli()
    return 0


def prepare(arguments: list[str]) -> list[str]:
    """Make dbt's arguments and environment out of what was typed.

    Moves to the project's folder, which relative paths of data, settings and warehouse follow.

    Raises:
        ValueError: one sentence that says what to do.

    """
    arguments = _replace(arguments, "--vars", expand_vars)
    project = _project(arguments)
    if project is None:
        return arguments
    typed = _value(arguments, "--vars")
    variables = DEFAULT_VARS | (_mapping(typed) if typed else {})
    customer, platform = str(variables["customer"]), str(variables["platform"])
    check_names(customer, platform)
    if variables.get("as_of") is not None:
        _check_as_of(variables["as_of"])
    for option in ("--project-dir", "--profiles-dir", "--log-path", "--state", "--defer-state"):
        arguments = _replace(arguments, option, os.path.abspath)
    os.chdir(project)
    command = next((word for word in arguments if not word.startswith("-")), "")
    if command in ("build", "run") and not {"-h", "--help"} & set(arguments):
        _check_raw_files(customer, platform)
    if command == "build":
        _leave_out_unit_tests(arguments)
    _set_paths(command, customer, platform)
    return arguments


def expand_vars(text: str) -> str:
    """Turn `key:value` or `key:value,key:value` into YAML; leave anything else as it is.

    Raises:
        ValueError: a key that looks like a slip of the pen.

    """
    if not SHORTHAND.fullmatch(text):
        return text
    expanded = []
    for key, value in PAIR.findall(text):
        known = [*DEFAULT_VARS, "as_of", "config_file"]
        near = [] if key in known else get_close_matches(key, known, n=1, cutoff=0.7)
        if near:
            raise ValueError(f"--vars {text}: unknown key '{key}'; nearest is '{near[0]}'.")
        # in quotes, or a customer named 0123 would become a number
        expanded.append(f'{key}: "{value}"' if key in DEFAULT_VARS else f"{key}: {value}")
    return "{" + ", ".join(expanded) + "}"


def _check_as_of(as_of: Any) -> None:
    try:
        date.fromisoformat(str(as_of))
    except ValueError:
        raise ValueError(f"as_of is '{as_of}'; expected a date such as 2026-08-01.") from None


def _check_raw_files(customer: str, platform: str) -> None:
    datasets = Path(os.environ.get("AUTOPILOT_DATASETS", "datasets"))
    raw = datasets / customer / platform / "raw"
    if not raw.is_dir():
        raise ValueError(
            f"No folder {raw}: create it with `autopilot new-customer {customer}"
            + ("" if platform == DEFAULT_VARS["platform"] else f" --platform {platform}")
            + "` and put the exports from Meta into it."
        )
    home, led_to = Path(os.path.realpath(datasets)), Path(os.path.realpath(raw))
    # elsewhere may be a disk that holds this customer's files
    if led_to.is_relative_to(home) and led_to != home / raw.relative_to(datasets):
        raise ValueError(
            f"{raw} leads to {datasets / led_to.relative_to(home)}: "
            "each customer needs a folder of its own, not a link to another's."
        )
    has_files = any(file.is_file() and not file.name.startswith(".") for file in raw.rglob("*"))
    if not has_files and not _has_locations(customer, platform):
        raise ValueError(
            f"{raw} is empty: put the exports from Meta, and Shopify's if any, into it."
        )


def _has_locations(customer: str, platform: str) -> bool:
    """Tell whether the settings name other places to read; what is wrong with them dbt tells."""
    config = Path(os.environ.get("AUTOPILOT_CONFIG", "config"), customer, platform)
    return any(
        re.search("^locations:", file.read_text(encoding="utf-8", errors="ignore"), re.MULTILINE)
        for file in config.glob("*.y*ml")
    )


def _leave_out_unit_tests(arguments: list[str]) -> None:
    """Build data without the tests of the SQL, unless these are asked for.

    `selectors.yml` says the same, which dbt forgets as soon as something is selected.
    """
    asked = any(ASKS_FOR_RESOURCES.search(word) for word in arguments)
    if not asked and "DBT_ENGINE_EXCLUDE_RESOURCE_TYPES" not in os.environ:
        os.environ.setdefault("DBT_EXCLUDE_RESOURCE_TYPES", "unit_test")


def _set_paths(command: str, customer: str, platform: str) -> None:
    """Give each run its own log, and each customer but the default one its own target folder.

    dbt parses the whole project anew whenever vars differ from those of the last run in the same
    target folder. `docs serve` looks into `target` whatever the customer, so docs stay there.
    """
    started = datetime.now(UTC).strftime("%Y-%m-%dT%H-%M-%S.%f")
    if "DBT_ENGINE_LOG_PATH" not in os.environ:
        os.environ.setdefault("DBT_LOG_PATH", f"logs/{customer}/{started}_{command}")
    is_default = {"customer": customer, "platform": platform} == DEFAULT_VARS
    if "DBT_ENGINE_TARGET_PATH" not in os.environ and command != "docs" and not is_default:
        os.environ.setdefault("DBT_TARGET_PATH", str(target_folder(customer, platform)))


def target_folder(customer: str, platform: str) -> Path:
    """Return the folder in which dbt leaves what it made of a customer's last run."""
    is_default = {"customer": customer, "platform": platform} == DEFAULT_VARS
    usual = "target" if is_default else f"target/{customer}_{platform}"
    moved = os.environ.get("DBT_ENGINE_TARGET_PATH") or os.environ.get("DBT_TARGET_PATH")
    return Path(moved or usual)


def _project(arguments: list[str]) -> Path | None:
    """Find this project's folder as dbt does; none if dbt would work on another project."""
    given = _value(arguments, "--project-dir")
    folders = [Path(given)] if given else [Path.cwd(), *Path.cwd().parents]
    for folder in folders:
        file = folder / "dbt_project.yml"
        if file.is_file():
            return folder if "name: autopilot" in file.read_text().splitlines() else None
    return None


def _mapping(text: str) -> dict[str, Any]:
    """Read YAML that is a mapping; what is none is dbt's to refuse.

    Raises:
        ValueError: it holds a day that no calendar has; dbt would print a traceback.

    """
    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError:
        return {}
    except ValueError as error:
        raise ValueError(f"--vars {text}: {error}.") from error
    return value if isinstance(value, dict) else {}


def _value(arguments: list[str], option: str) -> str | None:
    """Value of an option, the last if it is given more than once, as dbt has it."""
    values: list[str] = []

    def remember(value: str) -> str:
        values.append(value)
        return value

    _replace(arguments, option, remember)
    return values[-1] if values else None


def _replace(arguments: list[str], option: str, change: Callable[[str], str]) -> list[str]:
    """Change the value of `--option value` and `--option=value`."""
    changed = list(arguments)
    for position, word in enumerate(arguments):
        if word == option and position + 1 < len(arguments):
            changed[position + 1] = change(arguments[position + 1])
        elif word.startswith(option + "="):
            changed[position] = f"{option}={change(word.removeprefix(option + '='))}"
    return changed


def _check() -> int:
    """Tell whether the environment's `dbt` is this one; reinstalling dbt-core replaces it."""
    script = Path(sys.executable).with_name("dbt")
    if script.is_file() and "python_jobs.cli.dbt" in script.read_text():
        return 0
    print(f"{script} is not this project's dbt: run `make build`, or pip install it last.")
    return 1


if __name__ == "__main__":
    sys.exit(_check() if sys.argv[1:] == ["--check"] else main())

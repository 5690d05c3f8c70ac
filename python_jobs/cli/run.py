"""dbt, run for a command of ours: silent, with what went wrong as sentences."""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from rich.console import Console

from python_jobs.cli.dbt import prepare


@dataclass(frozen=True)
class Outcome:
    """What became of a run."""

    passed: frozenset[str]
    """names of the steps that passed"""
    problems: tuple[str, ...]
    """why the others did not, a sentence each; empty if all passed"""


def run_dbt(
    command: list[str],
    customer: str,
    platform: str,
    doing: str,
    variables: Mapping[str, str] = MappingProxyType({}),
) -> Outcome:
    """Run dbt in this process, in the project's folder.

    Args:
        command: dbt's command and its options, less `--vars`.
        customer: as the folder is named.
        platform: as the folder is named.
        doing: what the user waits for.
        variables: dbt's vars beside customer and platform.

    Raises:
        ValueError: the customer's name or folder is not right.

    """
    all_variables = {"customer": customer, "platform": platform, **variables}
    arguments = prepare([*command, "--vars", json.dumps(all_variables)])
    # a second, which a refusal need not wait for
    from dbt.cli.main import dbtRunner  # noqa: PLC0415

    quiet = ["--log-level", "none", "--log-level-file", "debug"]
    with Console(stderr=True).status(doing):
        outcome = dbtRunner().invoke([*quiet, *arguments])
    results = getattr(outcome.result, "results", [])
    problems = [_sentence(result) for result in results if result.status in ("error", "fail")]
    if not outcome.success:
        problems = problems or [str(outcome.exception or "dbt did not finish.")]
        problems.append(f"Details: {Path(os.environ['DBT_LOG_PATH'], 'dbt.log')}")
    return Outcome(
        passed=frozenset(r.node.name for r in results if r.status in ("success", "pass", "warn")),
        problems=tuple(dict.fromkeys(problems)),
    )


def _sentence(result: Any) -> str:
    """Tell what a failed step says, without the preambles of dbt and DuckDB."""
    if result.status == "fail":
        return f"The test {result.node.name} does not hold."
    message = str(result.message or "").strip()
    ours = re.search("Invalid Input Error: (.*)", message, re.DOTALL)
    if ours:
        return ours[1].strip()
    lines = message.splitlines()
    named = [line for line in lines if "Error: " in line] or lines
    return f"{result.node.name}: {named[-1].strip()}"

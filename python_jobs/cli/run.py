"""dbt, run for a command of ours: steps done of all, and what went wrong as sentences."""

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text

from python_jobs.cli.dbt import prepare

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

FAILED = ("error", "fail")


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
    *,
    manifest: "Manifest | None" = None,
) -> Outcome:
    """Run dbt in this process, in the project's folder.

    Args:
        command: dbt's command and its options, less `--vars`.
        customer: as the folder is named.
        platform: as the folder is named.
        doing: what the user waits for.
        variables: dbt's vars beside customer and platform.
        manifest: the project as parsed for this customer; None to let dbt parse it.

    Raises:
        ValueError: the customer's name or folder is not right.

    """
    all_variables = {"customer": customer, "platform": platform, **variables}
    arguments = prepare([*command, "--vars", json.dumps(all_variables)])
    # a second, which a refusal need not wait for
    from dbt.cli.main import dbtRunner  # noqa: PLC0415

    quiet = ["--log-level", "none", "--log-level-file", "debug"]
    with _progress(doing) as follow:
        outcome = dbtRunner(manifest, callbacks=[follow]).invoke([*quiet, *arguments])
    results = getattr(outcome.result, "results", [])
    problems = [
        sentence(result.node.name, result.status, result.message)
        for result in results
        if result.status in FAILED
    ]
    if not outcome.success:
        # stopped by Ctrl-C the exception has no text
        text = getattr(outcome.exception, "msg", None) or str(outcome.exception or "")
        problems = problems or [text or "The build did not finish."]
        problems.append(f"Details: {Path(os.environ['DBT_LOG_PATH'], 'dbt.log')}")
    return Outcome(
        passed=frozenset(r.node.name for r in results if r.status in ("success", "pass", "warn")),
        problems=tuple(dict.fromkeys(problems)),
    )


class _Steps(ProgressColumn):
    """How many are done of how many, known once dbt has read the project."""

    def render(self, task: Task) -> Text:
        if task.total is None:
            return Text("preparing")
        return Text(f"{task.completed:.0f} of {task.total:.0f} steps")


@contextmanager
def _progress(doing: str) -> Iterator[Callable[[Any], None]]:
    """Show on stderr how many of dbt's steps are done; what it yields takes dbt's events."""
    console = Console(stderr=True)
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=20),
        _Steps(),
        TimeElapsedColumn(),
    )
    # in a log it would leave empty lines
    hidden = not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=hidden) as progress:
        task = progress.add_task(doing, total=None)

        def follow(event: Any) -> None:
            if event.info.name == "ConcurrencyLine":
                progress.update(task, total=event.data.node_count)
            elif event.info.name == "NodeFinished":
                progress.advance(task)

        yield follow


def sentence(name: str, status: str, message: str | None) -> str:
    """Tell what a failed step says, without the preambles of dbt and DuckDB."""
    if status == "fail":
        return f"The test {name} does not hold."
    text = str(message or "").strip()
    if "Out of Memory Error" in text:
        return f"{name}: DuckDB's memory is too little: set AUTOPILOT_MEMORY higher, as in 40%."
    ours = re.search("Invalid Input Error: (.*)", text, re.DOTALL)
    if ours:
        return ours[1].strip()
    lines = text.splitlines()
    named = [line for line in lines if "Error: " in line] or lines or ["it did not finish."]
    return f"{name}: {named[-1].strip()}"

"""Judges the audience side by what is true: `python -m python_jobs.simulation.audience.benchmark`.

Every finished account is a line in a file, so an interrupted run goes on where it stopped, and
tables can be printed again without running anything. Lines that another version of the code wrote
are left out.
"""

import hashlib
import json
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import track

from python_jobs.audience.recommendations.recommend import READS
from python_jobs.simulation.audience.accounts import FIRST_SEED, AccountSpec, audience_spec
from python_jobs.simulation.audience.build import make_customer
from python_jobs.simulation.audience.judged import TARGETS, built, effects, estimates
from python_jobs.simulation.audience.recommended import judge_recommendations, read_tables
from python_jobs.simulation.audience.report import print_tables
from python_jobs.simulation.closed_loop.engine import Settings, default_settings
from python_jobs.simulation.pipeline import CompiledProject, compile_project

CODE = (
    "models",
    "macros",
    "seeds",
    "config/default",
    "python_jobs/audience",
    "python_jobs/config",
    "python_jobs/decisions",
    "python_jobs/simulation",
)
NOT_RUN = ("benchmark.py", "report.py", "scores.py")  # print what others computed
SUFFIXES = (".sql", ".yml", ".yaml", ".csv", ".py")

app = typer.Typer(add_completion=False)


@dataclass(frozen=True)
class Project:
    """The code as it stood when the benchmark began: what workers run, whatever changes later."""

    folder: Path
    compiled: CompiledProject
    settings: Settings


def code_version(project: Path) -> str:
    """Return a hash of the code that counts."""
    digest = hashlib.sha256()
    paths = [path for name in CODE for path in (project / name).rglob("*.*")]
    for path in sorted(paths):
        if path.suffix in SUFFIXES and path.name not in NOT_RUN:
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def read_project(folder: Path) -> Project:
    """Return the project in a folder with all that accounts are judged by."""
    return Project(folder, compile_project(folder, (*TARGETS, *READS)), default_settings(folder))


def judge(spec: AccountSpec, project: Project) -> dict[str, Any]:
    """Make an account, build it, and hold it against its truth: one line of the file."""
    began = time.process_time()
    account = make_customer(audience_spec(spec))
    with built(account, project.compiled, project.folder, project.settings) as results:
        line = {
            **asdict(spec),
            "strength": spec.strength if spec.is_planted else None,
            "effects": effects(account, results, project.settings).to_dict("records"),
            "estimates": estimates(account, results).to_dict("records"),
            **judge_recommendations(
                account, read_tables(results, project.compiled), project.settings.parameters
            ),
        }
    return line | {"seconds": round(time.process_time() - began, 2)}


class Results:
    """The file of finished accounts."""

    def __init__(self, path: Path, version: str) -> None:
        """Read what the present version of the code has written so far."""
        self.path = path
        self.version = version
        self.rows: list[dict[str, Any]] = []
        self.outdated = 0
        text = path.read_text() if path.exists() else ""
        self.torn = text != "" and not text.endswith("\n")  # a run was killed while it wrote
        for line in text.splitlines():
            try:
                row = json.loads(line)
            except json.JSONDecodeError:
                continue
            if row["version"] == version:
                self.rows.append(row)
            else:
                self.outdated += 1

    def add(self, row: dict[str, Any]) -> None:
        """Append a row to the file."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a") as file:
            file.write("\n" * self.torn + json.dumps(row | {"version": self.version}) + "\n")
        self.torn = False
        self.rows.append(row)

    def of(self, specs: list[AccountSpec]) -> list[dict[str, Any]]:
        """Return the rows of some accounts."""
        wanted = [asdict(spec) for spec in specs]
        return [row for row in self.rows if {name: row[name] for name in wanted[0]} in wanted]


@app.command()
def main(
    *,
    purpose: Annotated[str, typer.Option(help="tuning or judging accounts")] = "tuning",
    planted: Annotated[int, typer.Option(help="accounts with mistakes and effects")] = 36,
    clean: Annotated[int, typer.Option(help="accounts without")] = 10,
    processes: Annotated[int, typer.Option(help="accounts at a time")] = 2,
    results: Annotated[Path, typer.Option(help="file of finished accounts")] = Path(
        "target/audience/results.jsonl"
    ),
    only_print: Annotated[bool, typer.Option(help="run nothing")] = False,
) -> None:
    """Run what is missing and print what there is."""
    # a file or a pipe has no width of its own
    console = Console(width=None if sys.stdout.isatty() else 180)
    if purpose not in FIRST_SEED:
        raise typer.BadParameter(f"{purpose!r} is none of: {', '.join(FIRST_SEED)}")
    specs = [
        AccountSpec(purpose, is_planted, number)  # type: ignore[arg-type]
        for is_planted, count in ((False, clean), (True, planted))
        for number in range(count)
    ]
    folder = Path.cwd()
    known = Results(results, code_version(folder))
    if known.outdated:
        console.print(f"{known.outdated} lines of {results} are of another version of the code.")
    if not only_print:
        finished = [(row["is_planted"], row["number"]) for row in known.of(specs)]
        missing = [spec for spec in specs if (spec.is_planted, spec.number) not in finished]
        _run_all(missing, known, folder, processes, console)
    print_tables(known.of(specs), console)


def _run_all(
    specs: list[AccountSpec], known: Results, folder: Path, processes: int, console: Console
) -> None:
    if not specs:
        return
    project = read_project(folder)
    # one thread of numpy in each of several processes
    os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
    with ProcessPoolExecutor(processes) as executor:
        waiting = [executor.submit(judge, spec, project) for spec in specs]
        for done in track(as_completed(waiting), "accounts", len(waiting), console=console):
            known.add(done.result())


if __name__ == "__main__":
    app()

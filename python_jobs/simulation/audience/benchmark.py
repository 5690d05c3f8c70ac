"""Judges the audience side by what is true: `python -m python_jobs.simulation.audience.benchmark`.

Every finished account is a line in a file, so an interrupted run goes on where it stopped, and
tables can be printed again without running anything. Lines that another version of the code wrote
are left out.
"""

import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from python_jobs.audience.recommendations.recommend import READS
from python_jobs.simulation.audience.accounts import FIRST_SEED, AccountSpec, audience_spec
from python_jobs.simulation.audience.build import make_customer
from python_jobs.simulation.audience.judged import TARGETS, built, effects, estimates
from python_jobs.simulation.audience.recommended import judge_recommendations, read_tables
from python_jobs.simulation.audience.report import print_tables
from python_jobs.simulation.closed_loop.engine import Settings, default_settings
from python_jobs.simulation.measured import Row, code_version, measure, measured
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

app = typer.Typer(add_completion=False)


@dataclass(frozen=True)
class Project:
    """The code as it stood when the benchmark began: what workers run, whatever changes later."""

    folder: Path
    version: str
    compiled: CompiledProject
    settings: Settings


def read_project(folder: Path) -> Project:
    """Return the project in a folder with all that accounts are judged by."""
    return Project(
        folder,
        code_version(folder, CODE, NOT_RUN),
        compile_project(folder, (*TARGETS, *READS)),
        default_settings(folder),
    )


def judge(spec: AccountSpec, project: Project) -> list[Row]:
    """Make an account, build it, and hold it against its truth: one row."""
    began = time.process_time()
    account = make_customer(audience_spec(spec))
    with built(account, project.compiled, project.folder, project.settings) as results:
        row = {
            **asdict(spec),
            "version": project.version,
            "strength": spec.strength if spec.is_planted else None,
            "effects": effects(account, results, project.settings).to_dict("records"),
            "estimates": estimates(account, results).to_dict("records"),
            **judge_recommendations(
                account, read_tables(results, project.compiled), project.settings.parameters
            ),
        }
    return [row | {"seconds": round(time.process_time() - began, 2)}]


def known_rows(file: Path, version: str) -> list[Row]:
    """Return the rows of a file that a version of the code has written."""
    return [row for row in measured(file) if row["version"] == version]


def rows_of(rows: Iterable[Row], specs: Sequence[AccountSpec]) -> list[Row]:
    """Return the rows of some accounts."""
    wanted = [asdict(spec) for spec in specs]
    return [row for row in rows if {name: row[name] for name in wanted[0]} in wanted]


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
    version = code_version(folder, CODE, NOT_RUN)
    known = known_rows(results, version)
    if outdated := len(measured(results)) - len(known):
        console.print(f"{outdated} lines of {results} are of another version of the code.")
    finished = {(row["is_planted"], row["number"]) for row in rows_of(known, specs)}
    missing = [spec for spec in specs if (spec.is_planted, spec.number) not in finished]
    if missing and not only_print:
        project = read_project(folder)
        measure(
            judge,
            [(spec, project) for spec in missing],
            results,
            processes=processes,
            told="accounts",
            console=console,
        )
        known = known_rows(results, version)
    print_tables(rows_of(known, specs), console)


if __name__ == "__main__":
    app()

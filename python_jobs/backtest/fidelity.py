"""How well the backtest ranks parameters: `python -m python_jobs.backtest.fidelity`.

Accounts are simulated under a buyer for a year. Each set of parameters is valued on that past, and
then really run for eight weeks from where the buyer left off: the truth, which only a simulation
knows. What counts is whether sets that the backtest values more earn more.

Every finished run is a line in a file, so an interrupted measurement goes on where it stopped.
"""

import json
import pickle
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd
import typer
from rich.console import Console
from rich.table import Table

from python_jobs.backtest.evaluate import READ_BY_TABLES, Evaluator
from python_jobs.backtest.panel import Panel, make_panel
from python_jobs.config.load import load_parameters
from python_jobs.config.search_space import Tunable, load_search_space
from python_jobs.decisions.relations import frame
from python_jobs.simulation.closed_loop.clairvoyant import clairvoyant
from python_jobs.simulation.closed_loop.engine import (
    Engine,
    Settings,
    default_settings,
    with_changes,
)
from python_jobs.simulation.closed_loop.limits import LARGEST_STEP
from python_jobs.simulation.closed_loop.loop import ManagedAccount, Rhythm, prepare, run
from python_jobs.simulation.closed_loop.together import revenue_of_each
from python_jobs.simulation.closed_loop.worlds import WorldSpec, draw_settings
from python_jobs.simulation.measured import Row, measure, measured
from python_jobs.simulation.pipeline import CompiledProject, Pipeline, compile_project
from python_jobs.simulation.tables import make_tables

RHYTHM: Rhythm = "weekly"
NOT_TRIED = (*READ_BY_TABLES, "safety_rules.cooldown_days", "effort.")
"""Besides what tables read: rests and effort, which the loop's own rhythm sets."""

PAST_DAYS = 364
AT_ONCE = 20
"""Sets that are run in one warehouse."""

FOLLOWED = (1, 2, 4)
"""Weeks that a valued policy goes on from its own budgets."""

app = typer.Typer(add_completion=False)


def parameter_sets(
    ranges: Mapping[str, Tunable], settings: Settings, count: int
) -> list[dict[str, Any]]:
    """Draw sets of parameters from the search space: the defaults, then further and further off.

    Each set goes some way, the same for all of its parameters, from the defaults to a point drawn
    evenly from the whole space.
    """
    rng = np.random.default_rng(0)
    defaults = {row.parameter: json.loads(row.value) for row in settings.rows}
    tried = {path: r for path, r in ranges.items() if not path.startswith(NOT_TRIED)}
    sets: list[dict[str, Any]] = [{}]
    for number in range(1, count):
        way = number / (count - 1)
        changes = {}
        for path, tunable in tried.items():
            low, high, default = tunable.low, tunable.high, defaults[path]
            if path == "safety_rules.max_decrease":
                high = LARGEST_STEP  # the loop holds everybody to it
            logs = tunable.scale == "log"
            ends = np.log([low, high, default]) if logs else np.array([low, high, default])
            value = ends[2] + way * (rng.uniform(ends[0], ends[1]) - ends[2])
            value = float(np.exp(value)) if logs else float(value)
            changes[path] = round(value) if tunable.scale == "integer" else value
        sets.append(changes)
    return sets


def account_of(spec: WorldSpec, days: int = PAST_DAYS) -> ManagedAccount:
    """Return an account that a buyer has managed for a year, or for other `days`."""
    return prepare(draw_settings(spec), days=days)


def panel_of(
    start: ManagedAccount, compiled: CompiledProject, project: Path, settings: Settings
) -> Panel:
    """Return the account's past mornings, made by the project's own SQL."""
    backtest = settings.parameters.backtest
    return make_panel(
        *backtest_tables(start, compiled, project, settings),
        lowest=backtest.elasticity.lowest,
        highest=backtest.elasticity.highest,
        limited_below=backtest.limited_below,
    )


def backtest_tables(
    start: ManagedAccount, compiled: CompiledProject, project: Path, settings: Settings
) -> list[pd.DataFrame]:
    """Return the account's `backtest_panel`, `backtest_folds` and `backtest_response`."""
    seen = start.seen()
    engine = Engine(compiled, project, settings)
    customer = seen.export()
    engine.remember_budgets(customer)
    pipeline: Pipeline = engine.pipeline
    rows = with_changes(settings, {"backtest.weeks": PAST_DAYS // 7}).rows
    pipeline.build(make_tables(customer, seen.today, rows, "past"), with_backtest=True)
    tables = [
        frame(pipeline.connection.table(f"backtest.{name}"))
        for name in ("backtest_panel", "backtest_folds", "backtest_response")
    ]
    engine.close()
    return tables


def _past(spec: WorldSpec, folder: Path, project: Path, compiled: CompiledProject) -> list[Row]:
    """Make an account's past, from which all sets start; no row of the results."""
    settings = default_settings(project)
    start = account_of(spec)
    panel = panel_of(start, compiled, project, settings)
    alone = run(start, lambda seen: seen.budgets, RHYTHM).revenue
    best = clairvoyant(start).revenue
    file = folder / f"{_name(spec)}.pickle"
    file.write_bytes(pickle.dumps((panel, start, alone, best)))
    return []


def _truth(
    spec: WorldSpec,
    sets: Mapping[int, Mapping[str, Any]],
    folder: Path,
    project: Path,
    compiled: CompiledProject,
) -> list[Row]:
    began = time.process_time()
    _, start, _, _ = pickle.loads((folder / f"{_name(spec)}.pickle").read_bytes())  # noqa: S301
    revenues = revenue_of_each(
        start,
        list(sets.values()),
        compiled=compiled,
        project=project,
        settings=default_settings(project),
        rhythm=RHYTHM,
    )
    seconds = round((time.process_time() - began) / len(sets), 2)
    return [
        {"account": _name(spec), "set": number, "revenue": revenue, "seconds": seconds}
        for number, revenue in zip(sets, revenues, strict=True)
    ]


def _name(spec: WorldSpec) -> str:
    return f"{spec.size}_{spec.curve}_{spec.number}"


@app.command()
def main(
    *,
    sets: Annotated[int, typer.Option(help="sets of parameters")] = 20,
    accounts: Annotated[int, typer.Option(help="simulated accounts")] = 3,
    size: Annotated[str, typer.Option(help="10, 40, 150 or small")] = "10",
    processes: Annotated[int, typer.Option(help="at a time")] = 2,
    folder: Annotated[Path, typer.Option(help="where finished runs are kept")] = Path(
        "target/fidelity"
    ),
) -> None:
    """Run what is missing and print the rank correlations."""
    console = Console()
    project = Path.cwd()
    compiled, settings = compile_project(project), default_settings(project)
    rows, _ = load_parameters(project / "config", "no customer's own", "meta")
    ranges, problems = load_search_space(project / "config", "no customer's own", "meta", rows)
    if problems:
        raise typer.BadParameter("\n".join(problems))
    tried = parameter_sets(ranges, settings, sets)
    specs = [
        WorldSpec("tuning", size, ("power", "hill")[number % 2], "buyer", 500 + number)  # type: ignore[arg-type]
        for number in range(accounts)
    ]
    file = folder / f"truth_{sets}.jsonl"
    pasts = [
        (spec, folder, project, compiled)
        for spec in specs
        if not (folder / f"{_name(spec)}.pickle").exists()
    ]
    measure(_past, pasts, file, processes=processes, told="pasts", console=console)
    known = {(row["account"], row["set"]) for row in measured(file)}
    tasks = []
    for spec in specs:
        left = [number for number in range(sets) if (_name(spec), number) not in known]
        parts = [left[start : start + AT_ONCE] for start in range(0, len(left), AT_ONCE)]
        tasks += [(spec, {n: tried[n] for n in part}, folder, project, compiled) for part in parts]
    done = measure(_truth, tasks, file, processes=processes, told="sets", console=console)
    names = [_name(spec) for spec in specs]
    truth = pd.DataFrame(done).pivot_table(index="set", columns="account", values="revenue")
    print_ranks(truth[names], tried, folder, settings, console)


def print_ranks(
    truth: pd.DataFrame,
    tried: Sequence[Mapping[str, Any]],
    folder: Path,
    settings: Settings,
    console: Console,
) -> None:
    """Print rank correlations of backtest and closed loop over the sets, for each estimator.

    Args:
        truth: Revenue of the eight weeks, one row per set, one column per account.
        tried: The sets.
        folder: Where the accounts' pasts are kept.
        settings: Those in force.
        console: Where to print.

    """
    pasts = {
        name: pickle.loads((folder / f"{name}.pickle").read_bytes())  # noqa: S301
        for name in truth.columns
    }
    gained = pd.DataFrame({name: truth[name] / pasts[name][2] - 1 for name in truth.columns})
    table = Table(title=f"rank correlation with the closed loop, {len(truth)} sets of parameters")
    for heading in ("weeks followed", "mean of accounts", *truth.columns, "ms a set"):
        table.add_column(heading, justify="right")
    for follow in FOLLOWED:
        began = time.process_time()
        valued = pd.DataFrame(
            {
                name: [
                    Evaluator(past[0], settings.parameters, follow=follow)(changes).gain.mean()
                    for changes in tried
                ]
                for name, past in pasts.items()
            }
        )
        each = 1000 * (time.process_time() - began) / valued.size
        ranks = [valued.mean(axis=1).corr(gained.mean(axis=1), method="spearman")]
        ranks += [valued[name].corr(gained[name], method="spearman") for name in truth.columns]
        table.add_row(str(follow), *(f"{rank:.2f}" for rank in ranks), f"{each:.0f}")
    console.print(table)


if __name__ == "__main__":
    app()

"""Which method finds good parameters soonest: `python -m python_jobs.tuning.benchmark`.

Simulated customers of 40 ad sets over a year, each search from the parameters in force and with
the same first points. Told is by how much the best trial within bounds earns more than the
parameters in force on the folds that choose (mean over folds less half their spread, per cent of
revenue), and the CPU seconds that choosing took; valuing a trial costs all methods the same.

Every finished search is a line in a file, so an interrupted run goes on where it stopped.
"""

import json
import pickle
import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd
import typer
from rich.console import Console
from threadpoolctl import threadpool_limits

from python_jobs.backtest.fidelity import account_of, panel_of
from python_jobs.backtest.panel import Panel
from python_jobs.config.load import Parameter, load_defaults, load_parameters
from python_jobs.config.search_space import load_search_space
from python_jobs.simulation.closed_loop.engine import default_settings
from python_jobs.simulation.closed_loop.worlds import WorldSpec
from python_jobs.simulation.measured import Row, measure, measured
from python_jobs.simulation.pipeline import CompiledProject, compile_project
from python_jobs.tuning.choice import aims, excess
from python_jobs.tuning.samplers import SAMPLERS
from python_jobs.tuning.search import Search
from python_jobs.tuning.tune import Past

TOLD_AT = (50, 100)
"""trials"""
STARTS = ("defaults", "bad")
"""the defaults, and parameters drawn evenly from the middle half of the search space"""

app = typer.Typer(add_completion=False)


def past_of(
    panel: Panel, project: Path, start: str, number: int, own: Mapping[str, Any] | None = None
) -> Past:
    """Return a customer's past under the defaults, or under a bad but plausible start.

    Args:
        panel: Past mornings.
        project: Root folder.
        start: One of `STARTS`.
        number: Of the bad start that is drawn.
        own: What this customer has set besides, by dotted path.

    """
    rows, _ = load_parameters(project / "config", "no customer's own", "meta")
    rows = _with_values(rows, own or {})
    ranges, _ = load_search_space(project / "config", "no customer's own", "meta", rows)
    defaults = load_defaults(project / "config")
    past = Past(panel, rows, list(ranges.values()), defaults)
    if start == "defaults":
        return past
    random = np.random.default_rng(number)
    while True:
        point = random.uniform(0.25, 0.75, size=len(past.space.start))
        values = past.space.values(point)
        if past.allowed(values):
            break
    return Past(panel, _with_values(rows, values), list(ranges.values()), defaults)


def _with_values(rows: Iterable[Parameter], values: Mapping[str, Any]) -> list[Parameter]:
    return [
        replace(row, value=json.dumps(values[row.parameter])) if row.parameter in values else row
        for row in rows
    ]


def searched(panel: Panel, project: Path, task: Mapping[str, Any], trials: int) -> Row:
    """Search once and tell the best gain at each of `TOLD_AT`, and the seconds of choosing."""
    past = past_of(panel, project, task["start"], task["customer"])
    valuing = [0.0]

    def scores(values: Mapping[str, float | int]) -> Mapping[str, Any]:
        begun = time.process_time()
        found = past.scores(values)
        valuing[0] += time.process_time() - begun
        return found

    objectives = past.parameters.objectives
    sampler = SAMPLERS[task["sampler"]]
    search = Search(past.space, objectives, trials, sampler, task["seed"], past.allowed)
    begun = time.process_time()
    with threadpool_limits(1):
        done = list(search.trials(scores))
    choosing = time.process_time() - begun - valuing[0]
    earned = np.where(excess(done, objectives) <= 0, aims(done, objectives)[:, 0], -np.inf)
    best = np.maximum.accumulate(earned) - earned[0]
    return {
        **task,
        "gains": {str(at): float(100 * best[at - 1]) for at in TOLD_AT if at <= trials},
        "choosing": choosing,
        "valuing": valuing[0],
    }


def _past(customer: int, folder: Path, project: Path, compiled: CompiledProject) -> list[Row]:
    """Make a customer's past, which all searches of it share; no row of the results."""
    spec = WorldSpec("tuning", "40", ("power", "hill")[customer % 2], "buyer", 700 + customer)
    panel = panel_of(account_of(spec), compiled, project, default_settings(project))
    (folder / f"panel_{customer}.pickle").write_bytes(pickle.dumps(panel))
    return []


def _search(folder: Path, project: Path, task: Mapping[str, Any], trials: int) -> list[Row]:
    panel = pickle.loads((folder / f"panel_{task['customer']}.pickle").read_bytes())  # noqa: S301
    return [searched(panel, project, task, trials)]


@app.command()
def main(
    *,
    customers: Annotated[int, typer.Option(help="simulated customers")] = 5,
    seeds: Annotated[int, typer.Option(help="searches of each method and customer")] = 3,
    trials: Annotated[int, typer.Option(help="trials of a search")] = 100,
    samplers: Annotated[str, typer.Option(help="methods, with commas")] = ",".join(SAMPLERS),
    processes: Annotated[int, typer.Option(help="at a time")] = 2,
    folder: Annotated[Path, typer.Option(help="where finished searches are kept")] = Path(
        "target/benchmark_tuning"
    ),
) -> None:
    """Run what is missing and print the table."""
    console = Console()
    project = Path.cwd()
    compiled = compile_project(project)
    file = folder / f"searches_{trials}.jsonl"
    keys = ("customer", "start", "sampler", "seed")
    known = {tuple(row[key] for key in keys) for row in measured(file)}
    wanted = [
        {"customer": customer, "start": start, "sampler": sampler, "seed": seed}
        for seed in range(seeds)
        for customer in range(customers)
        for start in STARTS
        for sampler in samplers.split(",")
    ]
    tasks = [
        (folder, project, task, trials)
        for task in wanted
        if tuple(task[key] for key in keys) not in known
    ]
    pasts = [
        (number, folder, project, compiled)
        for number in range(customers)
        if not (folder / f"panel_{number}.pickle").exists()
    ]
    measure(_past, pasts, file, processes=processes, told="pasts", console=console)
    done = measure(_search, tasks, file, processes=processes, told="searches", console=console)
    console.print(table(done), markup=False)


def table(done: list[Row]) -> str:
    """Return means over customers and seeds, with standard errors, as a Markdown table."""
    rows = pd.DataFrame([row | row["gains"] for row in done])
    at = [str(number) for number in TOLD_AT if str(number) in rows]
    lines = [
        f"| method | {' | '.join(f'{s}, {n} trials' for s in STARTS for n in at)} | CPU s |",
        "|---" * (len(STARTS) * len(at) + 2) + "|",
    ]
    for sampler, of_sampler in rows.groupby("sampler"):
        cells = [
            f"{float(np.mean(gains)):+.2f} ({float(np.std(gains, ddof=1) / len(gains) ** 0.5):.2f})"
            for start in STARTS
            for number in at
            for gains in [of_sampler.loc[of_sampler["start"] == start, number].to_numpy()]
        ]
        seconds = of_sampler["choosing"].mean()
        lines.append(f"| {sampler!s} | {' | '.join(cells)} | {seconds:.1f} |")
    return "\n".join(lines)


if __name__ == "__main__":
    app()

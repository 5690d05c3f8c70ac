"""What tuning earns: `python -m python_jobs.tuning.closed_loop`.

Simulated customers of 40 ad sets with a buyer's year behind them, which only a simulation can run
on. Each is tuned from the defaults and from a bad but plausible start, as `autopilot tune` does it,
adoption included; then every set of parameters decides for eight weeks more, in the same luck. Told
is what each earns over budgets left alone.

Besides the usual accounts there are some unlike the average: purchases that come in late, audiences
that wear out three times as fast, claims of Meta far above what its ads cause.

With `--noise` returns are dealt out among ad sets at random, and money earns as much wherever it
goes: no parameters are better than others, and told is how often some are adopted all the same.

Every finished customer is a line in a file, so an interrupted run goes on where it stopped.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd
import typer
from rich.console import Console
from threadpoolctl import threadpool_limits

from python_jobs.backtest.fidelity import NOT_TRIED, PAST_DAYS, RHYTHM, panel_of
from python_jobs.backtest.panel import WEEK, Panel
from python_jobs.backtest.policies import with_permuted_outcomes
from python_jobs.simulation.closed_loop.clairvoyant import clairvoyant
from python_jobs.simulation.closed_loop.engine import default_settings
from python_jobs.simulation.closed_loop.loop import ManagedAccount, prepare, run
from python_jobs.simulation.closed_loop.together import revenue_of_each
from python_jobs.simulation.closed_loop.worlds import WorldSpec, draw_settings
from python_jobs.simulation.measured import Row, measure, measured
from python_jobs.simulation.pipeline import CompiledProject, compile_project
from python_jobs.tuning.adopt import Improvement
from python_jobs.tuning.benchmark import STARTS, past_of
from python_jobs.tuning.samplers import SAMPLERS
from python_jobs.tuning.search import Search
from python_jobs.tuning.tune import Conclusion, Past, conclude

FAMILIES: Mapping[str, Mapping[str, Any]] = {
    "usual": {},
    # a fifth on the first day, as where people think it over for a week
    "late": {"maturity": (0.20, 0.36, 0.50, 0.62, 0.73, 0.83, 0.92, 1.0)},
    "worn": {"fatigue": 3.0},
    "over-claimed": {"over_claim": (0.3, 0.6, 0.9, 2.0)},
}
FIRST_NUMBER = 800
"""of the worlds, which no other measurement uses"""
DEALINGS = 5
"""of one account's returns, where there is nothing to learn"""
FREE_MOVES = {"backtest.learning_cost": 0.0}

app = typer.Typer(add_completion=False)


def account_of(family: str, number: int) -> ManagedAccount:
    """Return an account of a family that a buyer has managed for a year."""
    spec = WorldSpec("tuning", "40", ("power", "hill")[number % 2], "buyer", FIRST_NUMBER + number)
    return prepare(replace(draw_settings(spec), **FAMILIES[family]), days=PAST_DAYS)


def tuned(past: Past, iterations: int, seed: int) -> Conclusion:
    """Search and conclude as `autopilot tune` does."""
    objectives = past.parameters.objectives
    search = Search(past.space, objectives, iterations, SAMPLERS["gp"], seed, past.allowed)
    with threadpool_limits(1):
        return conclude(past, list(search.trials(past.scores)), seed)


def _told_of(proof: Improvement) -> list[float]:
    return [proof.mean, proof.low, proof.error]


def _customer(
    family: str, number: int, iterations: int, project: Path, compiled: CompiledProject
) -> list[Row]:
    if family == "noise":
        return _noise(number, iterations, project, compiled)
    return _run_on(family, number, iterations, project, compiled)


def _run_on(
    family: str, number: int, iterations: int, project: Path, compiled: CompiledProject
) -> list[Row]:
    settings = default_settings(project)
    start = account_of(family, number)
    panel = panel_of(start, compiled, project, settings)
    told: Row = {"family": family, "number": number}
    sets: dict[str, dict[str, Any]] = {}
    for begun in STARTS:
        past = past_of(panel, project, begun, number)
        found = tuned(past, iterations, number)
        before = {name: past.in_force[name] for name in past.space.names}
        sets[begun], sets[f"picked from {begun}"] = before, before | dict(found.changed)
        told[f"verdict from {begun}"] = found.verdict
        told[f"kept out from {begun}"] = _told_of(found.proof)
        told[f"placebos from {begun}"] = [found.placebos.moves, found.placebos.outcomes]
    revenue = revenue_of_each(
        start,
        [
            {name: value for name, value in each.items() if not name.startswith(NOT_TRIED)}
            for each in sets.values()
        ],
        compiled=compiled,
        project=project,
        settings=settings,
        rhythm=RHYTHM,
    )
    alone = run(start, lambda seen: seen.budgets, RHYTHM).revenue
    told["gains"] = {name: each / alone - 1 for name, each in zip(sets, revenue, strict=True)} | {
        "clairvoyant": clairvoyant(start).revenue / alone - 1
    }
    return [told]


def _noise(number: int, iterations: int, project: Path, compiled: CompiledProject) -> list[Row]:
    """Tune on several dealings of one account's returns."""
    panel = panel_of(account_of("usual", number), compiled, project, default_settings(project))
    rows = []
    for dealing in range(DEALINGS):
        told: Row = {"family": "noise", "number": number, "dealing": dealing}
        seed = DEALINGS * number + dealing
        for begun in STARTS:
            past = past_of(with_nothing_to_learn(panel, seed), project, begun, seed, FREE_MOVES)
            found = tuned(past, iterations, seed)
            told[f"verdict from {begun}"] = found.verdict
            told[f"kept out from {begun}"] = _told_of(found.proof)
        rows.append(told)
    return rows


def with_nothing_to_learn(panel: Panel, seed: int) -> Panel:
    """Return the panel with each morning's returns dealt out anew and the same for all money.

    Noise alone is not enough: where returns fall with spend, moves cost or budgets stay unspent,
    whoever moves less, or to where money is spent, truly earns more. So budgets are spent in full,
    returns don't fall and moves are free (`FREE_MOVES`): whatever is decided is expected to earn
    the same.
    """
    outcome, rows = panel.outcome, len(panel)
    spend = WEEK * outcome.budget
    roas = np.divide(outcome.revenue, outcome.spend, out=np.zeros(rows), where=outcome.spend > 0)
    return with_permuted_outcomes(
        replace(
            panel,
            outcome=replace(
                outcome,
                spend=spend,
                revenue=spend * roas,
                is_limited=np.zeros(rows, bool),
            ),
            belief=replace(
                panel.belief,
                elasticity=np.ones(rows),
                type_deviation=np.zeros(rows),
                own_deviation=np.zeros(rows),
                highest=1.0,
            ),
        ),
        seed,
    )


@app.command()
def main(
    *,
    usual: Annotated[int, typer.Option(help="customers as they are on average")] = 10,
    unlike: Annotated[int, typer.Option(help="customers of each other family")] = 4,
    noise: Annotated[int, typer.Option(help="customers whose returns are dealt out anew")] = 0,
    iterations: Annotated[int, typer.Option(help="trials of a search")] = 100,
    processes: Annotated[int, typer.Option(help="at a time")] = 2,
    folder: Annotated[Path, typer.Option(help="where finished customers are kept")] = Path(
        "target/tuning_closed_loop"
    ),
) -> None:
    """Run what is missing and print the tables."""
    console = Console()
    project = Path.cwd()
    compiled = compile_project(project)
    file = folder / f"customers_{iterations}.jsonl"
    known = {(row["family"], row["number"]) for row in measured(file)}
    wanted = [("usual", number) for number in range(usual)]
    wanted += [(name, number) for number in range(unlike) for name in FAMILIES if name != "usual"]
    wanted += [("noise", number) for number in range(noise)]
    tasks = [(*each, iterations, project, compiled) for each in wanted if each not in known]
    done = measure(_customer, tasks, file, processes=processes, told="customers", console=console)
    tuned_ones = [row for row in done if row["family"] != "noise"]
    if tuned_ones:
        console.print(table(tuned_ones), markup=False)
    of_noise = [row for row in done if row["family"] == "noise"]
    if of_noise:
        console.print(noise_table(of_noise), markup=False)


def noise_table(done: list[Row]) -> str:
    """Return how often something was adopted where there was nothing to learn."""
    lines = [
        "| nothing to learn, from | runs | adopted | had a pick to prove |",
        "|---|---|---|---|",
    ]
    for begun in STARTS:
        adopted = sum(row[f"verdict from {begun}"] == "adopted" for row in done)
        # what changes nothing has no error
        proved = sum(row[f"kept out from {begun}"][2] > 0 for row in done)
        lines.append(f"| {begun} | {len(done)} | {adopted} | {proved} |")
    return "\n".join(lines)


def table(done: list[Row]) -> str:
    """Return means over customers as a Markdown table.

    Columns: per cent of revenue over budgets left alone; how many searches adopted their pick; what
    the customer then has, the pick where it is adopted, what was in force where not.
    """
    rows = []
    for row in done:
        gains, told = row["gains"], {"family": row["family"]}
        for begun in STARTS:
            adopted = row[f"verdict from {begun}"] == "adopted"
            told[begun] = 100 * gains[begun]
            told[f"picked from {begun}"] = 100 * gains[f"picked from {begun}"]
            told[f"adopted from {begun}"] = float(adopted)
            told[f"tuned from {begun}"] = 100 * gains[f"picked from {begun}" if adopted else begun]
        rows.append(told | {"clairvoyant": 100 * gains["clairvoyant"]})
    frame = pd.DataFrame(rows)
    means = frame.groupby("family", sort=False).mean()
    means.insert(0, "customers", frame.groupby("family", sort=False).size())
    lines = [f"| family | {' | '.join(means.columns)} |", "|---" * (len(means.columns) + 1) + "|"]
    lines += [
        f"| {family!s} | {' | '.join(f'{value:.2f}' for value in values)} |"
        for family, values in zip(means.index, means.to_numpy(), strict=True)
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    app()

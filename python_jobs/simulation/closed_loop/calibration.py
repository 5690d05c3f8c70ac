"""How sure is sure: `python -m python_jobs.simulation.closed_loop.calibration`.

In simulated accounts that nobody tuned on the engine decides once. Each budget that it moves is
moved alone, the money coming from or going to all others by their budgets, and the truth, which
only a simulation knows, says whether that earns more than keeping it. Told is how often it does
among moves of which `prob_beats_hold` says the same.
"""

from pathlib import Path
from typing import Annotated

import numpy as np
import pandas as pd
import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from python_jobs.decisions.arrays import Bools, Floats
from python_jobs.decisions.value import UNFORESEEN
from python_jobs.simulation.closed_loop.engine import Engine, default_settings, recommended
from python_jobs.simulation.closed_loop.loop import ManagedAccount, warm_up
from python_jobs.simulation.closed_loop.worlds import (
    CURVES,
    FIRST_SEED,
    STARTS,
    Size,
    WorldSpec,
)
from python_jobs.simulation.pipeline import compile_project

EDGES = (0.0, 0.5, 0.6, 0.7, 0.8, 0.87, 1.0)
"""of what is stated; 1 - UNFORESEEN / 2 is the largest"""
SHARES = np.linspace(0, 0.5, 51)


def is_right(account: ManagedAccount, budgets: Floats, holder: int) -> bool:
    """Tell whether moving one budget earns more, the others giving or taking in proportion."""
    before = account.budgets
    others = np.arange(len(before)) != holder
    moved = before.copy()
    moved[others] *= 1 - (budgets[holder] - before[holder]) / before[others].sum()
    moved[holder] = budgets[holder]
    earned = [account.world.expected_revenue(b, typical=True).sum() for b in (before, moved)]
    return bool(earned[1] > earned[0])


def main(
    accounts: Annotated[int, typer.Option(help="simulated accounts of each kind of curve")] = 10,
    size: Annotated[str, typer.Option(help="10, 40, 150 or small")] = "40",
    purpose: Annotated[str, typer.Option(help="tuning or judging accounts")] = "judging",
) -> None:
    """Print how often moves are right, by how sure they are said to be."""
    if purpose not in FIRST_SEED:
        raise typer.BadParameter(f"{purpose} is none of {' and '.join(FIRST_SEED)}")
    project = Path.cwd()
    compiled, settings = compile_project(project), default_settings(project)
    specs = [
        WorldSpec(purpose, _size(size), curve, STARTS[number % len(STARTS)], 300 + number)  # type: ignore[arg-type]
        for number in range(accounts)
        for curve in CURVES
    ]
    stated: list[float] = []
    right: list[bool] = []
    for spec in track(specs, "accounts", console=Console(stderr=True)):
        account = warm_up(spec)
        engine = Engine(compiled, project, settings)
        wanted = engine(account.seen())
        decided = engine.decisions[-1]
        chances = recommended(
            decided.assign(recommended_budget=decided["prob_beats_hold"]),
            account.export(),
            np.full(len(wanted), np.nan),
        )
        engine.close()
        moved = np.flatnonzero(np.isfinite(chances))
        stated += chances[moved].tolist()
        right += [is_right(account, wanted, holder) for holder in moved.tolist()]
    moves = pd.DataFrame({"stated": stated, "right": right})
    Console().print(table_of(moves))
    print(f"UNFORESEEN is {UNFORESEEN}; {best_share(moves):.2f} would fit these moves best.")


def _size(text: str) -> Size:
    if text not in ("10", "40", "150", "small"):
        raise typer.BadParameter(f"{text} is none of 10, 40, 150 and small")
    return text  # type: ignore[return-value]


def log_loss(stated: Floats, right: Bools) -> float:
    """Return the mean of -ln of the chance that was given to what came, (moves,) each."""
    return float(-np.log(np.where(right, stated, 1 - stated)).mean())


def best_share(moves: pd.DataFrame) -> float:
    """Return the share of moves to call unforeseen with which the log loss is least."""
    estimated = (moves["stated"].to_numpy() - UNFORESEEN / 2) / (1 - UNFORESEEN)
    # as sure as no estimate is, so that one wrong move counts for no more than a hundred
    estimated, right = np.clip(estimated, 0.01, 0.99), moves["right"].to_numpy(bool)
    return float(min(SHARES, key=lambda u: log_loss(u / 2 + (1 - u) * estimated, right)))


def table_of(moves: pd.DataFrame) -> Table:
    """Return moves by how sure they are said to be: how many, stated mean, share that is right."""
    loss = log_loss(moves["stated"].to_numpy(), moves["right"].to_numpy(bool))
    table = Table(title=f"{len(moves)} moves, log loss {loss:.3f}")
    for heading in ("stated", "moves", "mean stated", "right"):
        table.add_column(heading, justify="right")
    for interval, part in moves.groupby(pd.cut(moves["stated"], EDGES), observed=True):
        mean, share = part["stated"].mean(), part["right"].mean()
        table.add_row(
            f"{interval.left:.2f} to {interval.right:.2f}",
            str(len(part)),
            f"{100 * mean:.0f} %",
            f"{100 * share:.0f} %",
        )
    return table


if __name__ == "__main__":
    typer.run(main)

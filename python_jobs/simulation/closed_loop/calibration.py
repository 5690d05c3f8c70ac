"""How sure is sure: `python -m python_jobs.simulation.closed_loop.calibration`.

In simulated accounts that nobody tuned on the engine decides once. Each budget that it moves is
moved alone, the money coming from or going to all others by their budgets, and the truth, which
only a simulation knows, says whether that earns more than keeping it. Told is how often it does
among moves of which `prob_beats_hold` says the same.

Then a week passes under the engine's budgets. Told is how often the 80 % interval of ROAS held what
a budget was to be expected to return in it, as Meta claims and the shop corrects it, and the same
of all of an account.
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
from python_jobs.decisions.value import INTERVAL, UNFORESEEN
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
WEEK = 7
TOLD = (
    "expected_7d_spend",
    "expected_7d_revenue",
    "expected_7d_revenue_low",
    "expected_7d_revenue_high",
    "shopify_correction",
)


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
    weeks: list[pd.DataFrame] = []
    for spec in track(specs, "accounts", console=Console(stderr=True)):
        account = warm_up(spec)
        engine = Engine(compiled, project, settings)
        wanted = engine(account.seen())
        decided, export = engine.decisions[-1], account.export()
        told = pd.DataFrame(
            {
                name: recommended(
                    decided.assign(recommended_budget=decided[name]),
                    export,
                    np.full(len(wanted), np.nan),
                )
                for name in ("prob_beats_hold", *TOLD)
            }
        )
        engine.close()
        moved = np.flatnonzero(told["prob_beats_hold"].notna())
        stated += told["prob_beats_hold"].iloc[moved].tolist()
        right += [is_right(account, wanted, holder) for holder in moved.tolist()]
        revenue, spend = week_of(account, wanted)
        truth = revenue * told["shopify_correction"] * told["expected_7d_spend"] / spend
        weeks.append(told.assign(account=len(weeks), truth=truth)[np.isfinite(truth)])
    moves = pd.DataFrame({"stated": stated, "right": right})
    Console().print(table_of(moves))
    drift = settings.parameters.evidence.shared_week_drift
    print("; ".join(held(pd.concat(weeks), drift)))
    print(f"UNFORESEEN is {UNFORESEEN}; {best_share(moves):.2f} would fit these moves best.")


def week_of(account: ManagedAccount, budgets: Floats) -> tuple[Floats, Floats]:
    """Let a week pass; return what holders (holders,) were to be credited with, and spent.

    Revenue is without the luck of single purchases.
    """
    world, days = account.world, len(account.record.results)
    account.budgets = np.round(budgets, 2)
    for _ in range(WEEK):
        account.live()
    ads, week = world.ad_sets, account.record.results[days:]
    caused = np.sum([day.expected_revenue for day in week], axis=0)
    claimed = caused * (world.settings.tracked_share + ads.over_claim)
    spent = np.sum([day.spend for day in week], axis=0)
    count = len(budgets)
    return (
        np.bincount(ads.holder, claimed, count).astype(np.float64),
        np.bincount(ads.holder, spent, count).astype(np.float64),
    )


def held(weeks: pd.DataFrame, shared_drift: float) -> list[str]:
    """Say how often 80 % intervals held the truth, of budgets and of whole accounts."""
    expected, high = weeks["expected_7d_revenue"], weeks["expected_7d_revenue_high"]
    of_budgets = weeks["truth"].between(weeks["expected_7d_revenue_low"], high)
    own_variance = np.maximum(np.log(high / expected) ** 2 - (INTERVAL * shared_drift) ** 2, 0)
    sums = (
        weeks.assign(expected=expected, variance=expected**2 * own_variance)
        .groupby("account")[["truth", "expected", "variance"]]
        .sum()
    )
    reach = np.hypot(np.sqrt(sums["variance"]) / sums["expected"], INTERVAL * shared_drift)
    of_accounts = np.abs(np.log(sums["truth"] / sums["expected"])) <= reach
    return [
        f"80 % intervals held the ROAS of {100 * inside.mean():.0f} % of {len(inside)} {name}"
        for inside, name in ((of_budgets, "budgets"), (of_accounts, "accounts"))
    ]


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

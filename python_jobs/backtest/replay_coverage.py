"""How often a replay's interval is right: `python -m python_jobs.backtest.replay_coverage`.

Accounts are simulated under a buyer for a year and their last eight weeks are replayed. The truth
only a simulation knows: each morning goes on for a week under the budgets that the engine would
have set, with the same luck, and its expected revenue is held against that of the week as it was.
Gains are shares of revenue. Of revenue as it is attributed, which a replay speaks of, each holder
counts by what it claims, over these weeks, of what it causes; of what is caused, all count alike.

Every finished account is lines in a file, so an interrupted measurement goes on where it stopped.
"""

from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd
import typer
from rich.console import Console
from rich.table import Table

from python_jobs.backtest.fidelity import PAST_DAYS, account_of, backtest_tables
from python_jobs.backtest.panel import WEEK
from python_jobs.backtest.replay import WEEKS, replay
from python_jobs.decisions.arrays import Floats
from python_jobs.simulation.closed_loop.engine import (
    default_settings,
    holder_ids,
    recommended,
)
from python_jobs.simulation.closed_loop.limits import held, step_limits
from python_jobs.simulation.closed_loop.loop import ManagedAccount, prepare
from python_jobs.simulation.closed_loop.worlds import WorldSpec, draw_settings
from python_jobs.simulation.measured import measure, measured
from python_jobs.simulation.pipeline import CompiledProject, compile_project

LINES = {"morning": "account_gain", "eight weeks": "total_gain"}
"""what a line of the file is of, and the replay's column for it"""

app = typer.Typer(add_completion=False)


def covered(
    spec: WorldSpec, compiled: CompiledProject, project: Path, *, days: int = PAST_DAYS
) -> list[dict[str, Any]]:
    """Replay an account and return what was told and what is true, for each morning and all.

    Args:
        spec: The account.
        compiled: The project's SQL.
        project: Its folder.
        days: Days that the account is simulated.

    Returns:
        Of each judged morning, and of all together: gain told with its interval, and the true
        ones, as shares of the revenue of the weeks they are of.

    """
    settings = default_settings(project)
    start = account_of(spec, days)
    panel, folds, response = backtest_tables(start, compiled, project, settings)
    newest = panel["decision_date"].max()
    recent = panel[panel["decision_date"] > newest - pd.Timedelta(days=WEEK * WEEKS)]
    rows = replay(recent, folds, response, settings.parameters)
    rows = rows[rows["account_gain"].notna()]
    first_day = start.world.settings.first_day
    mornings = np.sort(rows["decision_date"].unique())
    place = {key: index for index, key in enumerate(holder_ids(start.export()))}
    keys = zip(rows["budget_level"], rows["budget_entity_id"], strict=True)
    claimed = np.bincount([place[key] for key in keys], rows["next_7d_revenue"], len(place))
    other, as_it_was = [], []
    for morning in mornings:
        decided = rows[rows["decision_date"] == morning]
        day = (pd.Timestamp(morning).date() - first_day).days
        set_budgets = start.record.budgets[day]
        engine = recommended(
            decided.rename(columns={"budget_engine": "recommended_budget"}),
            start.export(),
            set_budgets,
        )
        # the replay distributes the money there was; cents too much would restart learning
        limits = step_limits(start.record.budgets[day - 1])
        engine = np.round(held(engine, *limits, float(set_budgets.sum())), 2)
        other.append(week_under(spec, day, engine))
        as_it_was.append(caused(start, day))
    weight = claimed / np.sum(as_it_was, axis=0)
    same_of_morning = [name for column in LINES.values() for name in ends(column)]
    mornings_of = rows.groupby("decision_date")
    told = mornings_of[same_of_morning].first()
    told["revenue"] = mornings_of["next_7d_revenue"].sum()
    for kind, each in (("attributed", weight), ("caused", np.ones(len(place)))):
        told[f"other_{kind}"] = np.array(other) @ each
        told[f"was_{kind}"] = np.array(as_it_was) @ each
    name = f"{spec.size}_{spec.curve}_{spec.number}"
    of_all = told.iloc[:1].copy()
    summed = ["revenue", "other_attributed", "was_attributed", "other_caused", "was_caused"]
    of_all[summed] = told[summed].sum().to_numpy()
    return [
        {
            "account": name,
            "of": of,
            **{
                end: float(row[column] / row["revenue"])
                for end, column in zip(("told", "low", "high"), ends(LINES[of]), strict=True)
            },
            **{
                kind: float(row[f"other_{kind}"] / row[f"was_{kind}"] - 1.0)
                for kind in ("attributed", "caused")
            },
        }
        for of, part in (("morning", told), ("eight weeks", of_all))
        for _, row in part.iterrows()
    ]


def ends(column: str) -> tuple[str, str, str]:
    """Return the names of a gain's mean and of both ends of its interval."""
    return column, f"{column}_low", f"{column}_high"


def week_under(spec: WorldSpec, day: int, budgets: Floats) -> Floats:
    """Return the revenue that holders (holders,) cause in the week from `day` on under budgets.

    The account is brought to that morning anew: the same world has the same luck.
    """
    account = prepare(draw_settings(spec), days=day)
    account.budgets = budgets
    for _ in range(WEEK):
        account.live()
    return caused(account, day)


def caused(account: ManagedAccount, day: int) -> Floats:
    """Return the expected revenue that holders (holders,) caused in the week from `day` on."""
    week = account.record.results[day : day + WEEK]
    by_ad_set = np.sum([result.expected_revenue for result in week], axis=0)
    return np.bincount(account.world.ad_sets.holder, by_ad_set).astype(np.float64)


@app.command()
def main(
    *,
    accounts: Annotated[int, typer.Option(help="simulated accounts")] = 40,
    size: Annotated[str, typer.Option(help="10, 40, 150 or small")] = "10",
    processes: Annotated[int, typer.Option(help="at a time")] = 2,
    folder: Annotated[Path, typer.Option(help="where finished accounts are kept")] = Path(
        "target/replay_coverage"
    ),
) -> None:
    """Run what is missing and print how often intervals hold the truth, and the bias."""
    console = Console()
    project = Path.cwd()
    compiled = compile_project(project)
    file = folder / f"coverage_{size}.jsonl"
    specs = [
        WorldSpec("tuning", size, ("power", "hill")[number % 2], "buyer", 600 + number)  # type: ignore[arg-type]
        for number in range(accounts)
    ]
    known = {row["account"] for row in measured(file)}
    tasks = [
        (spec, compiled, project)
        for spec in specs
        if f"{spec.size}_{spec.curve}_{spec.number}" not in known
    ]
    done = measure(covered, tasks, file, processes=processes, told="accounts", console=console)
    console.print(table(pd.DataFrame(done)))


def table(rows: pd.DataFrame) -> Table:
    """Return coverage and bias over accounts, with standard errors over accounts."""
    shown = Table(title=f"{rows['account'].nunique()} accounts; gains in % of revenue")
    for heading in ("of", "revenue", "intervals", "hold the truth", "told", "true", "bias"):
        shown.add_column(heading, justify="right")
    for of, part in rows.groupby("of", sort=False):
        for kind in ("attributed", "caused"):
            holds = (part["low"] <= part[kind]) & (part[kind] <= part["high"])
            by_account = part.assign(holds=holds, off=part["told"] - part[kind])
            means = by_account.groupby("account")[["holds", "off", "told", kind]].mean()
            error = means.std(ddof=1) / np.sqrt(len(means))
            shown.add_row(
                str(of),
                kind,
                str(len(part)),
                f"{means['holds'].mean():.0%} ({error['holds']:.0%})",
                f"{means['told'].mean():+.2%}",
                f"{means[kind].mean():+.2%}",
                f"{means['off'].mean():+.2%} ({error['off']:.2%})",
            )
    return shown


if __name__ == "__main__":
    app()

"""One world through real builds: `python -m python_jobs.simulation.closed_loop.through_builds`.

Files are exported, `dbt build` runs, the published budgets are read, and the world lives on under
them, morning after morning. The same mornings are decided in memory beside it, and every budget
must be the same to the cent.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Annotated

import duckdb
import numpy as np
import pandas as pd
import typer
from rich.console import Console
from rich.table import Table

from python_jobs.simulation.closed_loop.engine import (
    Engine,
    change_days,
    default_settings,
    recommended,
)
from python_jobs.simulation.closed_loop.limits import permitted
from python_jobs.simulation.closed_loop.loop import ManagedAccount, warm_up
from python_jobs.simulation.closed_loop.observed import Observed
from python_jobs.simulation.closed_loop.worlds import SIZES, WorldSpec
from python_jobs.simulation.curves import Floats
from python_jobs.simulation.history import History
from python_jobs.simulation.pipeline import compile_project
from python_jobs.simulation.writers import write_export

CUSTOMER = "closed_loop"
PUBLISHED = (
    "select budget_level, budget_entity_id, recommended_budget from results.budget_allocations"
)


class BuiltEngine:
    """Decides by real builds of one customer, one after another in one warehouse."""

    def __init__(self, home: Path, build: Callable[[date], None], customer: str = CUSTOMER) -> None:
        """Keep datasets and warehouse under `home`; `build` builds and publishes for a morning."""
        self.build = build
        self.raw = home / "datasets" / customer / "meta" / "raw"
        self.published = home / "warehouse" / f"{customer}_meta.duckdb"
        self.warm_up: History | None = None

    def __call__(self, seen: Observed) -> Floats:
        """Export, build, and return the published budgets."""
        customer = seen.export()
        if self.warm_up is None:
            self.warm_up = customer.history
        looks = [
            self.warm_up.first_day + timedelta(days=day + 1) for day in change_days(self.warm_up)
        ]
        shutil.rmtree(self.raw, ignore_errors=True)
        write_export(self.raw, customer, seen.today, snapshots=(*looks, seen.today))
        self.build(seen.today)
        with duckdb.connect(str(self.published), read_only=True) as published:
            decided: pd.DataFrame = published.execute(PUBLISHED).df()
        return recommended(decided, customer, seen.budgets)


def build_by_command(project: Path, home: Path, as_of: date) -> None:
    """Build the customer under `home` with dbt's own command.

    Raises:
        RuntimeError: the build failed; the message ends with what dbt said.

    """
    environment = {
        "AUTOPILOT_DATASETS": str(home / "datasets"),
        "AUTOPILOT_WAREHOUSE": str(home / "warehouse"),
        "DBT_TARGET_PATH": str(home / "target"),
        "DBT_LOG_PATH": str(home / "logs"),
    }
    variables = json.dumps({"customer": CUSTOMER, "as_of": as_of.isoformat()})
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "dbt.cli.main", "build", "--vars", variables],
        cwd=project,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"dbt build failed: {done.stdout[-3000:]}{done.stderr[-1000:]}")


def compare(
    account: ManagedAccount, built: BuiltEngine, engine: Engine, every: int, decisions: int
) -> pd.DataFrame:
    """Let `account` live under built budgets, and decide the same mornings in memory.

    Returns one row per decision: morning, moved (budgets that changed), difference (largest between
    the two ways, in currency units), built_seconds and memory_seconds.
    """
    rows = []
    for _ in range(decisions):
        seen = account.seen()
        times = [time.perf_counter()]
        budgets = built(seen)
        times.append(time.perf_counter())
        in_memory = engine(seen)
        times.append(time.perf_counter())
        rows.append(
            {
                "morning": seen.today,
                "moved": int((np.abs(budgets - seen.budgets) > 0.005).sum()),
                "difference": float(np.abs(budgets - in_memory).max()),
                "built_seconds": times[1] - times[0],
                "memory_seconds": times[2] - times[1],
            }
        )
        account.budgets, _ = permitted(budgets, account.budgets, account.total)
        for _ in range(every):
            account.live()
    return pd.DataFrame(rows)


def main(
    *,
    size: Annotated[str, typer.Option(help="10, 40, 150 or small")] = "10",
    number: Annotated[int, typer.Option(help="which of the tuning worlds")] = 0,
    every: Annotated[int, typer.Option(help="days from one decision to the next")] = 7,
    decisions: Annotated[int, typer.Option(help="how many builds")] = 8,
) -> None:
    """Print each decision's differences; fails if there is one."""
    project, console = Path.cwd(), Console()
    [chosen] = [known for known in SIZES if known == size]
    account = warm_up(WorldSpec("tuning", chosen, "power", "buyer", number)).fork()
    engine = Engine(compile_project(project), project, default_settings(project))
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        built = BuiltEngine(home, partial(build_by_command, project, home))
        rows = compare(account, built, engine, every, decisions)
    table = Table(title=f"{size} ad sets through real builds", title_justify="left")
    for heading in ("morning", "budgets moved", "largest difference", "build, s", "in memory, s"):
        table.add_column(heading, justify="right")
    for row in rows.to_dict("records"):
        table.add_row(
            str(row["morning"]),
            str(row["moved"]),
            f"{row['difference']:.2f}",
            f"{row['built_seconds']:.1f}",
            f"{row['memory_seconds']:.2f}",
        )
    console.print(table)
    if (rows["difference"] > 0.005).any():
        raise SystemExit("The build and the pipeline in memory gave unlike budgets.")


if __name__ == "__main__":
    typer.run(main)

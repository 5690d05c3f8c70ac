"""What one decision costs in memory: `python -m python_jobs.simulation.bench_loop`."""

import statistics
import time
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

from rich.console import Console
from rich.table import Table

from python_jobs.config.load import load_parameters
from python_jobs.simulation.account import make_account
from python_jobs.simulation.ads import draw_ads
from python_jobs.simulation.customer import record_customer
from python_jobs.simulation.history import History
from python_jobs.simulation.pipeline import Pipeline, compile_project
from python_jobs.simulation.settings import WorldSettings
from python_jobs.simulation.shop import ShopSettings
from python_jobs.simulation.tables import make_tables, without_backtest
from python_jobs.simulation.world import make_world

DAYS = 180
DECISIONS = 6


def main() -> None:
    """Print CPU seconds of a decision's inputs for accounts of three sizes."""
    project = Path.cwd()
    compiled = compile_project(project)
    [found, *_] = load_parameters(Path("config"), "moprobo", "meta")
    parameters = without_backtest(found)
    table = Table(title=f"CPU seconds a decision, {DAYS} days, medians of {DECISIONS}")
    for heading in ("ad sets", "tables", "build", "read the inputs", "remember"):
        table.add_column(heading, justify="right")
    for size in (10, 40, 150):
        settings = WorldSettings(seed=size, ad_sets=size)
        world = make_world(settings)
        results = [world.step(world.start_budgets) for _ in range(DAYS)]
        ads = draw_ads(settings, world.ad_sets, days=DAYS)
        customer = record_customer(
            settings.seed,
            world.ad_sets,
            History.of(results),
            ads=ads,
            account=make_account(world.ad_sets, ads),
            shop=ShopSettings(),
        )
        pipeline = Pipeline(compiled, project)
        seconds = []
        for decision in range(DECISIONS):
            as_of = settings.first_day + timedelta(days=DAYS - 2 * (DECISIONS - decision - 1))
            times = [time.process_time()]
            tables = make_tables(customer, as_of, parameters, f"run {decision}")
            times.append(time.process_time())
            pipeline.build(tables)
            times.append(time.process_time())
            pipeline.connection.execute("from allocation.decision_inputs").fetchall()
            times.append(time.process_time())
            pipeline.remember(f"run {decision}")
            times.append(time.process_time())
            seconds.append([after - before for before, after in pairwise(times)])
        table.add_row(
            str(size), *(f"{statistics.median(step):.3f}" for step in zip(*seconds, strict=True))
        )
    Console().print(table)


if __name__ == "__main__":
    main()

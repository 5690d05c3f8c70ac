"""What deciding costs: `python -m python_jobs.decisions.bench`.

Decides a million budget holders, reasons included, in a process that has one core, and prints
seconds, peak memory of the whole process and holders a second, by number of holders and accounts.
"""

import json
import os
import resource
import subprocess
import sys
import time
from typing import Annotated, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import typer
from rich.console import Console
from rich.table import Table

from python_jobs.decisions.bench_data import random_holders
from python_jobs.decisions.decide import EVIDENCE, IDENTITY, decide
from python_jobs.decisions.rules.catalogue import RULES, default_parameters

SIZES = ((250_000, 5_000), (500_000, 5_000), (1_000_000, 5_000), (1_000_000, 1))
"""holders and accounts"""

DIFFERENT = 25_000
"""holders that differ; more are repetitions of these under other ids"""

REPETITIONS = 3
"""The fastest counts: memory that a process uses for the first time costs extra."""

READ_BESIDE = (
    "account_projected_roas age_days budget_share budget_utilization_7d click_index "
    "comparison_pool conversions_7d days_since_budget_change days_since_significant_edit "
    "event_largest_step expected_purchases frequency_7d_high goal learning_status minimum_budget "
    "ordinary_budget own_event purchases_long roas_base roas_index roas_long roas_recent roas_sd "
    "share_of_usual_purchases status tracking_in_doubt_since value_per_result"
).split()
"""columns that the decision reads beside those it passes on and those of the rules"""

ONE_CORE = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "ARROW_IO_THREADS"), "1")


def many_holders(count: int, accounts: int) -> pd.DataFrame:
    """Make holders with the columns that are read, in order of account and id."""
    repeated = max(count // DIFFERENT, 1)
    some = random_holders(count // repeated, max(accounts // repeated, 1))
    some = some.sort_values(["account_id", "budget_entity_id"], ignore_index=True)
    read = {*IDENTITY, *EVIDENCE, *READ_BESIDE, *(name for rule in RULES for name in rule.columns)}
    columns: dict[str, Any] = {}
    for name in read & set(some.columns):
        values = some[name]
        if values.dtype == object:
            copies = pa.chunked_array([pa.array(values, pa.large_string())] * repeated)
            columns[name] = copies.combine_chunks().to_pandas()
        else:
            columns[name] = np.tile(values.to_numpy(), repeated)
    numbers = np.char.zfill(np.arange(count).astype(str), 10)
    columns["budget_entity_id"] = columns["adset_id"] = pd.Series(numbers).astype("str")
    account = np.repeat(np.arange(repeated), len(some)) * accounts // repeated
    account += np.tile(pd.factorize(some["account_id"])[0], repeated) if accounts > 1 else 0
    columns["account_id"] = pd.Series(np.char.zfill(account.astype(str), 7)).astype("str")
    if accounts == 1:
        columns["account_budget_target"] = np.full(count, columns["current_budget"].sum())
    return pd.DataFrame(columns, copy=False)


def measure(holders: int, accounts: int) -> dict[str, float]:
    """Decide in this process.

    Returns:
        Seconds of the fastest repetition and of the first, and the process's peak memory in GiB.

    """
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    inputs = many_holders(holders, accounts)
    parameters = default_parameters()
    seconds = []
    for _ in range(REPETITIONS):
        start = time.perf_counter()
        decide(inputs, parameters)
        seconds.append(time.perf_counter() - start)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return {"seconds": min(seconds), "first": seconds[0], "peak_gib": peak}


def main(
    holders: Annotated[int, typer.Option(help="Measure this many only; print JSON.")] = 0,
    accounts: Annotated[int, typer.Option(help="... in so many accounts.")] = 1,
) -> None:
    """Print what each size costs, each in a process of its own."""
    if holders:
        print(json.dumps(measure(holders, accounts)))
        return
    headings = ("holders", "accounts", "seconds", "first time", "peak GiB", "holders a second")
    table = Table(title="Deciding with reasons, on one core")
    for heading in headings:
        table.add_column(heading, justify="right")
    for count, account_count in SIZES:
        command = [sys.executable, "-m", "python_jobs.decisions.bench"]
        command += ["--holders", str(count), "--accounts", str(account_count)]
        result = subprocess.run(  # noqa: S603
            command, env={**os.environ, **ONE_CORE}, capture_output=True, text=True, check=True
        )
        cost = json.loads(result.stdout)
        table.add_row(
            f"{count:,}",
            f"{account_count:,}",
            f"{cost['seconds']:.2f}",
            f"{cost['first']:.2f}",
            f"{cost['peak_gib']:.2f}",
            f"{count / cost['seconds']:,.0f}",
        )
    Console().print(table)


if __name__ == "__main__":
    typer.run(main)

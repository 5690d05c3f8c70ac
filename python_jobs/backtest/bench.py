"""How many sets of parameters a second are evaluated: `python -m python_jobs.backtest.bench`.

A year of mornings, a week apart, in four folds; every set is decided and valued on all of them.
"""

import time
from itertools import product

import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table as Printed

from python_jobs.backtest.evaluate import Evaluator
from python_jobs.backtest.panel import WEEK, Panel, make_panel
from python_jobs.decisions.bench_data import random_holders
from python_jobs.decisions.rules.catalogue import default_parameters

AD_SETS = (10, 40, 160)
MORNINGS, FOLDS = 52, 4
FIRST = pd.Timestamp("2025-06-02")
EVALUATIONS = 50
"""The fastest counts: others share the processor's cache."""


def year_of(ad_sets: int) -> Panel:
    """Make a year of one account whose ad sets return what was projected."""
    some = random_holders(MORNINGS * ad_sets, 1)
    morning, place = np.divmod(np.arange(len(some)), ad_sets)
    ids = pd.Series(place).map("s{}".format).astype(object)
    spend = WEEK * some["current_spend"]
    panel = some.assign(
        decision_date=FIRST + pd.to_timedelta(WEEK * morning, "D"),
        budget_entity_id=ids,
        next_7d_budget=some["current_budget"],
        next_7d_spend=spend,
        next_7d_purchase_value=spend * some["projected_roas"],
        next_7d_impressions=1000.0,
        next_7d_clicks=10.0,
        next_7d_purchases=10.0,
        next_7d_incident_days=0.0,
        next_7d_event_days=0.0,
        is_mature=True,
    )
    account, days = some["account_id"].iloc[0], WEEK * MORNINGS // FOLDS
    start = [FIRST + pd.Timedelta(days=days * fold) for fold in range(FOLDS)]
    folds = pd.DataFrame({"fold": np.arange(FOLDS, dtype=float), "test_from": start}).assign(
        account_id=account,
        role="choice",
        test_to=lambda rows: rows["test_from"] + pd.Timedelta(days=days - 1),
    )
    response = pd.DataFrame(
        product(np.arange(FOLDS, dtype=float), ids[:ad_sets]), columns=["fold", "budget_entity_id"]
    ).assign(
        account_id=account,
        budget_level="adset",
        audience_type="broad",
        elasticity=0.75,
        type_deviation=0.05,
        own_deviation=0.05,
        shopify_correction=1.0,
        incrementality=1.0,
    )
    return make_panel(panel, folds, response, lowest=0.3, highest=0.9, limited_below=0.92)


def main() -> None:
    """Print evaluations a second on one core, by number of ad sets."""
    table = Printed(title="Sets of parameters evaluated on a year, on one core")
    for heading in ("ad sets", "rows", "CPU ms each", "evaluations a second"):
        table.add_column(heading, justify="right")
    for ad_sets in AD_SETS:
        panel = year_of(ad_sets)
        evaluator = Evaluator(panel, default_parameters())
        evaluator({})
        seconds = []
        for number in range(EVALUATIONS):
            began = time.process_time()
            evaluator({"safety_rules.max_increase": 0.1 + 0.2 * number / EVALUATIONS})
            seconds.append(time.process_time() - began)
        each = min(seconds)
        table.add_row(str(ad_sets), f"{len(panel):,}", f"{1000 * each:.1f}", f"{1 / each:.0f}")
    Console().print(table)


if __name__ == "__main__":
    main()

"""The engine in many copies of an account at once, each under parameters of its own.

Most of what a small account's SQL costs is the same for a large one. So copies that differ only in
parameters that SQL does not read share a warehouse, as accounts of one customer do. Orders that no
ad explains would all go to one account: incidents, which alone read them, are switched off.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from python_jobs.decisions.decide import decide
from python_jobs.simulation.closed_loop.engine import (
    LOGGED,
    Engine,
    Settings,
    past_budgets,
    recommended,
    with_changes,
)
from python_jobs.simulation.closed_loop.limits import permitted
from python_jobs.simulation.closed_loop.loop import REST, ManagedAccount, Rhythm, decides
from python_jobs.simulation.closed_loop.worlds import RUN_DAYS
from python_jobs.simulation.curves import Floats
from python_jobs.simulation.customer import Customer
from python_jobs.simulation.pipeline import CompiledProject
from python_jobs.simulation.tables import Tables, make_tables

IDS = ("account_id", "campaign_id", "adset_id", "ad_id", "entity_id", "order_id", "customer_hash")
UTMS = ("utm_campaign", "utm_content", "utm_term")
OF_ALL = {("landing", name) for name in ("exchange_rates", "landing_parameters", "run_settings")}
OF_ALL |= {("staging", "stg_meta__custom_audiences")}
WIDTH = 4
"""of the number that goes before each id of a copy"""

INPUTS = "from allocation.decision_inputs where decision_date = ?"


@dataclass(frozen=True)
class Copy:
    """An account under parameters of its own."""

    number: int
    account: ManagedAccount
    settings: Settings

    @property
    def mark(self) -> str:
        """What goes before its ids."""
        return f"{self.number:0{WIDTH}d}"


def revenue_of_each(
    start: ManagedAccount,
    sets: Sequence[Mapping[str, Any]],
    *,
    compiled: CompiledProject,
    project: Path,
    settings: Settings,
    rhythm: Rhythm,
) -> list[float]:
    """Run eight weeks from `start` once for each set of changes, none of them of what SQL reads.

    Returns:
        What the ads caused, expected given each day's luck, under each set.

    """
    common = with_changes(
        settings, {"incidents.enabled": False, "safety_rules.cooldown_days": REST[rhythm]}
    )
    copies = [
        Copy(number, start.fork(), with_changes(common, changes))
        for number, changes in enumerate(sets)
    ]
    engine = Engine(compiled, project, common)
    for copy in copies:
        budgets = _with_marks(past_budgets(copy.account.export()), copy.mark)
        engine.pipeline.connection.register("budgets", budgets)
        engine.pipeline.connection.execute("insert into history.budgets_seen by name from budgets")
    revenue = [0.0] * len(copies)
    for day in range(RUN_DAYS):
        if decides(rhythm, day):
            _decide_all(engine, copies, f"run {day}")
        for copy in copies:
            copy.account.live()
            result = copy.account.record.results[-1]
            revenue[copy.number] += float(result.expected_revenue.sum())
    engine.close()
    return revenue


def _decide_all(engine: Engine, copies: Sequence[Copy], run_id: str) -> None:
    customers = [copy.account.export() for copy in copies]
    today = copies[0].account.seen().today
    connection = engine.pipeline.connection
    tables = [
        _marked(make_tables(customer, today, engine.settings.rows, run_id), copy.mark)
        for copy, customer in zip(copies, customers, strict=True)
    ]
    engine.pipeline.build(
        {
            key: table if key in OF_ALL else pa.concat_tables([each[key] for each in tables])
            for key, table in tables[0].items()
        }
    )
    inputs = connection.execute(INPUTS, [today]).df()
    of_copy = dict(list(inputs.groupby(inputs["account_id"].str[:WIDTH])))
    decided = []
    for copy, customer in zip(copies, customers, strict=True):
        rows = decide(of_copy[copy.mark].reset_index(drop=True), copy.settings.parameters)
        decided.append(rows[LOGGED])
        copy.account.budgets = _allowed(copy.account, rows, customer)
    engine.pipeline.remember(run_id)
    connection.register("decided", pd.concat(decided).assign(run_id=run_id))
    connection.execute("insert into history.decision_log by name from decided")


def _allowed(account: ManagedAccount, decided: pd.DataFrame, customer: Customer) -> Floats:
    ids = decided["budget_entity_id"].str[WIDTH:]
    wanted = recommended(decided.assign(budget_entity_id=ids), customer, account.budgets)
    budgets, _ = permitted(wanted, account.budgets, account.total)
    return budgets


def _marked(tables: Tables, mark: str) -> Tables:
    return {
        key: table if key in OF_ALL else _with_marks(table, mark) for key, table in tables.items()
    }


def _with_marks(table: pa.Table, mark: str) -> pa.Table:
    for name in (*IDS, *UTMS):
        if name in table.column_names:
            values = table[name].cast(pa.string())
            marked = pc.binary_join_element_wise(mark, values, "")
            if name in UTMS:
                marked = pc.if_else(pc.starts_with(values, "1202"), marked, values)
            place = table.column_names.index(name)
            table = table.set_column(place, name, marked)
    return table

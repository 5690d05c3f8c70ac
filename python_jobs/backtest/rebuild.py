"""What past mornings would have known under other values of parameters that only tables read.

`rolling_windows.*` and `evidence.*` are read by SQL, so no trial can change them on the panel that
a build left. Here the project's own SQL of schema `allocation` runs again, in memory, on a copy of
the tables below it as the last build left them. What came of a morning stays what it was.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from python_jobs.backtest.panel import HOLDER, Panel
from python_jobs.decisions.relations import frame
from python_jobs.simulation.pipeline import CompiledProject

TARGET = "decision_inputs"
LAYER = "allocation"
"""All that reads these parameters, and all that reads its tables up to `TARGET`."""
MORNINGS = "select data_through from built.allocation.evidence_dates"
KEY = [*HOLDER, "decision_date"]
CLOSE = 1e-6
"""Relative difference up to which sums in another order are equal."""

Values = Mapping[str, float | int]


class EvidenceRebuilder:
    """The tables below the evidence of past mornings, and the SQL that makes it of them."""

    def __init__(self, file: Path, compiled: CompiledProject) -> None:
        """Copy what is read from a build file; it is closed again.

        Args:
            file: The customer's file in the folder `.build` of the warehouse.
            compiled: The project, compiled for the target `TARGET`.

        Raises:
            duckdb.Error: the file is being written, or lacks a table.
            OSError: there is no such file.

        """
        if not file.exists():
            raise FileNotFoundError(f"{file} is missing")
        prefix = f'"{compiled.database}".'
        code = {(m.schema, m.name): m.code.replace(prefix, "") for m in compiled.models}
        views = {(m.schema, m.name) for m in compiled.models if m.materialized == "view"}
        self._models = {key: text for key, text in code.items() if key[0] == LAYER}
        self.connection = duckdb.connect()
        run = self.connection.execute
        run("set TimeZone = 'UTC'; set threads = 1")
        run("attach ? as built (read_only)", [str(file)])
        tables = run(
            "select schema_name, table_name from duckdb_tables() "
            "where database_name = 'built' and schema_name <> ?",
            [LAYER],
        ).fetchall()
        below = {(schema, name): f'from built."{schema}"."{name}"' for schema, name in tables} | {
            key: text for key, text in code.items() if key in views
        }
        for schema in {LAYER, *(schema for schema, _ in below)}:
            run(f'create schema if not exists "{schema}"')
        for (schema, name), text in below.items():
            run(f'create view "{schema}"."{name}" as {text}')
        read = set(re.findall(r'"(\w+)"\."(\w+)"', " ".join(self._models.values())))
        for schema, name in sorted(read & below.keys()):
            # of the features, those of the mornings alone: all days would be far more
            where = f"where data_through in ({MORNINGS})" if name == "holder_features" else ""
            run(f'create table "{schema}"."copy of {name}" as from "{schema}"."{name}" {where}')
            run(f'drop view "{schema}"."{name}"')
            run(f'alter table "{schema}"."copy of {name}" rename to "{name}"')
        run("detach built")

    def rebuilt(self, panel: Panel, values: Values) -> Panel:
        """Return the panel as its mornings would have been described; outcomes stay.

        Args:
            panel: Past mornings of the build.
            values: By dotted path, of all parameters that only the evidence reads; others keep the
                values that the build had.

        """
        self.connection.executemany(
            "update landing.landing_parameters set value = ? where parameter = ?",
            [(json.dumps(value), name) for name, value in values.items()],
        )
        for (schema, name), text in self._models.items():
            self.connection.execute(f'create or replace table "{schema}"."{name}" as {text}')
        known = frame(self.connection.table(f"{LAYER}.{TARGET}").filter("not is_decided"))
        inputs = panel.holders.merge(known, on=KEY, how="left", validate="one_to_one")
        kept = panel.inputs[["account_id", "account_budget_target"]]
        return replace(panel, inputs=inputs.assign(**kept)[list(panel.inputs.columns)].copy())


def differing(one: Panel, other: Panel) -> list[str]:
    """Return the columns in which two panels of the same mornings describe them differently."""
    names = one.inputs.columns.tolist()
    return [name for name in names if not _equal(one.inputs[name], other.inputs[name])]


def _equal(one: pd.Series, other: pd.Series) -> bool:
    if pd.api.types.is_numeric_dtype(one) and pd.api.types.is_numeric_dtype(other):
        numbers = (one.to_numpy(np.float64), other.to_numpy(np.float64))
        return bool(np.allclose(*numbers, rtol=CLOSE, atol=CLOSE, equal_nan=True))
    return bool((one.isna() == other.isna()).all() and (one.dropna() == other.dropna()).all())

"""Every published column of the demo says what it said before, or the changelog says why not."""

from itertools import groupby
from operator import itemgetter
from pathlib import Path

import duckdb
import pandas as pd
from conftest import ROOT

from python_jobs.warehouse.reference import published_keys

GOLDEN = ROOT / "tests" / "integration" / "golden_demo.csv"
KEY = ["table_name", "column_name"]
OF_A_RUN = ("run_id", "file_id", "started_at", "published_at", "first_seen_at", "seen_at", "file")
"""columns that differ between any two runs, or by the folder that a run is made in"""
AS_GOOD_AS_EQUAL = 1e-6
"""relative; processors add and take powers in ways that differ in the last digits"""


def told(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """One row per published column.

    Columns: the two names, its type, rows of the table, how many are null, how many different
    values there are, and a total: of numbers their absolute sum, of all else the length as text.
    """
    columns = connection.execute(
        """
        select schema_name || '.' || table_name, column_name, data_type from duckdb_columns()
        where list_contains(?, schema_name || '.' || table_name)
            and not list_contains(?, column_name)
            and not starts_with(schema_name, 'history')
        order by 1, column_index
        """,
        [list(published_keys()), list(OF_A_RUN)],
    ).fetchall()
    rows = []
    for table, of_table in groupby(columns, key=itemgetter(0)):
        told = list(of_table)
        figures = []
        for _, column, kind in told:
            is_number = kind.startswith(("DOUBLE", "DECIMAL", "BIGINT", "INTEGER"))
            size = f'abs("{column}"::double)' if is_number else f'length("{column}"::varchar)'
            # of doubles there may be one value less by the last digit
            values = "null" if kind == "DOUBLE" else f'count(distinct "{column}")'
            figures.append(f'[count(*), count(*) - count("{column}"), {values}, fsum({size})]')
        [found] = connection.execute(f"select {', '.join(figures)} from {table}").fetchall()
        rows += [(*names, *figure) for names, figure in zip(told, found, strict=True)]
    names = [*KEY, "data_type", "row_count", "null_count", "value_count", "total"]
    return pd.DataFrame(rows, columns=names).set_index(KEY)


def test_every_published_column_says_what_it_said(demo_warehouse, tmp_path):
    with duckdb.connect(str(demo_warehouse), read_only=True) as connection:
        found = told(connection)
    now: Path = tmp_path / GOLDEN.name
    found.to_csv(now, float_format="%.9g")
    before = pd.read_csv(GOLDEN, index_col=KEY)
    after = pd.read_csv(now, index_col=KEY)
    gone, new = before.index.difference(after.index), after.index.difference(before.index)
    shared = before.index.intersection(after.index)
    old, today = before.loc[shared], after.loc[shared]
    exact = ["data_type", "row_count", "null_count", "value_count"]
    same = (old[exact].eq(today[exact]) | (old[exact].isna() & today[exact].isna())).all(axis=1)
    larger = old["total"].abs().combine(today["total"].abs(), max)
    same &= ((old["total"] - today["total"]).abs() <= AS_GOOD_AS_EQUAL * larger) | (
        old["total"].isna() & today["total"].isna()
    )
    differing = old[~same].join(today[~same], suffixes=("_before", "_now"))
    assert gone.empty and new.empty and differing.empty, (  # noqa: PT018
        f"Published columns differ. `python -m python_jobs.simulation.golden --against main` says "
        f"in which rows. Where that is meant, say so in CHANGELOG.md and copy {now} to {GOLDEN}.\n"
        f"gone: {list(gone)}\nnew: {list(new)}\n{differing.to_string()}"
    )

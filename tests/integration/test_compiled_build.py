"""What dbt compiles gives without dbt what it gives with it, and stops where a build must stop."""

import duckdb
import pandas as pd
import pytest
from compiled_build import BuildError
from conftest import DEMO

# of a run, of the time and of the key that is drawn for a customer
NOT_COMPARED = ("run_id", "run_started_at", "file_id", "customer_hash")
# publishing, which is dbt's alone, adds the build to the history; the rest read it
HISTORY = {"int_extracts", "decision_log"}


def tables_of(connection: duckdb.DuckDBPyConnection) -> set[tuple[str, str]]:
    found = connection.sql(
        "select table_schema, table_name from information_schema.tables "
        "where table_schema <> 'history'"
    )
    return {(schema, name) for schema, name in found.fetchall() if name not in HISTORY}


def contents(file, tables=None) -> dict[str, tuple[list, pd.DataFrame]]:
    """Columns with types and rows, in an order of their own, of each table."""
    found = {}
    # named as the builds' database is: views say the name
    with duckdb.connect() as connection:
        connection.execute(f"attach '{file}' as acme_meta (read_only); use acme_meta")
        for schema, name in sorted(tables or tables_of(connection)):
            columns = connection.sql(f"describe {schema}.{name}").fetchall()
            columns = [(column, kind, null) for column, kind, null, *_ in columns]
            compared = [f'"{column}"' for column, *_ in columns if column not in NOT_COMPARED]
            # the last digits of sums depend on the order of rows
            order = [
                f'round("{column}", 6)' if kind == "DOUBLE" else f'"{column}"'
                for column, kind, _ in sorted(columns, key=lambda c: c[1] == "DOUBLE")
                if column not in NOT_COMPARED
            ]
            query = f"select {', '.join(compared)} from {schema}.{name} order by {', '.join(order)}"
            found[f"{schema}.{name}"] = columns, connection.sql(query).df()
    return found


@pytest.mark.long
def test_the_demo_is_built_as_dbt_builds_it(project, demo_warehouse):
    ours = contents(project.build("demo_without_dbt", DEMO))
    assert len(ours) > 140
    real = contents(demo_warehouse, [tuple(table.split(".")) for table in ours])
    for table, (columns, rows) in ours.items():
        assert columns == real[table][0], table
        pd.testing.assert_frame_equal(rows, real[table][1], rtol=1e-6, atol=1e-9, obj=table)


def test_what_cannot_be_read_stops_it(project):
    with pytest.raises(BuildError, match=r"^landing_gate: .*nothing\.json is empty"):
        project.build("nothing_to_read", {"nothing.json": ""})

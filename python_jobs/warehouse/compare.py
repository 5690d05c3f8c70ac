"""What differs between two published files, both ways: tables, columns, rows and values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from python_jobs.warehouse.publish import literal

PUBLISHED = ("results", "features", "backtest")
OF_A_RUN = {"run_id", "runs_started_at", "started_at", "published_at", "package_version"}
"""columns that differ between any two runs"""
AS_GOOD_AS_EQUAL = 1e-9
"""relative difference of doubles that comes of adding them up in another order"""
AS_GOOD_AS_NOTHING = 1e-12
"""a difference of numbers around 0, where what is left of a sum has no digits in common"""


@dataclass(frozen=True)
class Difference:
    """One thing that is not the same in both files."""

    table: str
    """schema and name"""
    column: str
    """'' where the rows or the whole table differ"""
    what: str
    rows: int
    """how many rows it is about"""
    example: str
    """key of one of them; '' where there is none"""
    largest: float | None = None
    """of numbers: the largest difference, relative to the larger of the two"""


def compare(old: Path, new: Path, keys: Mapping[str, Sequence[str]]) -> list[Difference]:
    """Compare two published files.

    Args:
        old: one of them.
        new: the other.
        keys: per table, as `results.runs`, the columns of which it has one row each. Tables
            without a key are compared as sets of whole rows.

    Returns:
        What differs, by table, then by column in the order of the old file; nothing where the
        files say the same. `results.runs` is left out.

    Raises:
        duckdb.Error: a file is not there or is no DuckDB file.

    """
    with duckdb.connect() as connection:
        connection.execute(f"attach {literal(old)} as old (read_only)")
        connection.execute(f"attach {literal(new)} as new (read_only)")
        before, after = _columns(connection, "old"), _columns(connection, "new")
        found = [
            Difference(t, "", "table only in the old file", 0, "") for t in before if t not in after
        ]
        found += [
            Difference(t, "", "table only in the new file", 0, "") for t in after if t not in before
        ]
        for table in before:
            if table in after:
                found += _of_table(
                    connection, table, before[table], after[table], list(keys.get(table, ()))
                )
    return sorted(found, key=lambda each: each.table)


def _columns(connection: duckdb.DuckDBPyConnection, database: str) -> dict[str, dict[str, str]]:
    """Return types by column by published table."""
    columns: dict[str, dict[str, str]] = {}
    for table, column, kind in connection.execute(
        """
        select schema_name || '.' || table_name, column_name, data_type from duckdb_columns()
        where database_name = ? and list_contains(?, schema_name) and table_name <> 'runs'
        order by 1, column_index
        """,
        [database, list(PUBLISHED)],
    ).fetchall():
        columns.setdefault(table, {})[column] = kind
    return columns


def _of_table(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    before: Mapping[str, str],
    after: Mapping[str, str],
    key: Sequence[str],
) -> list[Difference]:
    found = [
        Difference(table, c, "column only in the old file", 0, "") for c in before if c not in after
    ]
    found += [
        Difference(table, c, "column only in the new file", 0, "") for c in after if c not in before
    ]
    found += [
        Difference(table, c, f"was {before[c]}, is {after[c]}", 0, "")
        for c in before
        if c in after and before[c] != after[c]
    ]
    shared = [c for c in before if c in after and c not in OF_A_RUN]
    key = [column for column in key if column in shared]
    name = '"{}"."{}"'.format(*table.split(".", 1))
    for side, other in (("old", "new"), ("new", "old")):
        columns = ", ".join(f'"{column}"' for column in key or shared)
        rows, example = connection.execute(
            f"""
            select count(*), coalesce(min(concat_ws(', ', {columns})), '')
            from (
                select {columns} from {side}.{name}
                except all
                select {columns} from {other}.{name}
            )
            """
        ).fetchall()[0]
        if rows:
            found.append(Difference(table, "", f"rows only in the {side} file", rows, example))
    if not key:
        return found
    together = " and ".join(f'o."{c}" is not distinct from n."{c}"' for c in key)
    told = ", ".join(f'o."{c}"' for c in key)
    for column in shared:
        if column in key:
            continue
        o, n = f'o."{column}"', f'n."{column}"'
        kinds = (before[column], after[column])
        size = "null"
        differs = f"{o} is distinct from {n}"
        if all(kind.startswith(("DOUBLE", "DECIMAL", "BIGINT", "INTEGER")) for kind in kinds):
            a, b = f"cast({o} as double)", f"cast({n} as double)"
            size = f"abs({a} - {b}) / nullif(greatest(abs({a}), abs({b})), 0)"
            differs += f" and coalesce({size}, 1) > {AS_GOOD_AS_EQUAL}"
            differs += f" and coalesce(abs({a} - {b}), 1) > {AS_GOOD_AS_NOTHING}"
        rows, example, largest = connection.execute(
            f"""
            select count(*), coalesce(min(concat_ws(', ', {told})), ''), max({size})
            from old.{name} as o inner join new.{name} as n on {together}
            where {differs}
            """
        ).fetchall()[0]
        if rows:
            found.append(Difference(table, column, "values differ", rows, example, largest))
    return found

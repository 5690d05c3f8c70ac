"""The published file of a customer, opened to read."""

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from python_jobs.warehouse.paths import published_file


class OtherVersionError(ValueError):
    """The file was published by a version whose tables are others; a build mends that."""


@contextmanager
def open_published(
    customer: str, platform: str, needed: str = "results.runs"
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the file that people read.

    Args:
        customer: as the folder is named.
        platform: as the folder is named.
        needed: schema and table that must be in it.

    Raises:
        ValueError: there is no such file, it cannot be read, or the table is not in it.
        OtherVersionError: what is asked of it while it is open is not in it.

    """
    file = published_file(customer, platform)
    build = f"run `autopilot budgets --customer {customer}`"
    if not file.exists():
        raise ValueError(f"Nothing of {customer} is published yet: {build} first.")
    try:
        connection = duckdb.connect(str(file), read_only=True)
    except duckdb.Error as error:
        if "lock" in str(error):
            remedy = "another program has it open for writing, so close that"
        else:
            remedy = "put a copy of it back, or move it away and build anew"
        raise ValueError(f"{file} cannot be read: {remedy}.") from error
    with connection:
        if needed not in published_tables(connection):
            raise ValueError(f"{file} has no {needed}: {build} first.")
        try:
            yield connection
        except (duckdb.BinderException, duckdb.CatalogException) as error:
            raise OtherVersionError(
                f"{file} was published by another version: {build} again."
            ) from error


def published_tables(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """List tables and views with their schema, as in `results.runs`."""
    rows = connection.execute(
        "select schema_name || '.' || table_name from duckdb_tables() "
        "union all select schema_name || '.' || view_name from duckdb_views()"
    ).fetchall()
    return {name for (name,) in rows}

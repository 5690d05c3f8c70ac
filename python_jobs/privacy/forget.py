"""Forgetting a buyer: the hash of the address goes, the orders stay counted.

Of a buyer the warehouse knows a keyed hash (`customer_hash`), and that in the build file alone.
What is written over stays in a DuckDB file as bytes until its place is needed, so the file is
written anew.
"""

import hashlib
import json
import re
import secrets
from dataclasses import dataclass
from pathlib import Path

import duckdb

from python_jobs.config.load import load_parameters
from python_jobs.config.locations import Location, locations_of
from python_jobs.landing.customer_key import KEY_FILE, customer_key
from python_jobs.landing.inventory import list_raw_files
from python_jobs.landing.orders import land_orders
from python_jobs.warehouse.build_lock import locked
from python_jobs.warehouse.publish import literal

SEEDS = Path(__file__).parents[2] / "seeds"
SEED_NAMES = (
    "meta_headers",
    "shopify_headers",
    "activity_headers",
    "activity_events",
    "currencies",
    "action_priority",
)


@dataclass(frozen=True)
class Forgotten:
    """What was found of a buyer."""

    rows: int
    """in tables of the build file, from which the hash is gone"""
    files: list[str]
    """raw files that still hold the buyer"""


def hash_of(buyer: str, config: Path, customer: str, platform: str) -> str:
    """Return the hash of an e-mail address; a hash is returned as it is.

    Raises:
        ValueError: it is neither, or the customer has no key, so that nobody was ever hashed.

    """
    text = buyer.strip().lower()
    if re.fullmatch("[0-9a-f]{64}", text):
        return text
    if "@" not in text:
        raise ValueError("That is neither an e-mail address nor a hash of 64 digits.")
    if not (config / customer / platform / KEY_FILE).exists():
        raise ValueError(f"{customer} has no key yet, so no buyer was ever hashed.")
    return hashlib.sha256((customer_key(config, customer, platform) + text).encode()).hexdigest()


def forget(
    buyer_hash: str, customer: str, platform: str, *, build: Path, raw: Path, config: Path
) -> Forgotten:
    """Take a buyer's hash out of the build file and look for the buyer in the raw files.

    Raises:
        ValueError: a build is running, somebody has its file open, or the settings are wrong.
        duckdb.Error, OSError: the build file is as it was.

    """
    rows = 0
    if build.exists():
        try:
            with locked(build):
                rows = _forget_in(build, buyer_hash)
        except BlockingIOError as error:
            raise ValueError(f"A build of {build.stem} is running: wait for it.") from error
    return Forgotten(rows, _files_with(buyer_hash, customer, platform, raw=raw, config=config))


def _forget_in(build: Path, buyer_hash: str) -> int:
    """Null the hash in every table and write the file anew; return how many rows had it."""
    new = build.with_name(f"{build.name}.new")
    for leftover in (new, new.with_name(f"{new.name}.wal")):
        leftover.unlink(missing_ok=True)
    try:
        session = duckdb.connect(config={"autoinstall_known_extensions": False})
        session.execute(f"attach {literal(build)} as build")
    except duckdb.IOException as error:
        raise ValueError(f"Somebody has {build} open: wait until it is closed.") from error
    found = 0
    with session:
        columns = session.execute("""
            select schema_name, table_name, column_name
            from duckdb_columns() inner join duckdb_tables() using (schema_name, table_name)
            where duckdb_columns.database_name = 'build'
                and duckdb_tables.database_name = 'build'
                and column_name in ('customer_hash', 'order_name')""").fetchall()
        # an order without a number may be named by the hash
        instead = {"customer_hash": None, "order_name": f"forgotten {secrets.token_hex(8)}"}
        for schema, table, column in columns:
            [(count,)] = session.execute(
                f'update build."{schema}"."{table}" set {column} = ? where {column} = ?',
                [instead[column], buyer_hash],
            ).fetchall()
            found += count
        if found:
            session.execute(f"attach {literal(new)} as new")
            session.execute("copy from database build to new")
            session.execute("detach new")
        session.execute("detach build")
    if found:
        build.with_name(f"{build.name}.wal").unlink(missing_ok=True)
        new.replace(build)
    return found


def _files_with(
    buyer_hash: str, customer: str, platform: str, *, raw: Path, config: Path
) -> list[str]:
    """List the raw files that the hash would come from again."""
    with duckdb.connect(config={"autoinstall_known_extensions": False}) as session:
        seeds = {
            name: session.read_csv(str(SEEDS / f"{name}.csv"), all_varchar=True)
            for name in SEED_NAMES
        }
        key = customer_key(config, customer, platform)
        inventory = list_raw_files(
            session,
            session.sql(f"from glob({literal(raw / '**')})"),
            str(raw),
            **seeds,
            key=key,
            locations=_locations(config, customer, platform),
        )
        inventory.create("inventory")
        orders = land_orders(session, session.table("inventory"), key, None)
        rows = (
            orders.filter(f"'{buyer_hash}' in (customer_hash, order_name)")
            .project("file_id")
            .fetchall()
        )
        ids = {file_id for (file_id,) in rows}
        listed = session.execute("select file_id, file_path from inventory").fetchall()
    return sorted(path for file_id, path in listed if file_id in ids)


def _locations(config: Path, customer: str, platform: str) -> list[Location]:
    parameters, problems = load_parameters(config, customer, platform)
    if problems:
        raise ValueError(problems[0])
    [value] = [row.value for row in parameters if row.parameter == "locations"]
    return list(locations_of(json.loads(value)))

"""Files of a simulated account with audiences land, and staging makes of them its tables in memory.

Landing and the compiled staging SQL are the project's own; the account is small.
"""

from pathlib import Path

import pyarrow as pa
import pytest

from python_jobs.config.load import load_parameters
from python_jobs.simulation.audience.build import make_customer
from python_jobs.simulation.audience.spec import AudienceSpec, Plant
from python_jobs.simulation.audience.tables import make_audience_tables
from python_jobs.simulation.audience.writers import write_audience_export

CONFIG = Path(__file__).parents[3] / "config"
PLANTS = ("on_off_switching", "mixed_attribution", "minimums_bind_campaign", "spends_past_end")
SPEC = AudienceSpec(
    seed=3, ad_sets=10, days=70, order_value=200.0, plants=tuple(Plant(kind) for kind in PLANTS)
)
COMPARED = (
    "stg_meta__campaigns",
    "stg_meta__adsets",
    "stg_meta__ads",
    "stg_meta__creatives",
    "stg_meta__breakdowns",
    "stg_meta__activities",
    "stg_meta__custom_audiences",
)
MODELS = (  # each after those it reads
    "landing_insight_values",
    "landing_latest_objects",
    "stg_meta__accounts",
    *COMPARED[:4],
    "stg_meta__entities",
    "stg_meta__insight_entities",
    "stg_meta__insights",
    *COMPARED[4:],
)


@pytest.fixture
def landed(raw, compiled):
    """The account's files landed and staged, and the account."""
    account = make_customer(SPEC)
    write_audience_export(raw.folder, account)
    raw.land().judge()
    parameters = load_parameters(CONFIG, "moprobo", "meta")[0]
    settings = {n: [getattr(p, n) for p in parameters] for n in ("parameter", "value", "tier")}
    own = pa.table(settings)  # noqa: F841  DuckDB finds it by its name
    run = raw.connection.execute
    run("create schema staging; create or replace table landing.landing_parameters as from own")
    run("alter table seeds.currencies alter minor_unit_offset type integer")  # as the seed has it
    sql = compiled("--select", *MODELS)
    for name in MODELS:
        schema = "landing" if name.startswith("landing") else "staging"
        run(f"create table {schema}.{name} as {sql[name]}")
    return raw, make_audience_tables(account, account.as_of, parameters, "a run")


def test_files_land_whole_and_are_the_tables_in_memory(landed):
    raw, tables = landed
    assert raw.gate() == []
    assert raw.rows("select count(*) from landing_rejected_rows") == [(0,)]
    assert {status for (status,) in raw.rows("select distinct status from landing_files")} == {
        "read"
    }
    for name in COMPARED:
        raw.connection.register("given", tables["staging", name])
        types = {
            column: kind
            for column, kind, *_ in raw.connection.execute(f"describe staging.{name}").fetchall()
        }
        mine = {
            column: kind.split("(")[0] if kind.startswith("ENUM") else kind
            for column, kind, *_ in raw.connection.execute("describe given").fetchall()
        }
        assert set(mine) == set(types), name
        texts = {column for column, kind in mine.items() if kind == "ENUM"}
        assert {c: "VARCHAR" if c in texts else kind for c, kind in mine.items()} == types, name
        columns = ", ".join(f"{column}::varchar as {column}" for column in sorted(types))
        for one, other in (("given", f"staging.{name}"), (f"staging.{name}", "given")):
            query = f"select {columns} from {one} except all select {columns} from {other}"
            assert raw.connection.execute(query).fetchall() == [], (name, one)
        assert raw.connection.execute("select count(*) from given").fetchall() > [(5,)], name

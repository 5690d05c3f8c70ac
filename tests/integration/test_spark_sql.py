"""Every query from staging to the results can be told to Spark; `make spark` runs them there."""

from pathlib import Path

import duckdb
import pytest
import sqlglot
from sqlglot import exp

from python_jobs.simulation.pipeline import compile_project
from python_jobs.spark.dialect import GIVEN, columns_of, spark_sql

ROOT = Path(__file__).parents[2]
# functions of Spark that sqlglot has no name for, and two of our own
SPARK_KNOWS = """
    format_number get json_array_length json_texts make_ym_interval rint strip_accents
    timestamp_seconds try_to_timestamp variant_explode
"""


@pytest.mark.long
def test_all_queries_are_translated(demo_warehouse):
    targets = [path.stem for path in (ROOT / "models" / "results").glob("*.sql")]
    targets += [path.stem for path in (ROOT / "models" / "features").glob("*.sql")]
    compiled = compile_project(ROOT, targets, given=GIVEN)
    with duckdb.connect(str(demo_warehouse), read_only=True) as connection:
        columns = columns_of(connection)
    # what `autopilot discover` alone builds is not compiled
    made = [model for model in compiled.models if model.code and not model.is_python]
    queries = {model.name: model.code for model in made}
    assert len(queries) > 100
    unknown = {}
    for name, query in queries.items():
        tree = sqlglot.parse_one(spark_sql(query, columns), dialect="spark")
        called = {node.name.lower() for node in tree.find_all(exp.Anonymous)}
        unknown[name] = called - set(SPARK_KNOWS.split())
    assert {name: called for name, called in unknown.items() if called} == {}

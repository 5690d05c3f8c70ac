"""Build what a customer publishes with Spark, from the landing tables of its DuckDB build.

Files are read by DuckDB; every model from staging on runs in Spark, each after those it reads and
each written once. Models in Python run in this process, on tables that Spark hands over as Arrow.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import duckdb
from pyspark.sql import DataFrame, SparkSession

from python_jobs.simulation.pipeline import CompiledProject, Model
from python_jobs.spark.dialect import columns_of, spark_sql, spark_type
from python_jobs.spark.functions import json_texts, strip_accents
from python_jobs.warehouse.compare import PUBLISHED
from python_jobs.warehouse.publish import literal

SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.memory": "2g",
    "spark.sql.session.timeZone": "UTC",
    "spark.driver.extraJavaOptions": (
        "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=240m -XX:+UseSerialGC"
    ),
    # this rule of Spark 4.3 makes an invalid plan of one of the models, and says so
    "spark.sql.optimizer.excludedRules": (
        "org.apache.spark.sql.catalyst.optimizer.RemoveRedundantAliases"
    ),
    # of small tables a query costs its planning, not its rows
    "spark.sql.shuffle.partitions": "1",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
}


def open_spark(folder: Path) -> SparkSession:
    """Start Spark in this process, its tables below `folder`."""
    builder = SparkSession.builder.master("local[2]").appName("autopilot")
    for name, value in SETTINGS.items():
        builder = builder.config(name, value)
    spark = builder.config("spark.sql.warehouse.dir", str(folder.absolute())).getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    spark.udf.register("strip_accents", strip_accents, "string")
    spark.udf.register("json_texts", json_texts, "array<string>")
    return spark


class SparkBuild:
    """The models of a customer as tables of Spark."""

    def __init__(
        self, spark: SparkSession, compiled: CompiledProject, build: Path, folder: Path
    ) -> None:
        """Take the tables that models read but do not make from the DuckDB file `build`.

        Everything is kept below `folder`: a build that was interrupted goes on where it stopped.
        """
        self.spark = spark
        self.folder = folder
        self.duckdb = duckdb.connect()
        self.duckdb.execute(f"set TimeZone = 'UTC'; attach {literal(build)} as build (read_only)")
        self.duckdb.execute("use build")
        self.columns = columns_of(self.duckdb)
        self.models = [m for m in compiled.models if m.name in self.columns.get(m.schema, {})]
        # tables are named "database"."schema"."name", in Python behind backslashes
        part = r'\\?"\.\\?"(\w+)'
        self._reads = re.compile(f"{compiled.database}{part}{part}")
        # what each table was made of
        self._made_of: dict[tuple[str, str], str] = {}
        made = {(model.schema, model.name) for model in self.models}
        for schema, tables in self.columns.items():
            spark.sql(f"create database if not exists {schema}")
            for table, types in tables.items():
                if (schema, table) in made:
                    continue
                file = self._folder(schema, table) / "rows.parquet"
                file.parent.mkdir(parents=True, exist_ok=True)
                rows = f'select {_plain(types)} from "{schema}"."{table}"'
                if schema == "history":
                    # publishing has added to it since the models read it
                    rows += " where run_id not in (select run_id from landing.run_settings)"
                self.duckdb.execute(f"copy ({rows}) to {literal(file)} (format parquet)")
                self._made_of[schema, table] = str(build.stat().st_mtime_ns)
                self._show(schema, table)

    def _folder(self, schema: str, table: str) -> Path:
        return (self.folder / schema / table).absolute()

    def _show(self, schema: str, table: str) -> None:
        """Let Spark read the files of a table."""
        columns = ", ".join(
            f"`{name}` {spark_type(kind)}" for name, kind in self.columns[schema][table].items()
        )
        self.spark.sql(f"drop table if exists {schema}.{table}")
        self.spark.sql(
            f"create table {schema}.{table} ({columns}) using parquet"
            f" location {literal(self._folder(schema, table))}"
        )

    def run(self, told: Callable[[Model], None]) -> None:
        """Make every model; `told` hears of each that is made."""
        for model in self.models:
            code = model.code if model.is_python else spark_sql(model.code, self.columns)
            # a model in Python names itself, too
            reads = {*self._reads.findall(model.code)} - {(model.schema, model.name)}
            made_of = " ".join([code, *(self._made_of[each] for each in sorted(reads))])
            made_of = hashlib.sha256(made_of.encode()).hexdigest()
            self._made_of[model.schema, model.name] = made_of
            folder = self._folder(model.schema, model.name)
            note = folder / "_made_of"
            if not note.exists() or note.read_text() != made_of:
                frame = self._python(model) if model.is_python else self._sql(model, code)
                frame.write.mode("overwrite").parquet(str(folder))
                note.write_text(made_of)
                told(model)
            self._show(model.schema, model.name)

    def _sql(self, model: Model, query: str) -> DataFrame:
        """Return a query's rows, in the types that the table has in DuckDB."""
        return self._typed(self.spark.sql(query), model)

    def _typed(self, frame: DataFrame, model: Model) -> DataFrame:
        types = self.columns[model.schema][model.name].items()
        return frame.selectExpr(
            *(f"cast(`{name}` as {spark_type(kind)}) as `{name}`" for name, kind in types)
        )

    def _python(self, model: Model) -> DataFrame:
        """Return what a model in Python makes: `dbtObj` is what dbt's compiler adds to it."""
        module: dict[str, Any] = {}
        exec(model.code, module)  # noqa: S102
        dbt = module["dbtObj"](lambda read: self.read(*read.replace('"', "").split(".")[-2:]))
        made: duckdb.DuckDBPyRelation = module["model"](dbt, self.duckdb)
        types = dict(zip(made.columns, map(str, made.types), strict=True))
        rows = made.project(_plain(types)).to_arrow_table()
        return self._typed(self.spark.createDataFrame(rows), model)

    def read(self, schema: str, table: str) -> duckdb.DuckDBPyRelation:
        """Return a table of Spark in the types that it has in DuckDB."""
        rows = self.spark.table(f"{schema}.{table}").toArrow()
        types = self.columns[schema][table].items()
        columns = ", ".join(f'cast("{name}" as {kind}) as "{name}"' for name, kind in types)
        return self.duckdb.from_arrow(rows).project(columns)

    def publish(self, file: Path) -> None:
        """Write the tables that a build publishes into a DuckDB file."""
        file.unlink(missing_ok=True)
        self.duckdb.execute(f"attach {literal(file)} as spark")
        for model in self.models:
            if model.schema in PUBLISHED:
                self.duckdb.execute(f'create schema if not exists spark."{model.schema}"')
                self.read(model.schema, model.name).create(f"spark.{model.schema}.{model.name}")
        self.duckdb.execute("detach spark")


def _plain(types: Mapping[str, str]) -> str:
    """Select columns as what Parquet and Arrow carry to Spark as it is."""
    plain = {"JSON": "varchar", "HUGEINT": "decimal(38, 0)"}
    return ", ".join(
        f'cast("{name}" as {plain.get(kind, kind)}) as "{name}"' for name, kind in types.items()
    )

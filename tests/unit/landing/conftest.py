"""A small raw folder, landed in memory by the same code and SQL as in a build."""

import json
from pathlib import Path

import duckdb
import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner

from python_jobs.config.locations import locations_of
from python_jobs.landing.activities import land_activities
from python_jobs.landing.insights import land_insights
from python_jobs.landing.inventory import list_raw_files
from python_jobs.landing.objects import land_objects
from python_jobs.landing.orders import land_orders
from python_jobs.landing.sales import land_sales

ROOT = Path(__file__).parents[3]
SQL_MODELS = (
    "landing_files",
    "landing_file_rows",
    "landing_default_account",
    "landing_rejected_rows",
    "landing_bad_files",
    "landing_gate",
)
# the morning on which the folder is looked at
NOW = "2026-06-01 06:00:00"


class Landed:
    """A raw folder and the landing tables made of it."""

    def __init__(self, folder, compiled, key):
        self.folder = folder
        self.compiled = compiled
        self.key = key
        folder.mkdir(exist_ok=True)
        settings = {"preserve_insertion_order": False, "autoinstall_known_extensions": False}
        self.connection = duckdb.connect(config=settings)
        self.connection.execute("attach ':memory:' as acme_meta; use acme_meta")
        self.connection.execute("create schema landing; create schema seeds")
        for seed in (ROOT / "seeds").glob("*.csv"):
            self.connection.execute(
                f"create table seeds.{seed.stem} as from read_csv(?, all_varchar = true)",
                [str(seed)],
            )
        self.connection.execute(f"""
            create table landing.run_settings as select timestamp '{NOW}' as run_started_at;
            create table landing.landing_parameters (parameter varchar, value json)""")
        self.set("on_bad_input", "stop")

    def set(self, parameter, value):
        """Give a parameter its value."""
        self.connection.execute(
            "delete from landing.landing_parameters where parameter = ?", [parameter]
        )
        self.connection.execute(
            "insert into landing.landing_parameters values (?, to_json(?))", [parameter, value]
        )

    def add(self, files):
        for name, content in files.items():
            file = self.folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, bytes):
                file.write_bytes(content)
            else:
                text = content if isinstance(content, str) else json.dumps(content)
                file.write_text(text, encoding="utf-8", newline="")

    def between(self):
        """What happens between a look at the folder and its reading: nothing."""

    def land(self, files=(), locations=()):
        """Add files and land the folder anew, with what lies at other places."""
        self.add(dict(files))
        sql = self.connection.sql
        seeds = {
            name: sql(f"from seeds.{name}")
            for name in (
                "meta_headers",
                "shopify_headers",
                "activity_headers",
                "activity_events",
                "currencies",
                "action_priority",
            )
        }
        inventory = list_raw_files(
            self.connection,
            sql(f"from glob('{self.folder}/**')"),
            str(self.folder),
            **seeds,
            key=self.key,
            locations=locations_of(list(locations)),
        )
        self._keep("landing_inventory", inventory)
        inventory = sql("from landing.landing_inventory")
        self.between()
        self._keep(
            "landing_insights",
            land_insights(
                self.connection, inventory, seeds["meta_headers"], seeds["action_priority"], None
            ),
        )
        self._keep("landing_objects", land_objects(self.connection, inventory, None))
        self._keep("landing_orders", land_orders(self.connection, inventory, self.key, None))
        self._keep("landing_sales", land_sales(self.connection, inventory, None))
        self._keep(
            "landing_activities",
            land_activities(self.connection, inventory, seeds["activity_events"], None),
        )
        for model in SQL_MODELS[:-1]:
            self._keep(model, sql(self.compiled[model]))
        return self

    def _keep(self, name, relation):
        self.connection.execute(f"create or replace table landing.{name} as from relation")

    def rows(self, query):
        """Result of a query as tuples; tables are named without their schema."""
        self.connection.execute("use acme_meta.landing")
        try:
            return self.connection.execute(query).fetchall()
        finally:
            self.connection.execute("use acme_meta")

    def file(self, name):
        """Status and message of a file."""
        return self.rows(f"select status, message from landing_files where file_path = '{name}'")[0]

    def gate(self):
        """What the build stops at; empty where it goes on."""
        try:
            self.connection.execute(self.compiled["landing_gate"]).fetchall()
        except duckdb.Error as error:
            return str(error).removeprefix("Invalid Input Error: ").splitlines()
        return []


@pytest.fixture(scope="session")
def compiled(tmp_path_factory):
    """What dbt makes of the arguments of `dbt compile`: text by name of the model."""
    home = tmp_path_factory.mktemp("compiled")
    manifest = None

    def compile_with(*arguments):
        nonlocal manifest
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(ROOT)
            patch.delenv("AUTOPILOT_DATASETS", raising=False)
            patch.setenv("AUTOPILOT_WAREHOUSE", str(home / "warehouse"))
            patch.setenv("DBT_TARGET_PATH", str(home / "target"))
            patch.setenv("DBT_LOG_PATH", str(home / "logs"))
            options = ["--log-level", "none", "--vars", json.dumps({"customer": "acme"})]
            if manifest is None:
                manifest = dbtRunner().invoke(["parse", *options]).result
            done = dbtRunner(manifest=manifest).invoke(["compile", *options, *arguments])
            DuckDBConnectionManager.close_all_connections()
        assert done.success, done.exception
        return {step.node.name: step.node.compiled_code for step in done.result}

    return compile_with


@pytest.fixture(scope="session")
def compiled_sql(compiled):
    """Compiled text of the SQL models of the landing layer."""
    return compiled("--select", *SQL_MODELS)


@pytest.fixture(scope="session")
def new_folder(tmp_path_factory, compiled_sql):
    """Makes empty raw folders, ready to land."""
    return lambda: Landed(tmp_path_factory.mktemp("raw"), compiled_sql, "a" * 64)


@pytest.fixture
def raw(new_folder):
    """An empty raw folder, ready to land."""
    return new_folder()

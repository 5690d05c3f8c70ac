"""A small raw folder, landed in memory by the same code and SQL as in a build."""

import json
from functools import cache
from pathlib import Path

import duckdb
import pytest

from python_jobs.config.locations import locations_of
from python_jobs.landing.activities import land_activities
from python_jobs.landing.insights import land_insights
from python_jobs.landing.inventory import list_raw_files
from python_jobs.landing.objects import land_objects
from python_jobs.landing.orders import land_orders
from python_jobs.landing.sales import land_sales
from python_jobs.privacy.forget import SEED_NAMES

ROOT = Path(__file__).parents[3]
LANDED = ("landing_files", "landing_file_rows", "landing_default_account")
JUDGED = ("landing_first_day_ahead", "landing_rejected_rows", "landing_bad_files")
SQL_MODELS = (*LANDED, *JUDGED, "landing_gate")
# the morning on which the folder is looked at
NOW = "2026-06-01 06:00:00"


@cache
def seeds():
    """Seeds by name, all of their cells text."""
    read = duckdb.connect().read_csv
    files = (ROOT / "seeds").glob("*.csv")
    return {file.stem: read(str(file), all_varchar=True).to_arrow_table() for file in files}


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
        for name, seed in seeds().items():  # noqa: B007  DuckDB finds it by its name
            self.connection.execute(f"create table seeds.{name} as from seed")
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
        seeds = {name: sql(f"from seeds.{name}") for name in SEED_NAMES}
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
        for model in LANDED:
            self._build(model)
        for model in JUDGED:
            self.connection.execute(f"drop table if exists landing.{model}")
        self.is_judged = False
        return self

    def judge(self):
        """Tell bad rows and files, which takes half of the time of landing: on demand only."""
        if not self.is_judged:
            for model in JUDGED:
                self._build(model)
            self.is_judged = True

    def _keep(self, name, relation):
        self.connection.execute(f"create or replace table landing.{name} as from relation")

    def _build(self, model):
        # a relation of its own would be planned twice
        self.connection.execute(
            f"create or replace table landing.{model} as {self.compiled[model]}"
        )

    def rows(self, query):
        """Result of a query as tuples; tables are named without their schema."""
        if any(model in query for model in JUDGED):
            self.judge()
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
        self.judge()
        try:
            self.connection.execute(self.compiled["landing_gate"]).fetchall()
        except duckdb.Error as error:
            return str(error).removeprefix("Invalid Input Error: ").splitlines()
        return []


@pytest.fixture(scope="session")
def compiled(project):
    """What dbt makes of the arguments of `dbt compile`: text by name of the model."""
    return project.compile


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

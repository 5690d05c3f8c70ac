from pathlib import Path

import duckdb
import pytest
import yaml
from dbt.adapters.duckdb import environments
from dbt.adapters.duckdb.credentials import DuckDBCredentials
from dbt_common.exceptions import DbtRuntimeError

from python_jobs.faults.publishing import RUNS
from python_jobs.warehouse import plugin as module
from python_jobs.warehouse.plugin import Plugin
from python_jobs.warehouse.publish import restore_history

PROFILE = Path(__file__).parents[3] / "profiles.yml"


def make(folder):
    names = {"customer": "acme", "platform": "meta"}
    folders = {"warehouse": str(folder / "warehouse"), "datasets": str(folder / "datasets")}
    return Plugin("warehouse", names | folders)


def test_a_warehouse_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "warehouse").write_text("a file where a folder should be")
    with pytest.raises(DbtRuntimeError, match="set AUTOPILOT_WAREHOUSE to a folder that can be"):
        make(tmp_path)


def test_date_files_that_could_not_be_replaced_are_told_and_the_tables_are_published(
    tmp_path, monkeypatch
):
    def full(new, folder):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, "swap_folder", full)
    plugin = make(tmp_path)
    with duckdb.connect(str(tmp_path / "build.duckdb")) as build:
        build.execute("create schema features")
        build.execute("create table features.a as select 'r' as run_id, date '2026-01-01' as day")
        restore_history(build, plugin.live, {"runs": RUNS})
        request = {
            "run_id": "r",
            "started_at": "2026-01-01",
            "dbt_version": "1",
            "relations": [["features", "a"]],
            "views": [],
            "date_files": [[["features", "a"], "day"]],
            "appends": [],
        }
        with pytest.raises(DbtRuntimeError, match=r"^\s*Runtime Error\s+Published to .* but "):
            plugin.publish(build, request)
    with duckdb.connect(str(plugin.live), read_only=True) as live:
        assert live.execute("select run_id from features.a").fetchall() == [("r",)]


def test_order_that_one_connection_asked_for_is_kept_when_dbt_opens_the_next(tmp_path):
    """A reader of a large file numbers its rows while dbt opens a connection per model."""
    output = yaml.safe_load(PROFILE.read_text())["autopilot"]["outputs"]["local"]
    folders = {"warehouse": str(tmp_path), "datasets": str(tmp_path)}
    names = {"customer": "acme", "platform": "meta"}
    output["plugins"][0]["config"] = names | folders
    output["settings"]["memory_limit"] = "25%"
    credentials = output | {"path": str(tmp_path / ".build" / "a.duckdb"), "schema": "main"}
    environment = environments.create(DuckDBCredentials.from_dict(credentials))
    of_order = "select current_setting('preserve_insertion_order')"
    reader = environment.handle().cursor()
    assert reader.execute(of_order).fetchall() == [(False,)]
    reader.execute("set preserve_insertion_order = true")
    environment.handle().cursor()
    assert reader.execute(of_order).fetchall() == [(True,)]

"""`autopilot build --all`, on the tiny project, which reads the same numbers for every customer."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest
from tiny_project import ROOT, make_project

from python_jobs.cli.build import _share

DAMAGED = "not a database"


@pytest.mark.parametrize(
    ("at_a_time", "own"),
    [
        (1, {"AUTOPILOT_THREADS": "4"}),
        (2, {"AUTOPILOT_THREADS": "2", "AUTOPILOT_MEMORY": "25.00%"}),
        (8, {"AUTOPILOT_THREADS": "1", "AUTOPILOT_MEMORY": "6.25%"}),
    ],
)
def test_builds_share_cores_and_memory_unless_told_otherwise(monkeypatch, at_a_time, own):
    monkeypatch.delenv("AUTOPILOT_MEMORY", raising=False)
    assert _share(4, at_a_time) == own
    monkeypatch.setenv("AUTOPILOT_MEMORY", "2GB")
    assert _share(4, at_a_time).get("AUTOPILOT_MEMORY", "2GB") == "2GB"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The tiny project with three customers, one of them with a damaged published file, built."""
    project = make_project(tmp_path_factory.mktemp("tiny") / "project")
    for customer in ("acme", "beta"):
        raw = project / "datasets" / customer / "meta" / "raw"
        raw.mkdir(parents=True)
        (raw / "insights.json").write_text("[]")
    (project / "datasets" / "New Customer" / "meta" / "raw").mkdir(parents=True)
    (project / "warehouse").mkdir()
    (project / "warehouse" / "beta_meta.duckdb").write_text(DAMAGED)
    unmoved = {name: v for name, v in os.environ.items() if not name.startswith("AUTOPILOT_")}
    running = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from python_jobs.cli.main import main; main()",
            "build",
            "--all",
            "--at-a-time",
            "2",
            "--json",
        ],
        cwd=project,
        env=unmoved | {"PYTHONPATH": str(ROOT), "DBT_TARGET_PATH": str(project / "moved")},
        stdout=subprocess.PIPE,
        text=True,
    )
    # as dbt does, before it writes, where the same command is called once more meanwhile
    while running.poll() is None and not list(project.glob("logs/acme/*/dbt.log")):
        time.sleep(0.1)
    for parsed in project.glob("moved/*/partial_parse.msgpack"):
        parsed.write_bytes(b"")
    told, _ = running.communicate()
    return project, running.returncode, told


def test_a_failing_customer_stops_no_other_and_is_told(built):
    project, code, told = built
    assert code == 1
    told = json.loads(told)
    problems = {one["customer"]: one["problems"] for one in told["customers"]}
    assert list(problems) == ["acme", "beta", "moprobo"]
    assert problems["acme"] == problems["moprobo"] == []
    assert "beta_meta.duckdb cannot be read" in problems["beta"][0]
    assert told["problems"] == [f"beta: {problem}" for problem in problems["beta"]]
    assert (project / "warehouse" / "beta_meta.duckdb").read_text() == DAMAGED


def test_each_is_built_under_its_own_name_in_its_own_folders(built):
    project, *_ = built
    for customer in ("acme", "moprobo"):
        with duckdb.connect(str(project / f"warehouse/{customer}_meta.duckdb")) as published:
            query = "select customer, platform, len(tables) > 3 from results.runs"
            assert published.execute(query).fetchall() == [(customer, "meta", True)]
        files = list(project.glob(f"datasets/{customer}/meta/features/*.parquet"))
        assert len(files) == 40
        results = json.loads(
            (project / "moved" / f"{customer}_meta" / "run_results.json").read_text()
        )
        assert results["args"]["vars"] == {"customer": customer, "platform": "meta"}
    assert not list(project.glob("warehouse/**/customer-that-nobody-has*"))
    assert not Path(project, "datasets", "customer-that-nobody-has").exists()

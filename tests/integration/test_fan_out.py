"""`docs/examples/fan_out.py`: customers of a shared folder, built by the workers of a Dask cluster.

What the workers call is a stand-in for `autopilot` except in the long test.
"""

import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from dask.distributed import Client
from tiny_project import ROOT, make_project

SCRIPT = ROOT / "docs" / "examples" / "fan_out.py"
PAGE = ROOT / "docs" / "many-machines.md"

# adds its customer to the file it publishes; does what the raw file says; is one build of one home
COMMAND = """#!/bin/sh
set -e
raw=$(echo "$AUTOPILOT_DATASETS"/*/meta/raw)
meta=$(dirname "$raw")
customer=$(basename "$(dirname "$meta")")
key="$AUTOPILOT_CONFIG/$customer/meta/.key"
mkdir -p "$AUTOPILOT_WAREHOUSE/.build" "$meta/features" "$(dirname "$key")"
[ -e "$key" ] || echo "key of $$" > "$key"
echo "$customer" >> "$AUTOPILOT_WAREHOUSE/${customer}_meta.duckdb"
cp "$AUTOPILOT_WAREHOUSE/${customer}_meta.duckdb" "$meta/features/2026-03-01.parquet"
. "$raw/do.sh"
echo '{"problems": []}'
"""
FAIL = """echo '{"problems": ["beta: it is damaged"]}'; exit 1"""


@pytest.fixture
def store(tmp_path, monkeypatch):
    """A store without customers, this project's folder as the working directory, the stand-in."""
    command = tmp_path / "bin" / "autopilot"
    command.parent.mkdir()
    command.write_text(COMMAND)
    command.chmod(0o755)
    monkeypatch.setenv("PATH", f"{command.parent}:{os.environ['PATH']}")
    monkeypatch.chdir(ROOT)
    return tmp_path / "store"


@pytest.fixture(scope="module")
def build():
    """`build` of the script, called by the one worker of a cluster in this process."""
    spec = importlib.util.spec_from_file_location("fan_out", SCRIPT)
    sys.modules["fan_out"] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with Client(
        processes=False, threads_per_worker=1, n_workers=1, dashboard_address=":0"
    ) as client:

        def call(store, customer, asked):
            return client.submit(
                module.build_on_worker, f"file://{store}", customer, "meta", asked, pure=False
            ).result()

        yield call


def add(store, customer, does=""):
    raw = store / "datasets" / customer / "meta" / "raw"
    raw.mkdir(parents=True, exist_ok=True)
    (raw / "do.sh").write_text(does)


def versions(store, customer):
    """Content of the published file, or None if it is gone, of each version; the oldest first."""
    published = store / "published" / f"{customer}_meta"
    files = [
        published / json.loads(file.read_text())["folder"] / f"{customer}_meta.duckdb"
        for file in sorted((published / "versions").glob("*"))
    ]
    return [file.read_text() if file.exists() else None for file in files]


def run(store, cwd=ROOT):
    return subprocess.run(
        [sys.executable, str(SCRIPT), f"file://{store}"],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_failing_customer_and_a_dying_worker_stop_no_other(store, tmp_path):
    add(store, "acme")
    add(store, "beta", FAIL)
    # the worker that began it is killed, and its build, the first time
    died = tmp_path / "died"
    add(store, "gamma", f"[ -e {died} ] || {{ touch {died}; kill -9 $PPID; exit 1; }}")
    done = run(store)
    assert done.returncode == 1, done.stderr
    lines = {line.split()[2]: line for line in done.stdout.splitlines()[:-1]}
    assert {name: line.split("  ")[-1] for name, line in lines.items()} == {
        "acme/meta": "published",
        "beta/meta": "not published beta: it is damaged",
        "gamma/meta": "published",
    }
    assert done.stdout.endswith("2 of 3 customers published\n")
    assert versions(store, "acme") == ["acme\n"]
    assert versions(store, "gamma") == ["gamma\n"]
    assert died.exists()
    assert not (store / "published" / "beta_meta").exists()
    # nothing of the build file, which holds hashes of buyers
    assert not list(store.rglob(".build"))


def test_each_build_goes_on_from_the_one_before_and_leaves_that_to_its_readers(build, store):
    add(store, "acme")
    for asked in ("first", "second", "second", "third"):
        assert build(store, "acme", asked) == []
    # asked twice for the same, it was built once
    assert versions(store, "acme") == [None, "acme\nacme\n", "acme\nacme\nacme\n"]
    [key] = store.glob("config/acme/meta/.key")
    assert re.fullmatch(r"key of \d+\n", key.read_text())
    # two versions, and the names of all
    assert len(list((store / "published" / "acme_meta").iterdir())) == 3
    for file in store.glob("published/*/0*/features/*.parquet"):
        assert file.read_text() == (file.parents[1] / "acme_meta.duckdb").read_text()


def test_of_two_workers_that_build_one_customer_the_first_publishes(build, store):
    add(store, "acme")
    build(store, "acme", "first")
    version = store / "published" / "acme_meta" / "versions" / "00000002.json"
    other = store / "published" / "acme_meta" / "00000002-other"
    add(
        store,
        "acme",
        f"""mkdir {other}; echo other > {other}/acme_meta.duckdb
        echo '{{"folder": "00000002-other"}}' > {version}""",
    )
    with pytest.raises(FileExistsError):
        build(store, "acme", "second")
    assert versions(store, "acme") == ["acme\n", "other\n"]
    add(store, "acme")
    assert build(store, "acme", "third") == []
    assert versions(store, "acme")[1:] == ["other\n", "other\nacme\n"]


def test_a_version_that_was_only_begun_counts_for_nobody(build, store, tmp_path, monkeypatch):
    code, *_ = re.findall(r"```python\n(.+?)```", PAGE.read_text(), re.DOTALL)

    def read():
        with monkeypatch.context() as patch:
            patch.chdir(tmp_path)
            exec(code.replace("s3://bucket/autopilot", f"file://{store}"), {})
            return Path("acme_meta.duckdb").read_text()

    add(store, "acme")
    build(store, "acme", "first")
    (store / "published" / "acme_meta" / "versions" / "00000002.json").write_text("")
    assert read() == "acme\n"
    assert build(store, "acme", "second") == []
    assert read() == "acme\nacme\n"


@pytest.mark.long
def test_real_builds_of_three_customers(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    project = make_project(tmp_path / "project")
    (project / "config" / "default").mkdir(parents=True)
    store = tmp_path / "store"
    for customer in ("acme", "beta", "moprobo"):
        raw = store / "datasets" / customer / "meta" / "raw"
        raw.mkdir(parents=True)
        (raw / "insights.json").write_text("[]")
    damaged = store / "published" / "beta_meta"
    (damaged / "versions").mkdir(parents=True)
    (damaged / "versions" / "00000001.json").write_text('{"folder": "00000001-x"}')
    (damaged / "00000001-x").mkdir()
    (damaged / "00000001-x" / "beta_meta.duckdb").write_text("not a database")
    for runs in (1, 2):
        done = run(store, project)
        assert done.returncode == 1, done.stderr
        assert "beta_meta.duckdb cannot be read" in done.stdout
        assert done.stdout.endswith("2 of 3 customers published\n")
        for customer in ("acme", "moprobo"):
            [newest] = store.glob(f"published/{customer}_meta/{runs:08}-*/")
            with duckdb.connect(str(newest / f"{customer}_meta.duckdb"), read_only=True) as file:
                found = file.execute("select customer from history.runs").fetchall()
                dates = file.execute(
                    "select run_id, count(distinct filename) from "
                    f"read_parquet('{newest}/features/*.parquet', filename=true) group by all"
                ).fetchall()
                last = file.execute(
                    "select max_by(run_id, published_at) from results.runs"
                ).fetchall()
            assert found == [(customer,)] * runs
            assert dates == [(*last[0], 40)]
    assert len(list(damaged.rglob("*.*"))) == 2

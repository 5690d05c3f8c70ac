import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest
from tiny_project import ROOT, make_project

OURS = [str(Path(sys.executable).with_name("dbt"))]
PLAIN = [sys.executable, "-W", "ignore", "-m", "dbt.cli.main"]


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = make_project(tmp_path_factory.mktemp("command") / "project")
    raw = folder / "datasets" / "acme" / "meta" / "raw"
    raw.mkdir(parents=True)
    (raw / "insights.json").write_text("[]")
    return folder


def run(project, command, *arguments):
    own = {k: v for k, v in os.environ.items() if not k.startswith(("DBT_", "AUTOPILOT_"))}
    return subprocess.run(
        [*command, *arguments], cwd=project, env=own, capture_output=True, text=True, check=False
    )


def published(project, customer):
    file = project / "warehouse" / f"{customer}_meta.duckdb"
    with duckdb.connect(str(file), read_only=True) as live:
        return live.execute("select distinct customer from results.runs").fetchall()


def test_the_environments_dbt_is_ours(project):
    assert run(project, [sys.executable, "-m", "python_jobs.cli.dbt"], "--check").returncode == 0


def test_the_command_as_typed_builds_and_publishes(project):
    done = run(project, OURS, "build", "--vars", "customer:acme")
    assert done.returncode == 0, done.stdout
    assert published(project, "acme") == [("acme",)]
    [log] = (project / "logs" / "acme").glob("*/dbt.log")
    assert "Published 6 tables" in log.read_text()
    assert (project / "target" / "acme_meta" / "run_results.json").exists()


def test_a_failing_test_gives_dbts_exit_code(project):
    (project / "fail").touch()
    try:
        done = run(project, OURS, "build", "--vars", "customer:acme")
    finally:
        (project / "fail").unlink()
    assert done.returncode == 1
    assert "Nothing published: 1 of 10 steps did not pass" in done.stdout


@pytest.mark.long
@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["--use-colors", "ls", "--select", "nothing"], 0), (["ls", "--vars", "- a"], 2)],
)
def test_it_says_and_returns_what_dbt_does(project, arguments, code):
    ours, plain = run(project, OURS, *arguments), run(project, PLAIN, *arguments)
    assert ours.returncode == plain.returncode == code
    # dbt lists what it found unused in no fixed order
    assert sorted(comparable(ours.stdout)) == sorted(comparable(plain.stdout))


def comparable(text):
    """What dbt says, less times and whether it could use its last parse."""
    lines = [line for line in text.splitlines() if "partial parsing" not in line]
    return [re.sub(r"\d\d:\d\d:\d\d", "", line) for line in lines]


def test_a_refusal_is_one_sentence(project):
    done = run(project, OURS, "build", "--vars", "customer:Acme")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("'Acme' cannot name a customer")
    assert done.stderr.count("\n") == 1


@pytest.mark.long
def test_ctrl_c_stops_it_as_it_stops_dbt(project):
    slow = project / "models" / "results" / "slow.sql"
    slow.write_text("select sum(a.range * b.range) as x from range(1000000) a, range(1000000) b")
    codes = []
    try:
        for command in (OURS, PLAIN):
            running = subprocess.Popen(
                [*command, "build", "--select", "slow"],
                cwd=project,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                # tests that run in the background ignore it, and so would their children
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
            )
            for line in running.stdout:
                if "START sql table model results.slow" in line:
                    break
            time.sleep(0.5)
            running.send_signal(signal.SIGINT)
            try:
                said = "".join(running.communicate(timeout=60))
            finally:
                running.kill()
            codes.append((running.returncode, "Exited because of keyboard interrupt" in said))
    finally:
        slow.unlink()
    assert codes[0] == codes[1]
    assert codes[0][0] != 0


@pytest.mark.long
def test_autopilot_inspects_the_demo_and_publishes_nothing(tmp_path):
    own = os.environ | {
        "AUTOPILOT_WAREHOUSE": str(tmp_path / "warehouse"),
        "DBT_TARGET_PATH": str(tmp_path / "target"),
        "DBT_LOG_PATH": str(tmp_path / "logs"),
        "COLUMNS": "120",
    }
    command = [str(Path(sys.executable).with_name("autopilot")), "inspect"]
    done = subprocess.run(command, cwd=ROOT, env=own, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"insights_ad_page_1.json +api pages +1,000 2026-02-01", done.stdout)
    assert [file.name for file in (tmp_path / "warehouse").iterdir()] == [".build"]

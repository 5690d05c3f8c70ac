"""A settings file that is edited counts in the next build, which needs no flag for it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

ROOT = Path(__file__).parents[2]
DBT = str(Path(sys.executable).with_name("dbt"))


@pytest.fixture(scope="module")
def customer(tmp_path_factory):
    """Folders of a customer of its own; the environment to build it in."""
    home = tmp_path_factory.mktemp("settings")
    shutil.copytree(ROOT / "config" / "default", home / "config" / "default")
    (home / "config" / "acme" / "meta").mkdir(parents=True)
    raw = home / "datasets" / "acme" / "meta" / "raw"
    raw.mkdir(parents=True)
    (raw / "insights.json").write_text("[]")
    names = {"AUTOPILOT_WAREHOUSE": "warehouse", "AUTOPILOT_DATASETS": "datasets"}
    names |= {"AUTOPILOT_CONFIG": "config", "DBT_TARGET_PATH": "target", "DBT_LOG_PATH": "logs"}
    return home, os.environ | {name: str(home / folder) for name, folder in names.items()}


def build(customer, rules):
    home, environment = customer
    (home / "config" / "acme" / "meta" / "rules.yaml").write_text(rules)
    command = [DBT, "build", "--select", "+parameters", "--vars", "customer:acme"]
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


def published(customer, name):
    file = customer[0] / "warehouse" / "acme_meta.duckdb"
    with duckdb.connect(str(file), read_only=True) as live:
        [(value, tier)] = live.execute(
            "select value, tier from results.parameters where parameter = ?", [name]
        ).fetchall()
    return json.loads(value), tier


def test_an_edited_file_counts_and_a_mistake_in_it_changes_nothing(customer):
    assert build(customer, rules="safety_rules: {max_increase: 0.1}").returncode == 0
    assert published(customer, "safety_rules.max_increase") == (0.1, "customer")
    assert published(customer, "safety_rules.max_decrease") == (0.2, "default")

    assert build(customer, rules="safety_rules: {max_increase: 0.15}").returncode == 0
    assert published(customer, "safety_rules.max_increase") == (0.15, "customer")

    wrong = build(customer, rules="safety_rules: {max_increase: 15}")
    assert wrong.returncode == 1
    said = " ".join(wrong.stdout.split())
    assert "rules.yaml, line 1: safety_rules.max_increase is 15; allowed: a number from" in said
    assert published(customer, "safety_rules.max_increase") == (0.15, "customer")

"""Fixtures that tests of several folders use."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def demo_warehouse(tmp_path_factory):
    """The build file of the demo customer, every layer in it, built once; open it read-only."""
    home = tmp_path_factory.mktemp("demo")
    for folder in ("config", "datasets/moprobo/meta/raw"):
        shutil.copytree(ROOT / folder, home / folder)
    own = {k: v for k, v in os.environ.items() if not k.startswith(("DBT_", "AUTOPILOT_"))}
    folders = {
        "AUTOPILOT_WAREHOUSE": home / "warehouse",
        "AUTOPILOT_DATASETS": home / "datasets",
        "AUTOPILOT_CONFIG": home / "config",
        "DBT_TARGET_PATH": home / "target",
        "DBT_LOG_PATH": home / "logs",
    }
    done = subprocess.run(
        [sys.executable, "-m", "python_jobs.cli.dbt", "build", "--vars", "customer:moprobo"],
        cwd=ROOT,
        env=own | {name: str(folder) for name, folder in folders.items()},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return home / "warehouse" / ".build" / "moprobo_meta.duckdb"

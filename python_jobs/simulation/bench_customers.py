"""What many small customers cost: `python -m python_jobs.simulation.bench_customers`.

Copies of the demo, the last of them with a damaged file, built by `autopilot build --all`.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer

BUILD = "from python_jobs.cli.main import main; main()"


def main(
    customers: Annotated[int, typer.Option(help="How many.")] = 200,
    times: Annotated[int, typer.Option(help="Builds of all, one after another.")] = 2,
) -> None:
    """Print what each build of all took and which customers failed."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("AUTOPILOT_BENCH")) as name:
        folder = Path(name)
        for number in range(customers):
            raw = folder / "datasets" / f"customer{number:03}" / "meta" / "raw"
            shutil.copytree("datasets/moprobo/meta/raw", raw)
        (raw / "insights_account.json").write_text('{"data": [')
        environment = os.environ | {
            "AUTOPILOT_DATASETS": str(folder / "datasets"),
            "AUTOPILOT_WAREHOUSE": str(folder / "warehouse"),
            "DBT_TARGET_PATH": str(folder / "target"),
            "DBT_LOG_PATH": str(folder / "logs"),
        }
        for _ in range(times):
            done = subprocess.run(  # noqa: S603
                [sys.executable, "-c", BUILD, "build", "--all", "--json"],
                env=environment,
                stdout=subprocess.PIPE,
                text=True,
                check=False,
            )
            told = json.loads(done.stdout)
            print(
                f"{customers} customers, {told['at_a_time']} at a time: {told['seconds']:,.0f} s, "
                f"{_cpu_seconds(folder / 'logs') / customers:.1f} CPU s each, "
                f"exit code {done.returncode}"
            )
            print("\n".join(told["problems"]))
            shutil.rmtree(folder / "logs")


def _cpu_seconds(logs: Path) -> float:
    """Add up what dbt says that its processes took."""
    return sum(
        float(seconds)
        for log in logs.glob("*/dbt.log")
        for seconds in re.findall(r'"process_(?:user|kernel)_time": ([0-9.]+)', log.read_text())
    )


if __name__ == "__main__":
    typer.run(main)

"""Where things lie: folders that the environment may move, and files named by customer."""

import os
from pathlib import Path


def published_file(customer: str, platform: str) -> Path:
    """Return the file that people read, there or not."""
    return Path(os.environ.get("AUTOPILOT_WAREHOUSE", "warehouse"), f"{customer}_{platform}.duckdb")


def build_file(customer: str, platform: str) -> Path:
    """Return the file that dbt builds in, there or not."""
    published = published_file(customer, platform)
    return published.parent / ".build" / published.name


def datasets_folder() -> Path:
    """Return the folder with a folder of data per customer."""
    return Path(os.environ.get("AUTOPILOT_DATASETS", "datasets"))


def config_folder() -> Path:
    """Return the folder with a folder of settings per customer, and the defaults."""
    return Path(os.environ.get("AUTOPILOT_CONFIG", "config"))


def results_folder(customer: str, platform: str) -> Path:
    """Return the folder of the files that are made for a person to read or to carry on."""
    return Path(os.environ.get("AUTOPILOT_RESULTS", "results"), customer, platform)

"""SQL reads settings by name; a name that nobody sets would silently be null."""

import re
from pathlib import Path

import pytest

from python_jobs.config.load import load_parameters

ROOT = Path(__file__).parents[3]
CALL = re.compile(r"parameter\(\s*'([^']+)'\s*,\s*'([^']+)'\s*\)")
CALLS = {
    call
    for folder in ("models", "macros", "tests/dbt")
    for file in (ROOT / folder).rglob("*.sql")
    if file.name != "parameter.sql"
    for call in CALL.findall(file.read_text())
}


@pytest.fixture(scope="module")
def names():
    parameters, problems = load_parameters(ROOT / "config", "none", "meta")
    assert problems == []
    return {parameter.parameter for parameter in parameters}


def test_sql_reads_only_parameters_that_exist(names):
    assert {name for name, _ in CALLS} <= names


def test_every_parameter_is_read_by_some_sql(names):
    assert names <= {name for name, _ in CALLS}

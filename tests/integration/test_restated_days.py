"""Exports that restate past days, drawn at random; `make restated` tells hundreds of them."""

import duckdb
import pytest
from conftest import ROOT

from python_jobs.simulation.restated import Program, differing, tell

# what reads files, history and both together; `make restated` builds every published table
TABLES = ("budget_allocations", "restatements", "input_files", "holder_features", "adset_daily")


@pytest.fixture(scope="module")
def program(project):
    project.compiled()
    return Program.of(ROOT)


def test_built_step_by_step_the_same_is_published_as_at_once(program):
    told = tell(program, seed=3, steps=3, only=program.leading_to(TABLES))
    assert told.wrong == []
    assert told.builds > 2
    assert told.logged > 0


def test_a_cent_is_a_difference_and_the_last_digit_of_a_double_is_none(tmp_path):
    files = [tmp_path / name for name in ("a", "b", "c")]
    for file, spend in zip(
        files, ("0.1::double + 0.2", "0.3::double", "0.31::double"), strict=True
    ):
        with duckdb.connect(str(file)) as published:
            published.execute(
                "create schema results; create table results.account_daily as "
                f"select 'run of {file.name}' as run_id, 1 as account_id, {spend} as spend"
            )
    assert list(differing(files[0], files[1])) == []
    assert list(differing(files[0], files[2])) == ["results.account_daily: 2 rows"]

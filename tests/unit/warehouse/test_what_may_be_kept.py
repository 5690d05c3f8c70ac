"""When a build may keep what the last one made."""

import duckdb
import pytest

from python_jobs.warehouse import kept


@pytest.fixture
def build():
    with duckdb.connect() as connection:
        connection.execute(
            """
            create schema landing; create schema staging;
            create table landing.landing_file_states as
            select
                'a' as file_id, 1 as extract_rank, date '2026-03-01' as first_day, true as is_kept;
            create table landing.landing_context as
            select 'parameter' as kind, 'p' as name, '1' as value;
            create table staging.stg_meta__context as
            select 'account' as kind, '1' as name, 'USD' as value;
            """
        )
        yield connection


def kept_rows(build):
    [(files, context)] = build.execute(
        "select (select count(*) from kept.files), (select count(*) from kept.context)"
    ).fetchall()
    return files, context


def test_the_first_build_keeps_nothing_and_the_next_what_it_made(build):
    assert not kept.begin(build, "program")
    assert kept_rows(build) == (0, 0)
    kept.end(build)
    assert kept.begin(build, "program")
    assert kept_rows(build) == (1, 2)


def test_a_build_that_never_ended_leaves_nothing_to_keep(build):
    for _ in range(2):
        assert not kept.begin(build, "program")
    kept.end(build)
    assert kept.begin(build, "program")
    # killed here
    assert not kept.begin(build, "program")
    assert kept_rows(build) == (0, 0)


@pytest.mark.parametrize(("program", "anew"), [("another", False), ("program", True)])
def test_another_program_and_a_full_refresh_keep_nothing(build, program, anew):
    kept.begin(build, "program")
    kept.end(build)
    assert not kept.begin(build, program, anew=anew)
    assert kept_rows(build) == (0, 0)


def test_a_program_is_its_code_and_nothing_else(tmp_path):
    for name in ("dbt_project.yml", "models/a.sql", "macros/b.sql", "python_jobs/c.py"):
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text("1")
    before = kept.program_of(tmp_path)
    (tmp_path / "python_jobs" / "__pycache__").mkdir()
    (tmp_path / "python_jobs" / "__pycache__" / "c.py").write_text("made by Python")
    (tmp_path / "README.md").write_text("no code")
    assert kept.program_of(tmp_path) == before
    for name in ("dbt_project.yml", "models/a.sql", "macros/b.sql", "python_jobs/c.py"):
        (tmp_path / name).write_text("2")
        assert kept.program_of(tmp_path) != before
        (tmp_path / name).write_text("1")
    (tmp_path / "models" / "a.sql").rename(tmp_path / "models" / "d.sql")
    assert kept.program_of(tmp_path) != before

"""The unit tests of the SQL, which are written beside it."""

import shutil

import pytest

INPUTS = ("path:models/staging", "path:models/intermediate")


@pytest.mark.parametrize(
    "part", [("--select", *INPUTS), ("--exclude", *INPUTS)], ids=["inputs", "results"]
)
def test_unit_tests_of_the_sql_pass(new_home, demo_warehouse, part):
    home = new_home()
    home.build_file.parent.mkdir(parents=True)
    # types of columns are looked up in it
    shutil.copyfile(demo_warehouse, home.build_file)
    done = home.dbt("test", "--resource-type", "unit_test", *part)
    assert len(done.result) > 50
    assert done.success, [step.message for step in done.result if step.status == "fail"]

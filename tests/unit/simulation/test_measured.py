import pytest
from rich.console import Console

from python_jobs.simulation.measured import code_version, measure, measured


def halves(number):
    """Two rows of a task, of which one is too hard."""
    if number == 13:
        raise ArithmeticError
    return [{"number": number, "half": number / 2}, {"number": number, "half": -number / 2}]


def run(file, numbers):
    known = {row["number"] for row in measured(file)}
    tasks = [(number,) for number in numbers if number not in known]
    return measure(halves, tasks, file, processes=1, told="halves", console=Console(quiet=True))


def test_what_is_finished_is_not_done_again_and_what_failed_is(tmp_path):
    file = tmp_path / "new" / "rows.jsonl"
    assert measured(file) == []
    with pytest.raises(ArithmeticError):
        run(file, [1, 2, 13])
    assert sorted(row["half"] for row in measured(file)) == [-1.0, -0.5, 0.5, 1.0]
    assert sorted(row["number"] for row in run(file, [1, 2, 3])) == [1, 1, 2, 2, 3, 3]


def test_a_line_that_a_kill_cut_short_is_done_again(tmp_path):
    file = tmp_path / "rows.jsonl"
    run(file, [1])
    whole = file.read_text()
    file.write_text(whole + '{"number": 2, "ha')
    assert len(measured(file)) == 2
    assert sorted(row["number"] for row in run(file, [1, 2])) == [1, 1, 2, 2]


def test_the_version_is_that_of_the_code_and_its_settings(tmp_path):
    model, printer, picture = (tmp_path / "models" / name for name in ("a.sql", "b.py", "c.png"))
    model.parent.mkdir()
    for file in (model, printer, picture):
        file.write_text("before")
    first = code_version(tmp_path, ["models"], ["b.py"])
    for file in (printer, picture):
        file.write_text("after")
    assert code_version(tmp_path, ["models"], ["b.py"]) == first
    assert code_version(tmp_path, ["models"], []) != first
    model.write_text("after")
    assert code_version(tmp_path, ["models"], ["b.py"]) != first

import pytest
from rich.console import Console

from python_jobs.simulation.measured import measure, measured


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

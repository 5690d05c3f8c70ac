"""The questions of docs/questions are answered on the demo."""

import duckdb
import pytest
from conftest import ROOT

QUESTIONS = sorted((ROOT / "docs" / "questions").glob("*.sql"))
NO_ROWS = {"could-meta-be-trusted"}
"""the demo's tracking never broke"""


def test_there_are_twenty_and_the_guide_lists_them():
    guide = (ROOT / "docs" / "for-analysts.md").read_text()
    assert len(QUESTIONS) == 20
    for file in QUESTIONS:
        question = file.read_text().splitlines()[0].removeprefix("-- ")
        assert f"| [{file.stem}](questions/{file.name}) | {question} |" in guide


@pytest.mark.parametrize("file", QUESTIONS, ids=lambda file: file.stem)
def test_a_question_is_answered(demo_warehouse, file):
    with duckdb.connect(str(demo_warehouse), read_only=True) as demo:
        rows = demo.execute(file.read_text()).fetchall()
    assert (len(rows) == 0) == (file.stem in NO_ROWS)

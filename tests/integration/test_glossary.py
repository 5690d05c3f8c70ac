"""The formulas of docs/glossary.md give the columns that they are said to give."""

import re

import duckdb
import pytest
from conftest import ROOT

GLOSSARY = (ROOT / "docs" / "glossary.md").read_text()
FORMULAS = [
    (table, *line.split(" = ", 1))
    for table, lines in re.findall(r"```sql\n-- (\w+\.\w+)\n(.*?)```", GLOSSARY, re.DOTALL)
    for line in lines.splitlines()
]


@pytest.fixture(scope="module")
def demo(demo_warehouse):
    with duckdb.connect(str(demo_warehouse), read_only=True) as connection:
        yield connection


def test_the_glossary_has_formulas():
    assert len(FORMULAS) >= 20


@pytest.mark.parametrize(("table", "column", "formula"), FORMULAS)
def test_a_formula_gives_its_column(demo, table, column, formula):
    # money of `results` is rounded to the cent, in the column or in what the formula is made of
    share = 1e-4 if table.startswith("results.") else 1e-9
    [(known, wrong)] = demo.execute(
        f"""
        select
            count(*),
            count(*) filter (where coalesce(abs({column} - ({formula})) > greatest(
                {share} * abs({column}),
                if(typeof({column}) like 'DECIMAL%', 0.0101, 0)
            ), true))
        from {table}
        where {column} is not null
        """
    ).fetchall()
    assert known > 0
    assert wrong == 0

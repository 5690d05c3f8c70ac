"""Numbers as files write them, read by the macro that every model uses."""

import duckdb
import pytest

WRITTEN = {
    "12": 12,
    "-3.5": -3.5,
    "1e-05": 0.00001,
    "1,234.56": 1234.56,
    "-1,234,567": -1234567,
    "1.234,56": 1234.56,
    "21,33": 21.33,
    "1 234,56": 1234.56,
    "1\u00a0234,56": 1234.56,
    "$12": 12,
    "US$ 1,200": 1200,
    "12.50 EUR": 12.5,
    "1'234.50": 1234.5,
    "R$ 1.234,56": 1234.56,
    "1 234,56 kr": 1234.56,
    "₫700,000": 700000,
    "1.2%": 1.2,
    "": None,
    "-": None,
    "nan": None,
    "inf": None,
    "a lot": None,
    "1,23,4": None,
    "Using campaign budget": None,
    None: None,
}


@pytest.fixture(scope="module")
def number_sql(compiled):
    (text,) = compiled("--inline", "{{ number('written') }}").values()
    return text


@pytest.mark.parametrize("text", WRITTEN, ids=str)
def test_a_number_however_it_is_written(number_sql, text):
    found = duckdb.execute(f"select {number_sql} from (select ?::varchar as written)", [text])
    assert found.fetchall() == [(WRITTEN[text],)]

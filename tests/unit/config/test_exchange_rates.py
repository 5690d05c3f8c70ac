from datetime import date

import duckdb
import pytest

from python_jobs.config.exchange_rates import ExchangeRate, load_exchange_rates
from python_jobs.config.rows import exchange_rate_rows, parameter_rows

HEADER = "rate_date,from_currency,to_currency,rate\n"


@pytest.fixture
def file(tmp_path):
    folder = tmp_path / "x" / "meta"
    folder.mkdir(parents=True)
    return folder / "exchange_rates.csv"


def test_rates_are_read(file):
    file.write_text(HEADER + "2026-01-01,EUR,USD,1.17\n\n2026-02-01, EUR, USD, 1.2\n", "utf-8-sig")
    assert load_exchange_rates(file) == (
        [
            ExchangeRate(date(2026, 1, 1), "EUR", "USD", 1.17),
            ExchangeRate(date(2026, 2, 1), "EUR", "USD", 1.2),
        ],
        [],
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "line 1: the header must be rate_date,from_currency,to_currency,rate."),
        ("date,rate\n", "line 1: the header must be rate_date,from_currency,to_currency,rate."),
        (HEADER + "2026-01-01,EUR,1.1\n", "line 2: has 3 fields; expected: " + HEADER[:-1] + "."),
        (
            HEADER + "01/02/2026,EUR,USD,1.1\n",
            "line 2: rate_date is '01/02/2026'; expected: a date such as 2026-03-01.",
        ),
        (
            HEADER + "2026-01-01,eur,USD,1.1\n",
            "line 2: from_currency is 'eur'; expected: three capital letters such as USD.",
        ),
        (
            HEADER + '2026-01-01,EUR,USD,"1,1"\n',
            "line 2: rate is '1,1'; expected: a number above 0 with a decimal point.",
        ),
        (
            HEADER + "2026-01-01,EUR,USD,inf\n",
            "line 2: rate is 'inf'; expected: a number above 0 with a decimal point.",
        ),
        (
            HEADER + "2026-01-01,EUR,USD,0\n",
            "line 2: rate is '0'; expected: a number above 0 with a decimal point.",
        ),
        (
            HEADER + "2026-01-01,EUR,USD,1\n2026-01-01,EUR,USD,2\n",
            "line 3: the rate of line 2 again; keep one.",
        ),
    ],
)
def test_each_mistake_names_the_line(file, text, problem):
    file.write_text(text)
    assert load_exchange_rates(file)[1] == [f"{file}, {problem}"]


def test_bytes_that_are_no_text_are_told(file):
    file.write_bytes(b"\xff\xfe\x00")
    assert load_exchange_rates(file)[1] == [f"{file}: cannot be read as CSV in UTF-8."]


def test_without_a_file_the_relation_is_empty_and_typed(tmp_path):
    relation = exchange_rate_rows(duckdb.connect(), tmp_path, "x", "meta")
    assert relation.fetchall() == []
    assert [str(kind) for kind in relation.types] == ["DATE", "VARCHAR", "VARCHAR", "DOUBLE"]


def test_mistakes_in_rates_stop_with_the_settings(file, tmp_path):
    file.write_text("nonsense\n")
    (tmp_path / "default").mkdir()
    rows = parameter_rows(duckdb.connect(), tmp_path, "x", "meta").fetchall()
    assert [row[2] for row in rows] == ["error", "error"]
    assert any("exchange_rates.csv, line 1" in row[1] for row in rows)

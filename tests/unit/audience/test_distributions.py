"""Distribution functions in SQL, against tables of them."""

from pathlib import Path

import duckdb
import jinja2
import pytest

MACROS = Path(__file__).parents[3] / "macros" / "distributions.sql"


def value_of(call: str) -> float | None:
    """Let DuckDB work out a call of a macro."""
    text = jinja2.Environment(autoescape=False).from_string(f"{MACROS.read_text()}{{{{ {call} }}}}")
    row = duckdb.connect().execute(f"select {text.render()}").fetchone()
    return None if row is None else row[0]


@pytest.mark.parametrize(
    ("number", "probability"),
    # table of the standard normal distribution
    [("0.0", 0.5), ("1.2816", 0.9000), ("-1.6449", 0.0500), ("9.0", 1.0), ("-9.0", 0.0)],
)
def test_a_normal_number_is_below_as_the_table_has_it(number, probability):
    assert value_of(f"normal_cdf('{number}')") == pytest.approx(probability, abs=2e-4)


@pytest.mark.parametrize(
    ("number", "shape", "probability"),
    [
        # shape 1: 1 - exp(-1)
        ("1.0", "1.0", 0.6321),
        # of a whole shape k at x: 1 - the sum of Poisson(x) below k;
        # exp(-10) (1 + 10 + 50 + 166.67) = 0.0103
        ("10.0", "4.0", 0.9897),
        # exp(-5) (1 + 5 + 12.5 + ... + 5.38) = 0.9682
        ("5.0", "10.0", 0.0318),
        ("0.0", "4.0", 0.0),
    ],
)
def test_a_gamma_number_is_below_as_the_poisson_sum_says(number, shape, probability):
    assert value_of(f"gamma_cdf('{number}', '{shape}')") == pytest.approx(probability, abs=3e-3)


def test_of_nothing_nothing_is_known():
    assert value_of("normal_cdf('cast(null as double)')") is None

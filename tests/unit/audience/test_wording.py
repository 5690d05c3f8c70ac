import numpy as np
import pandas as pd
import pytest

from python_jobs.audience.detectors.wording import sentences


def written(template, **columns):
    return sentences(template, pd.DataFrame(columns), None).tolist()


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("x|0 purchases", 1.2, "1 purchase"),
        ("x|0 purchases", 0.0, "0 purchases"),
        ("x|1 days", 1.0, "1.0 days"),
        ("x|2 currency", 1234.5, "1,234.50 USD"),
        ("x|%", 0.424, "42 %"),
        ("x|words", "link_clicks", "link clicks"),
        ("x|yes", 0.0, "no"),
        ("x|day", pd.Timestamp("2026-03-05"), "2026-03-05"),
    ],
)
def test_values_are_written_as_people_write_them(field, value, text):
    assert written(f"It is {{{field}}}.", x=[value], currency=["USD"]) == [f"It is {text}."]


def test_money_of_unknown_currency_has_none():
    assert written("{x|0 currency} spent.", x=[5.0, 6.0], currency=["EUR", None]) == [
        "5 EUR spent.",
        "6 spent.",
    ]


def test_a_part_that_is_not_known_is_left_out_and_a_first_one_says_so():
    rows = {"x": [1.0, np.nan], "y": [np.nan, 3.0]}
    assert written("It had {x|0 events}; {y|0 days} since; by {x|0}.", **rows) == [
        "It had 1 event; by 1.",
        "It had unknown; 3 days since.",
    ]

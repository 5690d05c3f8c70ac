"""How a file writes numbers and dates, decided by all its cells."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from python_jobs.landing.styles import DateCells, NumberCells, date_order, decimal_comma

HEADER = ["Day", "Ad name", "Amount spent", "Impressions", "Purchases conversion value"]


def table(rows, delimiter=",", header=HEADER, above=""):
    text = io.StringIO(newline="")
    text.write(above)
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    writer.writerows([header, *rows])
    return text.getvalue()


def spends(amounts, delimiter=","):
    return table(
        [["2026-03-15", f"ad {i}", amount, "10", ""] for i, amount in enumerate(amounts)], delimiter
    )


def landed(raw, content):
    raw.land({"days.csv": content})
    return [
        value and float(value)
        for (value,) in raw.rows(
            "select spend from landing_insights where problem is null order by file_row"
        )
    ]


# amounts as a file writes them, its delimiter, and what they are
AMOUNTS = {
    "plain": (["1234.56", "-3.5", "7", "1e-05"], ",", [1234.56, -3.5, 7, 0.00001]),
    "English": (["1,234.56", "1,234", "1.234"], ",", [1234.56, 1234, 1.234]),
    "German": (["1.234,56", "1.234", "21,33", "1.234.567"], ";", [1234.56, 1234, 21.33, 1234567]),
    "German, told by one cell": (["1.234", "21,33"], ",", [1234, 21.33]),
    "French": (["1 234,56", "1\u00a0234,5 €", "1\u202f234"], ";", [1234.56, 1234.5, 1234]),
    "Swiss": (["1'234.50", "1\u2019234\u2019567.00", "CHF 1'234"], ",", [1234.5, 1234567, 1234]),
    "Indian": (["₹1,23,456.50", "12,345"], ",", [123456.5, 12345]),
    "Brazilian": (["R$ 1.234,56", "R$1.234", "-R$ 2"], ";", [1234.56, 1234, -2]),
    "Nordic": (["1 234,56 kr", "kr. 1.234", "\u22125,00 kr"], ";", [1234.56, 1234, -5]),
    "signs": (["$1,234.56", "US$ 1.00", "12.50 EUR", "£0.99"], ",", [1234.56, 1, 12.5, 0.99]),
    "below zero": (
        ["(1,234.56)", "($5.50)", "7.25-", "-2"],
        ",",
        [-1234.56, -5.5, -7.25, -2],
    ),
    "thousands only, by the semicolons": (["1.234", "5"], ";", [1234, 5]),
    "thousands only": (["1,234", "5"], ",", [1234, 5]),
    "a fraction of three digits": (["1.234", "5"], ",", [1.234, 5]),
    "three digits after nothing": (["0,125", "1,234"], ",", [0.125, 1.234]),
    "both, but none of them in doubt": (["1,234.56", "12,50"], ",", [1234.56, 12.5]),
}


@pytest.mark.parametrize("style", AMOUNTS)
def test_amounts_in_any_style(raw, style):
    written, delimiter, expected = AMOUNTS[style]
    assert landed(raw, spends(written, delimiter)) == expected
    # spend below zero is read, and then left out as no spend
    below = [(row,) for row, value in enumerate(expected, start=1) if value < 0]
    assert raw.rows("select file_row from landing_rejected_rows order by 1") == below


def test_a_guess_is_said(raw):
    raw.land(
        {
            "guessed.csv": spends(["1.234", "5"], ";"),
            "told.csv": spends(["1.234", "5,5"], ";"),
            "english.csv": spends(["1,234", "5"]),
        }
    )
    guess = "; 1.234 is taken for 1234, as its cells end in semicolons"
    assert raw.file("guessed.csv")[1].endswith(guess)
    assert "taken for" not in raw.file("told.csv")[1] + raw.file("english.csv")[1]


def test_counts_tell_what_a_point_is(raw):
    rows = [["2026-03-15", "Spring", "1.234", "2.000", "3.456"]]
    raw.land({"days.csv": table(rows)})
    assert raw.rows("select spend, impressions, action_values[1].value from landing_insights") == [
        ("1234", "2000", "3456")
    ]


def test_values_of_actions_are_plain_as_well(raw):
    """Of the English, whose thousands used to be no number there."""
    raw.land({"days.csv": table([["2026-03-15", "Spring", "1.5", "2", "3,456.75"]])})
    assert raw.rows("select action_values[1].value from landing_insights") == [("3456.75",)]


def test_what_is_no_number_stays_as_it_is(raw):
    words = ["a lot", "1,23,4", "12.50.10", "5 ads", "1-2", "nan"]
    raw.land({"days.csv": spends(words)})
    found = raw.rows("select spend from landing_insights order by file_row")
    assert found == [(word,) for word in words]


def test_two_styles_that_leave_a_cell_in_doubt_are_refused(raw):
    raw.land({"days.csv": spends(["1,234.56", "12,50", "1.234"])})
    assert raw.gate() == [
        "days.csv writes numbers both as 1,234.56 and as 1.234,56, so that 1.234 can mean two "
        "things: export it again in one language"
    ]


def test_a_cell_far_down_decides_for_the_whole_file(raw):
    assert landed(raw, spends(["1.234"] * 3000 + ["0,50"]))[::3000] == [1234, 0.5]
    assert landed(raw, spends(["1.234"] * 3000 + ["0.50"]))[::3000] == [1.234, 0.5]


def days(written, delimiter=","):
    return table([[day, "Spring", "1", "10", ""] for day in written], delimiter)


def days_landed(raw, content):
    raw.land({"days.csv": content})
    return [day for (day,) in raw.rows("select date_start from landing_insights order by file_row")]


DAYS = {
    "year first": (["2026-03-01", "2026-03-15"], ["2026-03-01", "2026-03-15"]),
    "year first with slashes": (["2026/03/01", "2026/3/15"], ["2026-03-01", "2026-03-15"]),
    "day first": (["01/03/2026", "15/03/2026"], ["2026-03-01", "2026-03-15"]),
    "month first": (["3/1/2026", "3/15/2026"], ["2026-03-01", "2026-03-15"]),
    "month first, short year": (["3/1/26", "3/15/26"], ["2026-03-01", "2026-03-15"]),
    "points": (["01.03.2026", "02.03.2026"], ["2026-03-01", "2026-03-02"]),
    "named": (["1-Mar-26", "15-Mar-26"], ["2026-03-01", "2026-03-15"]),
    "named, American": (["Mar 1, 2026", "March 15, 2026"], ["2026-03-01", "2026-03-15"]),
    "days in a row": (
        ["01/03/2026", "02/03/2026", "03/03/2026"],
        ["2026-03-01", "2026-03-02", "2026-03-03"],
    ),
    "days in a row, month first": (
        ["3/2/2026", "3/3/2026", "3/4/2026"],
        ["2026-03-02", "2026-03-03", "2026-03-04"],
    ),
}


@pytest.mark.parametrize("style", DAYS)
def test_days_in_any_style(raw, style):
    written, expected = DAYS[style]
    assert days_landed(raw, days(written)) == expected
    assert raw.gate() == []


UNDECIDED = {
    # days in a row, or the first of each month
    "first of the month": ["01/01/2026", "02/01/2026", "03/01/2026"],
    "two days": ["01/03/2026", "02/03/2026"],
    "a gap": ["01/03/2026", "02/03/2026", "04/03/2026"],
    "two orders": ["13/03/2026", "03/14/2026", "04/03/2026"],
}


@pytest.mark.parametrize("style", UNDECIDED)
def test_days_that_can_be_read_in_two_ways_are_refused(raw, style):
    raw.land({"days.csv": days(UNDECIDED[style])})
    [sentence] = raw.gate()
    assert sentence.endswith(
        "none of them usable: date_start is no date that can be told apart from others: write it "
        "as 2026-03-15"
    )


def test_a_day_far_down_decides_for_the_whole_file(raw):
    written = ["03/04/2026"] * 3000
    assert days_landed(raw, days([*written, "13/04/2026"]))[0] == "2026-04-03"
    assert days_landed(raw, days([*written, "04/13/2026"]))[0] == "2026-03-04"


def test_times_of_orders_keep_their_time(raw):
    orders = "Name,Created at,Total\n#1,3/14/2026 10:30,1\n#2,3/1/2026 9:05,2\n"
    raw.land({"orders.csv": orders, "days.csv": days(["2026-03-15"])})
    assert raw.rows("select created_at from landing_orders order by 1") == [
        ("2026-03-01 9:05",),
        ("2026-03-14 10:30",),
    ]


ABOVE = {
    "sep=;\n": ";",
    "My report\n": ",",
    '"Report of\ntwo lines";\n\n': ";",
    "Report name,Days of March\nRange,2026-03-01 - 2026-03-15\n\n": ",",
    "\n\n": "\t",
    # groups of columns, as a spreadsheet's first header row
    ",Names,Performance,,\n": ",",
}


@pytest.mark.parametrize("above", ABOVE)
def test_lines_above_the_header_are_left_out(raw, above):
    rows = [["2026-03-14", "a", "1", "5", ""], ["2026-03-15", "b", "2", "6", ""]]
    content = table(rows, ABOVE[above], above=above) + "2026-03-16\n"
    raw.land({"days.csv": content})
    assert raw.rows(
        "select file_row, spend from landing_insights where problem is null order by 1"
    ) == [
        (1, "1"),
        (2, "2"),
    ]
    # the last line is cut off, and counted from the header
    assert raw.rows("select file_row from landing_rejected_rows") == [(3,)]
    assert "beside its header left out" in raw.file("days.csv")[1]


def test_of_two_header_lines_the_one_with_more_known_names_counts(raw):
    short = ["Date", "Name", "Spend", "Views", "Value"]
    rows = [HEADER, ["2026-03-14", "a", "1", "5", ""]]
    raw.land({"other.csv": table(rows, header=short), "twice.csv": table(rows, header=HEADER)})
    assert raw.rows("select file_row, ad_name, spend from landing_insights") == [(1, "a", "1")] * 2
    assert {message for (message,) in raw.rows("select message from landing_files")} == {
        "insights by ad, 5 of 5 columns known; 1 line beside its header left out"
    }


MONEY = st.integers(min_value=-(10**9), max_value=10**9)


def german(cents):
    whole = f"{abs(cents) // 100:,}".replace(",", ".")
    return f"{'-' if cents < 0 else ''}{whole},{abs(cents) % 100:02}"


@given(st.lists(MONEY, min_size=1))
def test_amounts_of_cents_always_decide(amounts):
    for write, has_comma in ((german, True), (lambda cents: f"{cents / 100:,.2f}", False)):
        cells = NumberCells()
        cells.look_at("spend", map(write, amounts))
        assert decimal_comma(cells, is_likely=not has_comma) == (has_comma, None)


@given(st.sets(st.dates(), min_size=1))
def test_an_order_is_never_decided_wrongly(dates):
    """Of dates in either order the answer is that order or none."""
    for order, form in (("dmy", "{0.day:02}/{0.month:02}"), ("mdy", "{0.month}/{0.day}")):
        cells = DateCells()
        cells.look_at("day", [f"{form.format(day)}/{day.year:04}" for day in dates])
        assert date_order(cells, is_daily=False) in (order, None)

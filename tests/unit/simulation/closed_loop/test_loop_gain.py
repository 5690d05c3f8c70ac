import numpy as np
import pandas as pd
import pytest

from python_jobs.simulation.closed_loop.gain import (
    gain_interval,
    gain_share,
    paired_differences,
    summary,
    with_references,
)

ALONE, BEST = np.array([100.0, 200.0]), np.array([110.0, 230.0])


def test_gain_share_of_two_worlds_by_hand():
    # (8 + 4) of (10 + 30), not the mean of 0.8 and 0.13
    assert gain_share(np.array([108.0, 204.0]), ALONE, BEST) == pytest.approx(0.3)
    assert gain_share(ALONE, ALONE, BEST) == 0.0
    assert gain_share(BEST, ALONE, BEST) == 1.0
    assert gain_share(np.array([90.0, 200.0]), ALONE, BEST) == pytest.approx(-0.25)


def test_the_interval_is_the_same_every_time_and_spans_what_worlds_say():
    policy = np.array([108.0, 204.0])
    low, high = gain_interval(policy, ALONE, BEST)
    assert (low, high) == gain_interval(policy, ALONE, BEST)
    # a quarter of the draws is one world twice: 0.8 or 4 / 30
    assert low == pytest.approx(4 / 30)
    assert high == pytest.approx(0.8)
    alike = np.full(10, 105.0)
    bounds = gain_interval(alike, np.full(10, 100.0), np.full(10, 110.0))
    assert bounds == pytest.approx((0.5, 0.5))


def runs(*rows):
    columns = ["size", "number", "policy", "rhythm", "revenue"]
    same = {
        "start": "buyer",
        "curve": "power",
        "spend": 98.0,
        "total": 100.0,
        "deliverable": 99.0,
        "edits": 14,
        "holder_days": 56,
        "decisions": 8,
        "corrected": 0,
    }
    return pd.DataFrame(rows, columns=columns).assign(**same)


RUNS = runs(
    ("10", 0, "left alone", "any", 100.0),
    ("10", 0, "clairvoyant", "any", 110.0),
    ("10", 0, "buyer goes on", "any", 101.0),
    ("10", 0, "engine", "weekly", 107.0),
    ("10", 0, "engine", "every 2nd day", 108.0),
    ("40", 0, "left alone", "any", 200.0),
    ("40", 0, "clairvoyant", "any", 240.0),
    ("40", 0, "buyer goes on", "any", 180.0),
    ("40", 0, "engine", "weekly", 220.0),
    ("40", 1, "engine", "weekly", 999.0),  # a world whose references are not there yet
)
RHYTHMS = ["every 2nd day", "weekly"]


def test_who_keeps_an_own_rhythm_is_compared_in_each():
    complete = with_references(RUNS, RHYTHMS)
    assert (complete["revenue"] < 999).all()
    buyer = complete[complete["policy"] == "buyer goes on"]
    assert sorted(zip(buyer["size"], buyer["rhythm"], strict=True)) == [
        (size, rhythm) for size in ("10", "40") for rhythm in RHYTHMS
    ]
    assert set(zip(complete["size"], complete["alone"], complete["best"], strict=True)) == {
        ("10", 100.0, 110.0),
        ("40", 200.0, 240.0),
    }


def test_summary_of_a_cell_by_hand():
    rows = summary(with_references(RUNS, RHYTHMS))
    [engine] = rows[(rows["policy"] == "engine") & (rows["size"] == "40")].to_dict("records")
    assert engine["worlds"] == 1
    assert engine["gain"] == pytest.approx(0.5)
    assert engine["per_cent"] == pytest.approx(10.0)
    assert engine["below"] == 0.0
    assert engine["spend"] == pytest.approx(0.98)
    assert engine["of_deliverable"] == pytest.approx(98 / 99)
    assert engine["edits"] == pytest.approx(0.25)
    assert (
        rows.loc[(rows["policy"] == "buyer goes on") & (rows["size"] == "40"), "below"].eq(1).all()
    )


def test_differences_in_pairs_by_hand():
    pairs = paired_differences(summary(with_references(RUNS, RHYTHMS)), "engine")
    [buyer] = pairs.to_dict("records")
    assert buyer["peer"] == "buyer goes on"
    # 10 every 2nd day: .8 - .1; 10 weekly: .7 - .1; 40 weekly: .5 + .5
    assert buyer["cells"] == 3
    assert buyer["mean"] == pytest.approx((0.7 + 0.6 + 1.0) / 3)
    assert buyer["lowest"] == pytest.approx(0.6)
    assert buyer["lowest_cell"] == "10, power, weekly"

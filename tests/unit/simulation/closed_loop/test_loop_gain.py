import numpy as np
import pandas as pd
import pytest

from python_jobs.simulation.closed_loop.gain import (
    gain_interval,
    gain_share,
    in_pairs,
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
        "family": "usual",
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
    # 14 edits in the 56 days of one account
    assert engine["account_edits"] == pytest.approx(0.25)
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
    assert buyer["edits"] == pytest.approx(0.25)


def test_edits_of_an_account_are_those_of_all_its_holders():
    rows = summary(with_references(RUNS.assign(holder_days=560, edits=168), ["weekly"]))
    # ten holders for 56 days: 0.3 a day each, 3 a day together
    assert rows["edits"].to_numpy() == pytest.approx(0.3)
    assert rows["account_edits"].to_numpy() == pytest.approx(3.0)


def test_families_have_references_of_their_own():
    both = pd.concat(
        [RUNS, RUNS.assign(family="peak", revenue=RUNS["revenue"] * 2)], ignore_index=True
    )
    complete = with_references(both, ["weekly"])
    forty = complete[(complete["size"] == "40") & (complete["policy"] == "engine")]
    assert set(zip(forty["family"], forty["alone"], forty["best"], strict=True)) == {
        ("usual", 200.0, 240.0),
        ("peak", 400.0, 480.0),
    }


def test_the_same_worlds_in_pairs_by_hand():
    worlds = runs(
        *(
            (size, n, policy, "any", revenue)
            for size, n, alone, best in (("10", 0, 100.0, 110.0), ("10", 1, 200.0, 230.0))
            for policy, revenue in (("left alone", alone), ("clairvoyant", best))
        ),
        ("10", 0, "engine", "weekly", 108.0),
        ("10", 1, "engine", "weekly", 204.0),
    )
    usual = worlds.assign(revenue=[*worlds["revenue"][:4], 107.0, 211.0])
    outage = with_references(worlds.assign(family="outage"), ["weekly"])
    rows = in_pairs(outage, with_references(usual, ["weekly"]))
    [engine] = rows[rows["policy"] == "engine"].to_dict("records")
    assert engine["worlds"] == 2
    # (8 + 4) and (7 + 11) of 10 + 30
    assert engine["gain"] == pytest.approx(0.30)
    assert engine["other_gain"] == pytest.approx(0.45)
    assert engine["difference"] == pytest.approx(-0.15)
    # +1 and -7 of a possible 20 in the mean: 0.05 and -0.35, each 0.2 from their mean of two
    assert engine["error"] == pytest.approx(0.2)
    assert engine["better"] == 1
    assert (rows.loc[rows["policy"] != "engine", "difference"] == 0).all()

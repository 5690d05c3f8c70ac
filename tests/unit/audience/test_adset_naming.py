"""New ad sets are named as the account names its own."""

import pytest

from python_jobs.audience.recommendations.naming import proposed_name

BARS = [
    "PRO | LAL 1% Purchasers | US | 18-65 | All",
    "PRO | Broad | US+CA | 18-65 | All",
    "RET | Visitors 30d | US | 18-65 | All",
    "PRO | INT Yoga | GB | 18-65 | All",
]
JOINED = ["US_LAL1_Buyers_v2", "US_Broad_v1", "US_Interest-Yoga_v3"]


@pytest.mark.parametrize(
    ("model", "names", "label", "countries", "before", "expected"),
    [
        (BARS[0], BARS, "LAL 1-3% Purchasers", ("US",), ("US",), BARS[0].replace("1%", "1-3%")),
        (BARS[1], BARS, "", ("AU",), ("US", "CA"), "PRO | Broad | AU | 18-65 | All"),
        (BARS[3], BARS, "Broad", ("GB",), ("GB",), "PRO | Broad | GB | 18-65 | All"),
        (JOINED[2], JOINED, "Broad GB", ("GB",), ("US",), "GB_Broad-GB_v3"),
        ("Lookalike purchasers", ["Lookalike purchasers"], "Broad", ("US",), ("US",), "Broad"),
        ("Yoga", ["Yoga", "Trail"], "", ("CA",), ("US",), "Yoga CA"),
        # a name that there is already gets a number
        (BARS[0], BARS, "", ("US",), ("US",), BARS[0] + " 2"),
    ],
)
def test_the_parts_that_change_are_written_anew(model, names, label, countries, before, expected):
    assert proposed_name(model, names, label=label, countries=countries, before=before) == expected

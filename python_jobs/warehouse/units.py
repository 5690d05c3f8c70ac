"""Units of published columns, told from their types and names.

Names follow one convention through all tables, so a unit is declared here once for all columns of
a name and not a thousand times in the yml files.
"""

import re

CURRENCY = "currency"
NUMBER = "number"
DAYS = "days"
SHARE = "share"
RATIO = "ratio"
PER_CENT = "%"
VARIES = "varies"

MEANINGS = {
    CURRENCY: "account currency in whole units, so 12.5 is 12.50; a budget is per day unless it "
    "says otherwise",
    NUMBER: "how many, or a place in an order or in the calendar",
    DAYS: "days",
    SHARE: "part of a whole, or a probability, 0 to 1",
    RATIO: "one figure over another: ROAS is revenue per unit of spend, a CTR of 0.012 is 1.2 %, "
    "a trend of 0.1 is 10 % more",
    PER_CENT: "per cent, so 20 is 20 %",
    VARIES: "that of the figure which the row names",
}

# words of a name with `_` taken for a blank; the first that matches decides
OF_NUMBERS = (
    (r"pct$", PER_CENT),
    # one column for figures of many kinds
    (r"^(before|after|value|threshold|short by|in force|picked|tuned|tunable (low|high))$", VARIES),
    (r"\b(share|prob|confidence|chance|penetration|weight|overlap|resets|stability)\b", SHARE),
    (r"^[pq] value$", SHARE),
    (r"\b(roas|mer|ctr|cvr|ratio|rate|index|factor|effect|frequency|room|to meta)\b", RATIO),
    (r"\b(trend|acceleration|volatility|against|utilization|step|sd|deviation)\b", RATIO),
    (r"\b(correction|incrementality|elasticity|curvature|slope)\b", RATIO),
    (r"\b(lift|lead|importance|improvement|placebo|plausible|provable)\b", RATIO),
    (r"^(earned|steadiness|hypervolume)$", RATIO),
    (r"\b(spend|budget|revenue|value|cpa|cpc|cpm|aov|ncac|ceiling)\b", CURRENCY),
    (r"\b(purchases|orders|clicks|impressions|carts|checkouts|views|conversions)\b", NUMBER),
    (r"^(events|exposure|results)$", NUMBER),
    (r"^seconds$", "seconds"),
)
OF_WHOLE_NUMBERS = (
    (r"\b(adset|entity) days\b", NUMBER),
    (r"\bdays\b", DAYS),
    (r"bytes$", "bytes"),
    (r"", NUMBER),
)


def unit_of(column: str, data_type: str) -> str:
    """Return the unit of a published column: a key of MEANINGS, another word, '' for no number.

    Raises:
        ValueError: The column holds fractions and its name tells no unit.

    """
    if data_type.startswith("decimal"):
        return CURRENCY
    if data_type not in ("double", "bigint", "integer"):
        return ""
    words = column.replace("_", " ")
    for pattern, unit in OF_NUMBERS if data_type == "double" else OF_WHOLE_NUMBERS:
        if re.search(pattern, words):
            return unit
    raise ValueError(
        f"{column}: its name tells no unit. Name it as other columns of its kind are named, or give"
        " its name a line in python_jobs/warehouse/units.py."
    )

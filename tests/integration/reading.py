"""Small exports that tests make by hand, how much of them is built, and reading what that left."""

import csv
import io
from pathlib import Path

import duckdb
import pandas as pd

WITHOUT_UNIT_TESTS = ("--exclude-resource-type", "unit_test")
WITHOUT_TESTS = (*WITHOUT_UNIT_TESTS, "test")
# days, features and decisions, without audiences and past mornings
BUDGETS = (
    *("--indirect-selection", "cautious"),
    *("--select", "+budget_allocations", "+account_daily", "+campaign_daily", "+adset_daily"),
    *("+adset_features", "+data_incidents", "+input_files", "+rejected_rows"),
)


def rows(file: Path, sql: str) -> list[tuple]:
    """Rows of a query on a build file."""
    with duckdb.connect(str(file), read_only=True) as built:
        return built.execute(sql).fetchall()


def frame(file: Path, sql: str) -> pd.DataFrame:
    """A query on a build file as a data frame."""
    with duckdb.connect(str(file), read_only=True) as built:
        return built.execute(sql).df()


def value(file: Path, sql: str) -> object:
    """The one value of a query on a build file."""
    [(answer,)] = rows(file, sql)
    return answer


def csv_text(records: list[dict[str, object]]) -> str:
    """Records of equal keys as a CSV with a header."""
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(records[0]))
    writer.writeheader()
    writer.writerows(records)
    return text.getvalue()


def ad_day(  # one row of the Marketing API, numbers as the text it sends
    day: str, ad: str, spend: float, purchases: int = 0, value: float = 0, **fields: object
) -> dict[str, object]:
    """An ad's day; ids of campaign and ad set are the ad's first one and two digits."""
    row: dict[str, object] = {
        "account_id": "1",
        "account_currency": "USD",
        "campaign_id": ad[0],
        "campaign_name": f"Campaign {ad[0]}",
        "adset_id": ad[:2],
        "adset_name": f"Ad set {ad[:2]}",
        "ad_id": ad,
        "ad_name": f"Ad {ad}",
        "date_start": day,
        "date_stop": day,
        "spend": f"{spend:.2f}",
        "impressions": str(round(spend * 100)),
        "reach": str(round(spend * 80)),
        "inline_link_clicks": str(round(spend)),
    }
    if purchases:
        types = ["omni_purchase", "purchase", "offsite_conversion.fb_pixel_purchase"]
        row["actions"] = [{"action_type": t, "value": str(purchases)} for t in types]
        row["action_values"] = [{"action_type": t, "value": f"{value:.2f}"} for t in types]
    return row | fields


def days(first: int, last: int) -> list[str]:
    """Days of March 2026 as text."""
    return [f"2026-03-{day:02d}" for day in range(first, last + 1)]

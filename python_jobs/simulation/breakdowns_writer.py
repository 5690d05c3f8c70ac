"""Insights by age and gender, country and placement: per ad set and calendar month."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from python_jobs.simulation.curves import Floats, Ints, split_integers
from python_jobs.simulation.customer import Customer
from python_jobs.simulation.json_rows import (
    Fragments,
    action_entries,
    count_field,
    list_field,
    money_field,
    objects,
    text_field,
    windowed_entries,
    write_pages,
)
from python_jobs.simulation.levels import level_days

BREAKDOWNS = 30  # kind of random stream

# Cells of each breakdown with their usual share of delivery and their CTR and purchase rate
# against the average.
AGE_GENDER = (
    ("18-24", "female", 0.077, 0.89, 0.55),
    ("18-24", "male", 0.060, 0.81, 0.55),
    ("25-34", "female", 0.143, 1.00, 0.95),
    ("25-34", "male", 0.112, 0.90, 0.95),
    ("25-34", "unknown", 0.020, 1.00, 0.90),
    ("35-44", "female", 0.132, 1.05, 1.20),
    ("35-44", "male", 0.103, 0.95, 1.20),
    ("45-54", "female", 0.094, 1.10, 1.15),
    ("45-54", "male", 0.073, 1.00, 1.15),
    ("55-64", "female", 0.066, 1.21, 1.00),
    ("55-64", "male", 0.052, 1.09, 1.00),
    ("65+", "female", 0.039, 1.26, 0.80),
    ("65+", "male", 0.029, 1.14, 0.80),
)
COUNTRIES = (("US", 0.72, 1.0, 1.0), ("CA", 0.18, 1.05, 0.85), ("GB", 0.10, 0.95, 0.6))
PLACEMENTS = (
    ("facebook", "feed", 0.36, 1.0, 1.1),
    ("facebook", "marketplace", 0.06, 0.8, 0.8),
    ("facebook", "facebook_reels", 0.08, 0.7, 0.8),
    ("instagram", "feed", 0.20, 1.0, 1.1),
    ("instagram", "instagram_stories", 0.16, 1.1, 1.0),
    ("instagram", "instagram_reels", 0.11, 0.9, 0.8),
    ("audience_network", "an_classic", 0.03, 1.8, 0.2),
)


@dataclass(frozen=True)
class Cells:
    """One breakdown. Arrays are (months, ad sets, cells)."""

    names: tuple[str, ...]
    labels: Sequence[Sequence[object]]  # (cells, names)
    months: Sequence[tuple[str, str]]  # first and last day
    delivery: dict[str, Ints]
    bought: Ints
    value_cents: Ints


def month_ends(dates: Sequence[date]) -> Ints:
    """Return rows at which each calendar month's last day in `dates` lies, plus one."""
    stops = [row + 1 for row, day in enumerate(dates) if (day + timedelta(days=1)).day == 1]
    if not stops or stops[-1] != len(dates):
        stops.append(len(dates))
    return np.array(stops)


def write_breakdowns(folder: Path, customer: Customer, as_of: date) -> None:
    """Write `breakdown_{kind}.json`; delivery adds up to the ad set's months."""
    table = level_days("adset", customer, as_of)
    ad_sets, account = customer.ad_sets, customer.account
    stops = month_ends(table.dates)
    starts = np.concatenate([[0], stops[:-1]])
    rng = np.random.default_rng([customer.seed, BREAKDOWNS])
    n = len(ad_sets)
    countries = [targeting["geo_locations"]["countries"] for targeting in account.targetings]
    reachable = np.array([[c in allowed for c, *_ in COUNTRIES] for allowed in countries])
    everywhere = np.ones((n, 1), dtype=bool)
    kinds = (
        ("age_gender", ("age", "gender"), AGE_GENDER, everywhere),
        ("country", ("country",), COUNTRIES, reachable),
        ("placement", ("publisher_platform", "platform_position"), PLACEMENTS, everywhere),
    )
    measures = ("spend_cents", "impressions", "reach", "clicks", "link_clicks")
    months = {name: np.add.reduceat(getattr(table, name), starts) for name in measures}
    bought = np.add.reduceat(table.purchases[:, :, 0], starts)
    value = np.add.reduceat(table.value_cents[:, :, 0], starts)
    days = [
        (table.dates[a].isoformat(), table.dates[b - 1].isoformat())
        for a, b in zip(starts, stops, strict=True)
    ]
    for stem, names, cells, allowed in kinds:
        labels = [cell[: len(names)] for cell in cells]
        share, click, buy = (np.array([cell[len(names) + k] for cell in cells]) for k in range(3))
        taste = np.exp(0.25 * rng.standard_normal((n, len(cells))))
        base = _shares(share * taste * allowed)
        by_click = _shares(base * click)
        by_buy = _shares(base * click * buy * np.exp(0.15 * rng.standard_normal((n, len(cells)))))
        parts = {
            name: split_integers(months[name], by_click if "clicks" in name else base)
            for name in measures
        }
        sold = rng.multinomial(bought, np.broadcast_to(by_buy, (*bought.shape, len(cells))))
        earned = split_integers(value, _shares(sold))
        seen = Cells(names, labels, days, parts, sold, earned)
        rows = _rows(seen, customer)
        write_pages(folder, f"breakdown_{stem}", rows, 1000)


def _shares(weights: Floats | Ints) -> Floats:
    total = weights.sum(axis=-1, keepdims=True)
    shares: Floats = np.divide(weights, total, out=np.zeros(weights.shape), where=total > 0)
    return shares


def _rows(cells: Cells, customer: Customer) -> Fragments:
    account, campaign_of = customer.account, customer.ad_sets.campaign.tolist()
    place = np.nonzero(cells.delivery["impressions"] > 0)
    month, ad_set, cell = (index.tolist() for index in place)
    seen = {name: values[place] for name, values in cells.delivery.items()}
    bought, value = cells.bought[place], cells.value_cents[place]
    fields = [
        text_field("account_id", [account.account_id] * len(month)),
        text_field("campaign_id", (account.campaign_ids[campaign_of[i]] for i in ad_set)),
        text_field("adset_id", (account.ad_set_ids[i] for i in ad_set)),
        text_field("date_start", (cells.months[i][0] for i in month)),
        text_field("date_stop", (cells.months[i][1] for i in month)),
    ]
    fields += [
        text_field(name, (str(cells.labels[i][k]) for i in cell))
        for k, name in enumerate(cells.names)
    ]
    fields += [
        money_field("spend", seen["spend_cents"]),
        count_field("impressions", seen["impressions"]),
        count_field("reach", seen["reach"]),
        count_field("clicks", seen["clicks"]),
        count_field("inline_link_clicks", seen["link_clicks"]),
        list_field(
            "actions",
            [
                action_entries("link_click", seen["link_clicks"]),
                windowed_entries("omni_purchase", bought[:, None], as_money=False),
            ],
        ),
        list_field(
            "action_values", [windowed_entries("omni_purchase", value[:, None], as_money=True)]
        ),
    ]
    return objects(fields)

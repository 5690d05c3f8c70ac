"""Insights by age and gender, country and placement: per ad set and calendar month."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from python_jobs.simulation.account import Account
from python_jobs.simulation.ad_sets import AdSets
from python_jobs.simulation.ads import AdDelivery, Ads
from python_jobs.simulation.curves import Floats, Ints, split_integers
from python_jobs.simulation.history import History
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

AGES = ("18-24", "25-34", "35-44", "45-54", "55-64", "65+")
BREAKDOWNS = 30  # kind of random stream

# Cells of each breakdown with their usual share of delivery and their CTR and purchase rate
# against the average.
AGE_GENDER = (("25-34", "unknown", 0.02, 1.0, 0.9),) + tuple(
    (age, gender, share * by_gender, click * (1.05 if gender == "female" else 0.95), buy)
    for age, share, click, buy in zip(
        AGES,
        (0.14, 0.26, 0.24, 0.17, 0.12, 0.07),
        (0.85, 0.95, 1.0, 1.05, 1.15, 1.2),
        (0.55, 0.95, 1.2, 1.15, 1.0, 0.8),
        strict=True,
    )
    for gender, by_gender in (("female", 0.55), ("male", 0.43))
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


def month_ends(dates: Sequence[date]) -> Ints:
    """Rows at which each calendar month's last day in `dates` lies, plus one."""
    stops = [row + 1 for row, day in enumerate(dates) if (day + timedelta(days=1)).day == 1]
    if not stops or stops[-1] != len(dates):
        stops.append(len(dates))
    return np.array(stops)


def write_breakdowns(
    folder: Path,
    history: History,
    delivery: AdDelivery,
    ad_sets: AdSets,
    ads: Ads,
    account: Account,
    as_of: date,
    *,
    seed: int,
) -> None:
    """Write `breakdown_{kind}_page_{n}.json`; delivery adds up to the ad set's months."""
    table = level_days("adset", history, delivery, ad_sets, ads, as_of)
    stops = month_ends(table.dates)
    starts = np.concatenate([[0], stops[:-1]])
    rng = np.random.default_rng([seed, BREAKDOWNS])
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
        rows = _rows(names, labels, parts, sold, earned, days, account, ad_sets)
        write_pages(folder, f"breakdown_{stem}", rows, 1000)


def _shares(weights: Floats | Ints) -> Floats:
    total = weights.sum(axis=-1, keepdims=True)
    return np.divide(weights, total, out=np.zeros(weights.shape), where=total > 0)


def _rows(
    names: tuple[str, ...],
    labels: Sequence[Sequence[object]],
    parts: dict[str, Ints],
    sold: Ints,
    earned: Ints,
    days: Sequence[tuple[str, str]],
    account: Account,
    ad_sets: AdSets,
) -> Fragments:
    month, ad_set, cell = (index.tolist() for index in np.nonzero(parts["impressions"] > 0))
    campaign_of = ad_sets.campaign.tolist()
    seen = {name: values[month, ad_set, cell] for name, values in parts.items()}
    bought, value = sold[month, ad_set, cell], earned[month, ad_set, cell]
    fields = [
        text_field("account_id", [account.account_id] * len(month)),
        text_field("campaign_id", (account.campaign_ids[campaign_of[i]] for i in ad_set)),
        text_field("adset_id", (account.ad_set_ids[i] for i in ad_set)),
        text_field("date_start", (days[i][0] for i in month)),
        text_field("date_stop", (days[i][1] for i in month)),
    ]
    fields += [
        text_field(name, (str(labels[i][place]) for i in cell)) for place, name in enumerate(names)
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

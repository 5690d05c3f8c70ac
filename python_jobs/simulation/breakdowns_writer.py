"""Insights by age and gender, country, placement, region: a row per day, entity and cell."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

import numpy as np

from python_jobs.simulation.curves import Flags, Floats, Ints, split_integers
from python_jobs.simulation.customer import Cells, Customer, Kind
from python_jobs.simulation.json_rows import (
    Fragments,
    count_field,
    list_field,
    money_field,
    objects,
    text_field,
    windowed_entries,
    write_pages,
)
from python_jobs.simulation.levels import LevelDays, entity_keys, level_days

BREAKDOWNS = 30  # kind of random stream

# Cells of each breakdown: labels, usual share of delivery, click rate and purchases a click
# against the average.
NAMES: dict[Kind, tuple[str, ...]] = {
    "age_gender": ("age", "gender"),
    "country": ("country",),
    "placement": ("publisher_platform", "platform_position"),
    "region": ("region",),
}
WITHOUT_PURCHASES = ("region",)  # Marketing API: none of what happens off Meta is broken down so
CELLS: dict[Kind, tuple[tuple[tuple[str, ...], float, float, float], ...]] = {
    "age_gender": (
        (("18-24", "female"), 0.077, 0.89, 0.55),
        (("18-24", "male"), 0.060, 0.81, 0.55),
        (("25-34", "female"), 0.143, 1.00, 0.95),
        (("25-34", "male"), 0.112, 0.90, 0.95),
        (("25-34", "unknown"), 0.020, 1.00, 0.90),
        (("35-44", "female"), 0.132, 1.05, 1.20),
        (("35-44", "male"), 0.103, 0.95, 1.20),
        (("45-54", "female"), 0.094, 1.10, 1.15),
        (("45-54", "male"), 0.073, 1.00, 1.15),
        (("55-64", "female"), 0.066, 1.21, 1.00),
        (("55-64", "male"), 0.052, 1.09, 1.00),
        (("65+", "female"), 0.039, 1.26, 0.80),
        (("65+", "male"), 0.029, 1.14, 0.80),
    ),
    "country": (
        (("US",), 0.72, 1.00, 1.00),
        (("CA",), 0.18, 1.05, 0.85),
        (("GB",), 0.10, 0.95, 0.60),
    ),
    "placement": (
        (("facebook", "feed"), 0.36, 1.0, 1.1),
        (("facebook", "marketplace"), 0.06, 0.8, 0.8),
        (("facebook", "facebook_reels"), 0.08, 0.7, 0.8),
        (("instagram", "feed"), 0.20, 1.0, 1.1),
        (("instagram", "instagram_stories"), 0.16, 1.1, 1.0),
        (("instagram", "instagram_reels"), 0.11, 0.9, 0.8),
        (("audience_network", "an_classic"), 0.03, 1.8, 0.2),
    ),
}
MEASURES = ("spend_cents", "impressions", "reach", "clicks", "link_clicks")


@dataclass(frozen=True)
class BreakdownRequest:
    """What an exporter asked for."""

    kind: Kind
    level: Literal["adset", "campaign"] = "adset"
    last_days: int | None = None  # all where None


@dataclass(frozen=True)
class BreakdownDays:
    """Cells with delivery. Arrays are (rows,), in order of day, entity and cell."""

    labels: tuple[tuple[str, ...], ...]  # by cell, in the order of NAMES
    day: Ints  # row of the table
    entity: Ints
    cell: Ints
    spend_cents: Ints
    impressions: Ints
    reach: Ints
    clicks: Ints
    link_clicks: Ints
    purchases: Ints
    value_cents: Ints


ALL_BREAKDOWNS = tuple(BreakdownRequest(kind) for kind in CELLS)


def write_breakdowns(
    folder: Path,
    customer: Customer,
    as_of: date,
    *,
    requests: tuple[BreakdownRequest, ...] = ALL_BREAKDOWNS,
) -> None:
    """Write `breakdown_{kind}.json`; the cells add up to the day of their entity."""
    for request in requests:
        days = customer.history.days
        start = max(0, days - request.last_days) if request.last_days else 0
        part = customer.part(start, days)
        table = level_days(request.level, part, as_of)
        rows = _rows(table, part, request)
        write_pages(folder, f"breakdown_{request.kind}", rows, 1000)


def breakdown_days(
    table: LevelDays, customer: Customer, request: BreakdownRequest
) -> BreakdownDays:
    """Split the days of `table`, which is of the level that `request` names, over cells.

    Raises:
        ValueError: cells that differ by ad set are asked for at another level.

    """
    rng = np.random.default_rng([customer.seed, BREAKDOWNS])
    given = customer.cells.get(request.kind)
    if given is not None and request.level != "adset":
        raise ValueError(f"cells of {request.kind} differ by ad set: ask for them at that level")
    cells = given or _usual_cells(table, customer, request, rng)
    by_delivery, by_click = _shares(cells.share), _shares(cells.share * cells.click)
    by_spend = by_delivery if cells.price is None else _shares(cells.share * cells.price)
    by_purchase = _shares(cells.share * cells.click * cells.buy)
    shares = {"spend_cents": by_spend, "clicks": by_click, "link_clicks": by_click}
    delivery = {
        name: split_integers(getattr(table, name), shares.get(name, by_delivery))
        for name in MEASURES
    }
    total, cents = table.purchases[:, :, 0], table.value_cents[:, :, 0]
    if request.kind in WITHOUT_PURCHASES:
        total, cents = np.zeros_like(total), np.zeros_like(cents)
    bought = rng.multinomial(total, by_purchase)
    value_cents = split_integers(cents, _shares(bought))
    seen = (delivery["impressions"] > 0) | (delivery["spend_cents"] > 0) | (bought > 0)
    place = np.nonzero(seen)
    return BreakdownDays(
        labels=cells.labels,
        day=place[0],
        entity=place[1],
        cell=place[2],
        **{name: values[place] for name, values in delivery.items()},
        purchases=bought[place],
        value_cents=value_cents[place],
    )


def _usual_cells(
    table: LevelDays, customer: Customer, request: BreakdownRequest, rng: np.random.Generator
) -> Cells:
    """Cells as everywhere, but for each entity's own public and its own buyers in it."""
    labels, *numbers = zip(*CELLS[request.kind], strict=True)
    share, click, buy = (np.array(column) for column in numbers)
    shape = (table.impressions.shape[1], len(labels))
    share = share * np.exp(0.25 * rng.standard_normal(shape)) * _open(customer, request, labels)
    return Cells(labels, share, click, buy * np.exp(0.15 * rng.standard_normal(shape)))


def _rows(table: LevelDays, customer: Customer, request: BreakdownRequest) -> Fragments:
    cells = breakdown_days(table, customer, request)
    entity, cell = cells.entity.tolist(), cells.cell.tolist()
    dates = [table.dates[row].isoformat() for row in cells.day.tolist()]
    keys = entity_keys(request.level, customer)
    fields = [
        text_field(name, (values[row] for row in entity))
        for name, values in keys.items()
        if name.endswith("_id")
    ]
    fields += [text_field("date_start", dates), text_field("date_stop", dates)]
    fields += [
        text_field(name, (cells.labels[row][position] for row in cell))
        for position, name in enumerate(NAMES[request.kind])
    ]
    bought = windowed_entries("omni_purchase", cells.purchases[:, None], as_money=False)
    values = windowed_entries("omni_purchase", cells.value_cents[:, None], as_money=True)
    fields += [
        money_field("spend", cells.spend_cents),
        count_field("impressions", cells.impressions),
        count_field("reach", cells.reach),
        count_field("clicks", cells.clicks),
        count_field("inline_link_clicks", cells.link_clicks),
        list_field("actions", [bought]),
        list_field("action_values", [values]),
    ]
    return objects(fields)


def _open(
    customer: Customer, request: BreakdownRequest, labels: tuple[tuple[str, ...], ...]
) -> Flags:
    """Say which cells each entity's targeting lets in. Shape (entities, cells)."""
    if request.kind != "country":
        return np.ones((1, len(labels)), dtype=bool)
    by_ad_set = np.array(
        [
            [country in targeting["geo_locations"]["countries"] for (country,) in labels]
            for targeting in customer.account.targetings
        ]
    )
    if request.level == "adset":
        return by_ad_set
    by_campaign = np.zeros((customer.ad_sets.campaigns, len(labels)), dtype=bool)
    np.logical_or.at(by_campaign, customer.ad_sets.campaign, by_ad_set)
    return by_campaign


def _shares(weights: Floats | Ints) -> Floats:
    total = weights.sum(axis=-1, keepdims=True)
    shares: Floats = np.divide(weights, total, out=np.zeros(weights.shape), where=total > 0)
    return shares

"""Writes a big customer, for measuring: `python -m python_jobs.simulation.bench_data`.

A year and a half of ad days and a shop's orders, by the demo's world, streamed to disk.
"""

import argparse
import csv
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import count, islice
from pathlib import Path
from typing import Literal, get_args

from python_jobs.simulation.account import make_account
from python_jobs.simulation.ads import FOREVER, draw_ads
from python_jobs.simulation.curves import Ints
from python_jobs.simulation.customer import Customer, record_customer
from python_jobs.simulation.history import WINDOW_NAMES, History
from python_jobs.simulation.insights_writer import Request, insight_rows
from python_jobs.simulation.json_rows import money, write_page
from python_jobs.simulation.levels import LevelDays, entity_keys, level_days
from python_jobs.simulation.objects_writer import write_objects
from python_jobs.simulation.orders_writer import write_orders
from python_jobs.simulation.settings import WorldSettings
from python_jobs.simulation.shop import ShopSettings
from python_jobs.simulation.world import make_world

SEED = 7
DAYS = 556  # 10,000,000 ad-days are 5,000 ad sets then
FIRST_DAY = date(2024, 6, 1)
MEAN_ADS = 4.0
ADS_PER_AD_SET = 3.6  # with delivery on a day, its ceiling on ads considered
PART = 28  # days whose text is in memory at one time
ROWS_PER_PAGE = 5000
Format = Literal["csv", "pages"]


@dataclass(frozen=True)
class Written:
    """How many rows came of it; near what was asked for, not equal."""

    ad_days: int
    order_lines: int


def big_customer(ad_days: int, order_lines: int, days: int = DAYS) -> Customer:
    """Run a world large enough for about `ad_days` rows and `order_lines` lines over `days`."""
    ad_sets = max(1, round(ad_days / days / ADS_PER_AD_SET))
    settings = WorldSettings(seed=SEED, ad_sets=ad_sets, first_day=FIRST_DAY)
    world = make_world(settings)
    history = History.of([world.step(world.start_budgets) for _ in range(days)])
    ads = draw_ads(settings, world.ad_sets, days=days, mean_ads=MEAN_ADS)
    ads = replace(ads, first_day=0 * ads.slot, last_day=0 * ads.slot + FOREVER)
    sold = int((history.order_day < days).sum())  # later ones are not in the file yet
    wanted = order_lines / (1.0 + ShopSettings().two_lines)
    shop = ShopSettings(seed=SEED, organic_orders=max(wanted - sold, 0.0) / days, earlier_days=0)
    account = make_account(world.ad_sets, ads)
    return record_customer(SEED, world.ad_sets, history, ads=ads, account=account, shop=shop)


def write_big_customer(folder: Path, customer: Customer, file_format: Format) -> Written:
    """Write ad-level insights in `file_format`, objects and orders into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    as_of = _morning_after(customer)
    write = _write_csv if file_format == "csv" else _write_api_pages
    ad_days = write(folder, customer, as_of)
    write_objects(folder, customer, as_of)
    lines = write_orders(folder / "shopify_orders_export.csv", customer, as_of)
    return Written(ad_days, lines)


def write_last_day(folder: Path, customer: Customer) -> Written:
    """Write what the last day adds to exports of the days before: its insights, its orders."""
    folder.mkdir(parents=True, exist_ok=True)
    as_of = _morning_after(customer)
    last = customer.part(customer.history.days - 1, customer.history.days)
    ad_days = _write_csv(folder, last, as_of)
    since = as_of - timedelta(days=1)
    lines = write_orders(folder / "shopify_orders_export.csv", customer, as_of, since)
    return Written(ad_days, lines)


def _morning_after(customer: Customer) -> date:
    return customer.history.first_day + timedelta(days=customer.history.days)


def _tables(customer: Customer, as_of: date) -> Iterator[LevelDays]:
    for start in range(0, customer.history.days, PART):
        stop = min(start + PART, customer.history.days)
        yield level_days("ad", customer.part(start, stop), as_of)


def _write_api_pages(folder: Path, customer: Customer, as_of: date) -> int:
    keys = entity_keys("ad", customer)
    request = Request("ad", duplicates=False)
    rows = (row for table in _tables(customer, as_of) for row in insight_rows(table, keys, request))
    written = 0
    for number in count(1):
        page = list(islice(rows, ROWS_PER_PAGE))
        if not page:
            break
        path = folder / f"insights_ad_page_{number}.json"
        with path.open("w", encoding="utf-8", newline="\n") as file:
            write_page(file, page, written)
        written += len(page)
    return written


def _write_csv(folder: Path, customer: Customer, as_of: date) -> int:
    keys = entity_keys("ad", customer)
    written = 0
    with (folder / "insights_ad.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        for part, table in enumerate(_tables(customer, as_of)):
            columns = _flat_columns(table, keys)
            if part == 0:
                writer.writerow(columns)
            writer.writerows(zip(*columns.values(), strict=True))
            written += len(columns["date_start"])
    return written


def _flat_columns(table: LevelDays, keys: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return API-named columns with flattened actions, as many exporters write them."""
    place = table.delivered()
    labels = [value.isoformat() for value in table.dates]
    dates = [labels[row] for row in place[0].tolist()]
    entities = place[1].tolist()

    def counts(values: Ints) -> list[str]:
        return [str(value) if value else "" for value in values[place].tolist()]

    def amounts(values: Ints) -> list[str]:
        return [money(value) if value else "" for value in values[place].tolist()]

    columns = {name: [values[row] for row in entities] for name, values in keys.items()}
    columns |= {
        "date_start": dates,
        "date_stop": dates,
        "spend": [money(value) for value in table.spend_cents[place].tolist()],
        "impressions": counts(table.impressions),
        "reach": counts(table.reach),
        "clicks": counts(table.clicks),
        "inline_link_clicks": counts(table.link_clicks),
        "actions:link_click": counts(table.link_clicks),
        "actions:landing_page_view": counts(table.landing_page_views),
        "actions:view_content": counts(table.content_views),
        "actions:add_to_cart": counts(table.adds_to_cart),
        "actions:initiate_checkout": counts(table.checkouts),
    }
    for kind in ("omni_purchase", "offsite_conversion.fb_pixel_purchase"):
        for window, name in enumerate(WINDOW_NAMES):
            suffix = f"{kind}:{name}" if window else kind
            columns[f"actions:{suffix}"] = counts(table.purchases[:, :, window])
            columns[f"action_values:{suffix}"] = amounts(table.value_cents[:, :, window])
    return columns


def main() -> None:
    """Write the files and say how many rows and seconds they were."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--ad-days", type=int, default=1_000_000)
    parser.add_argument("--order-lines", type=int, default=1_000_000)
    parser.add_argument("--format", choices=get_args(Format), default="csv")
    parser.add_argument("--next-day", type=Path, help="folder of the exports of one more day")
    options = parser.parse_args()
    begin = time.perf_counter()
    customer = big_customer(options.ad_days, options.order_lines, DAYS + 1)
    next_morning = _morning_after(customer)
    first_morning = customer.until(next_morning - timedelta(days=1))
    written = write_big_customer(options.folder, first_morning, options.format)
    if options.next_day:
        write_last_day(options.next_day, customer)
    seconds = time.perf_counter() - begin
    print(f"{written.ad_days:,} ad days, {written.order_lines:,} order lines in {seconds:.1f} s")


if __name__ == "__main__":
    main()

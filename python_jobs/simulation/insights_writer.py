"""Marketing API insights pages of an account, as exported on the morning of a date."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from python_jobs.simulation.account import LEVELS
from python_jobs.simulation.curves import Ints
from python_jobs.simulation.customer import Customer
from python_jobs.simulation.json_rows import (
    Fragments,
    action_entries,
    count_field,
    list_field,
    money_field,
    objects,
    ratio_field,
    text_field,
    windowed_entries,
    write_pages,
)
from python_jobs.simulation.levels import LevelDays, entity_keys, level_days

# One purchase appears under each of these: the wider the request, the more of them.
PURCHASE_TYPES = {
    "account": (
        "purchase",
        "omni_purchase",
        "offsite_conversion.fb_pixel_purchase",
        "onsite_web_purchase",
        "onsite_web_app_purchase",
        "web_in_store_purchase",
    ),
    "campaign": ("purchase", "omni_purchase", "offsite_conversion.fb_pixel_purchase"),
    "adset": ("omni_purchase", "offsite_conversion.fb_pixel_purchase"),
    "ad": ("purchase", "omni_purchase"),
}
FUNNEL_TYPES = {
    "link_click": ("link_click",),
    "landing_page_view": ("landing_page_view", "omni_landing_page_view"),
    "view_content": (
        "view_content",
        "omni_view_content",
        "offsite_conversion.fb_pixel_view_content",
    ),
    "add_to_cart": (
        "add_to_cart",
        "omni_add_to_cart",
        "offsite_conversion.fb_pixel_add_to_cart",
    ),
    "initiate_checkout": (
        "initiate_checkout",
        "omni_initiated_checkout",
        "offsite_conversion.fb_pixel_initiate_checkout",
    ),
}


@dataclass(frozen=True)
class Request:
    """What an exporter asked for at one level; the demo asks for less where rows are many."""

    level: str
    names: Literal["all", "own", "none"] = "all"  # beside the ids
    rates: bool = False
    windows: bool = True
    funnel: tuple[str, ...] = tuple(FUNNEL_TYPES)
    duplicates: bool = True  # of the funnel's types
    purchase_types: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.level not in LEVELS:
            raise ValueError(f"level is {self.level!r}; it must be one of {', '.join(LEVELS)}")


FULL = tuple(Request(level, rates=True) for level in LEVELS)


def insight_rows(table: LevelDays, keys: dict[str, list[str]], request: Request) -> Fragments:
    """Return the JSON rows of one level in order of day and entity.

    Days on which an entity delivered nothing have no row, as in the API.
    """
    day, entity = table.delivered()
    labels = [value.isoformat() for value in table.dates]
    dates = [labels[row] for row in day.tolist()]
    order = entity.tolist()
    spend = table.spend_cents[day, entity]
    impressions = table.impressions[day, entity]
    link_clicks = table.link_clicks[day, entity]
    clicks = table.clicks[day, entity]
    reach = table.reach[day, entity]
    purchases = table.purchases[day, entity]
    value_cents = table.value_cents[day, entity]

    named = {"all": tuple(keys), "own": (f"{request.level}_name",), "none": ()}[request.names]
    wanted = [name for name in keys if name.endswith("_id") or name in named]
    fields = [text_field(name, (keys[name][row] for row in order)) for name in wanted]
    fields += [text_field("date_start", dates), text_field("date_stop", dates)]
    fields += [
        money_field("spend", spend),
        count_field("impressions", impressions),
        count_field("reach", reach),
        count_field("clicks", clicks),
        count_field("inline_link_clicks", link_clicks),
    ]
    if request.rates:
        fields += [
            ratio_field("frequency", impressions, reach, 1.0),
            ratio_field("cpm", spend, impressions, 10.0),
            ratio_field("ctr", clicks, impressions, 100.0),
            ratio_field("cpc", spend, clicks, 0.01),
            ratio_field("inline_link_click_ctr", link_clicks, impressions, 100.0),
        ]
    counts = {
        "link_click": link_clicks,
        "landing_page_view": table.landing_page_views[day, entity],
        "view_content": table.content_views[day, entity],
        "add_to_cart": table.adds_to_cart[day, entity],
        "initiate_checkout": table.checkouts[day, entity],
    }
    actions: list[Fragments] = []
    for name in request.funnel:
        types = FUNNEL_TYPES[name] if request.duplicates else FUNNEL_TYPES[name][:1]
        actions += [action_entries(action_type, counts[name]) for action_type in types]
    if not request.windows:
        purchases, value_cents = purchases[:, :1], value_cents[:, :1]
    types = request.purchase_types or PURCHASE_TYPES[request.level]
    actions += [windowed_entries(name, purchases, as_money=False) for name in types]
    values = [windowed_entries(name, value_cents, as_money=True) for name in types]
    fields += [list_field("actions", actions), list_field("action_values", values)]
    if request.rates:
        fields.append(_purchase_roas(value_cents[:, 0], spend))
    return objects(fields)


def _purchase_roas(value_cents: Ints, spend_cents: Ints) -> Fragments:
    pairs = zip(value_cents.tolist(), spend_cents.tolist(), strict=True)
    return [
        f'"purchase_roas":[{{"action_type":"omni_purchase","value":"{value / spend:.6f}"}}]'
        if value and spend
        else ""
        for value, spend in pairs
    ]


def write_insights(
    folder: Path,
    customer: Customer,
    as_of: date,
    *,
    requests: tuple[Request, ...] = FULL,
    rows_per_page: int = 1000,
) -> None:
    """Write `insights_{level}.json`, in several pages where there are many rows."""
    for request in requests:
        table = level_days(request.level, customer, as_of)
        rows = insight_rows(table, entity_keys(request.level, customer), request)
        write_pages(folder, f"insights_{request.level}", rows, rows_per_page)

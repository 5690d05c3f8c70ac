"""API objects of an account as they stood on the morning of a date."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np

from python_jobs.simulation.account import PURCHASERS, Account
from python_jobs.simulation.ads import ALL_FORMATS
from python_jobs.simulation.clock import meta_time, unix_time
from python_jobs.simulation.customer import Customer
from python_jobs.simulation.history import History
from python_jobs.simulation.json_rows import compact, write_pages
from python_jobs.simulation.settings import AUDIENCES
from python_jobs.simulation.world import LEARNED, LEARNING, LEARNING_LIMITED

LEARNING_STATUS = {LEARNING: "LEARNING", LEARNED: "SUCCESS", LEARNING_LIMITED: "FAIL"}
URL_TAGS = (
    "utm_source=facebook&utm_medium=paid&utm_campaign={{campaign.id}}"
    "&utm_term={{adset.id}}&utm_content={{ad.id}}"
)
PAGE, PIXEL, CATALOG_SET = "104428571936205", "718263940551772", "1380275566419038"
ATTRIBUTION = [
    {"event_type": "CLICK_THROUGH", "window_days": 7},
    {"event_type": "VIEW_THROUGH", "window_days": 1},
]
Object = dict[str, object]


def minor_units(amount: float) -> str:
    """Return a budget as the API writes it: whole cents in a string."""
    return str(round(amount * 100))


def _row_on(history: History, on: date) -> int:
    """Row of the day whose budgets are in force on the morning of `on`."""
    row = (on - history.first_day).days
    if row < 0:
        raise ValueError(f"{on} is before the first day {history.first_day}")
    return min(row, history.days - 1)


def account_object(account: Account) -> Object:
    """Return the ad account."""
    return {
        "id": f"act_{account.account_id}",
        "account_id": account.account_id,
        "name": account.name,
        "account_status": 1,
        "currency": account.currency,
        "timezone_name": account.timezone,
        "timezone_offset_hours_utc": -4,
        "min_daily_budget": 100,
    }


def campaign_objects(customer: Customer, on: date) -> list[Object]:
    """Return campaigns; a daily budget only where the campaign holds it."""
    history, ad_sets, account = customer.history, customer.ad_sets, customer.account
    row = _row_on(history, on)
    rows: list[Object] = []
    for place, campaign_id in enumerate(account.campaign_ids):
        item: Object = {
            "id": campaign_id,
            "account_id": account.account_id,
            "name": account.campaign_names[place],
            "objective": "OUTCOME_SALES",
            "buying_type": "AUCTION",
            "status": "ACTIVE",
            "configured_status": "ACTIVE",
            "effective_status": "ACTIVE",
            "special_ad_categories": [],
            "start_time": meta_time(_created(history.first_day, place)),
        }
        if account.campaign_holds_budget[place]:
            member = int(np.flatnonzero(ad_sets.campaign == place)[0])
            budget = history.budgets[row, ad_sets.holder[member]]
            item["daily_budget"] = minor_units(float(budget))
            item["bid_strategy"] = "LOWEST_COST_WITHOUT_CAP"
        rows.append(item | account.fields.get(campaign_id, {}))
    return rows


def ad_set_objects(customer: Customer, on: date) -> list[Object]:
    """Return ad sets that exist on the day, with targeting, learning stage and own budgets."""
    history, ad_sets, account = customer.history, customer.ad_sets, customer.account
    row = _row_on(history, on)
    rows: list[Object] = []
    for place in np.flatnonzero(ad_sets.first_day <= row).tolist():
        campaign = int(ad_sets.campaign[place])
        budgets = history.ad_set_budgets[: row + 1, place]
        active = bool(budgets[-1] > 0)
        edited = history.first_day + timedelta(days=row)
        edited -= timedelta(days=int(history.days_since_edit[row, place]))
        first = int(ad_sets.first_day[place])
        created = history.first_day + timedelta(days=first)
        if first == 0:
            created = _created(history.first_day, place)
        status = "ACTIVE" if active else "PAUSED"
        item: Object = {
            "id": account.ad_set_ids[place],
            "account_id": account.account_id,
            "campaign_id": account.campaign_ids[campaign],
            "name": account.ad_set_names[place],
            "status": status,
            "configured_status": status,
            "effective_status": status,
            "billing_event": "IMPRESSIONS",
            "optimization_goal": "OFFSITE_CONVERSIONS",
            "promoted_object": {"pixel_id": PIXEL, "custom_event_type": "PURCHASE"},
            "attribution_spec": ATTRIBUTION,
            "targeting": account.targetings[place],
            "start_time": meta_time(created),
            "created_time": meta_time(created),
            "updated_time": meta_time(max(edited, created)),
        }
        if not account.campaign_holds_budget[campaign]:
            given = budgets[budgets > 0]
            item["daily_budget"] = minor_units(float(given[-1]) if given.size else 0.0)
            item["lifetime_budget"] = "0"
            item["bid_strategy"] = "LOWEST_COST_WITHOUT_CAP"
        stage: Object = {"attribution_windows": ["1d_view", "7d_click"]}
        if active:
            stage["status"] = LEARNING_STATUS[int(history.learning[row, place])]
            stage["conversions"] = int(history.learning_events[row, place])
            stage["last_sig_edit_ts"] = unix_time(edited)
        item["learning_stage_info"] = stage
        rows.append(item | account.fields.get(account.ad_set_ids[place], {}))
    return rows


def ad_objects(customer: Customer, on: date) -> list[Object]:
    """Return ads that exist on the day; those past their time are paused."""
    history, ads, account = customer.history, customer.ads, customer.account
    row = _row_on(history, on)
    rows: list[Object] = []
    for place in np.flatnonzero(ads.first_day <= row).tolist():
        ad_set = int(ads.ad_set[place])
        status = "ACTIVE" if ads.last_day[place] >= row else "PAUSED"
        parent_active = bool(history.ad_set_budgets[row, ad_set] > 0)
        effective = status if parent_active or status == "PAUSED" else "ADSET_PAUSED"
        created = history.first_day + timedelta(days=int(ads.first_day[place]))
        if ads.first_day[place] == 0:
            created = _created(history.first_day, ad_set)
        item: Object = {
            "id": account.ad_ids[place],
            "account_id": account.account_id,
            "campaign_id": account.campaign_ids[int(customer.ad_sets.campaign[ad_set])],
            "adset_id": account.ad_set_ids[ad_set],
            "name": account.ad_names[place],
            "status": status,
            "effective_status": effective,
            "creative": {"id": account.creative_ids[int(ads.creative[place])]},
            "created_time": meta_time(created),
        }
        rows.append(item | account.fields.get(account.ad_ids[place], {}))
    return rows


def creative_objects(customer: Customer) -> list[Object]:
    """Return creatives of each format, in the shapes that tell them apart."""
    account, rows = customer.account, list[Object]()
    for place, creative_id in enumerate(account.creative_ids):
        name = account.creative_names[place]
        link = "https://shop.example.com/collections/trail"
        number = str(560_000_000_000_000 + 104_729 * place)
        item: Object = {
            "id": creative_id,
            "account_id": account.account_id,
            "name": name,
            "title": "Made for the trail",
            "body": "Light, dry, warm. Free shipping from 90 USD.",
            "call_to_action_type": "SHOP_NOW",
            "url_tags": URL_TAGS,
        }
        kind = ALL_FORMATS[int(customer.ads.creative_format[place])]
        if kind == "video":
            item |= {"object_type": "VIDEO", "video_id": number}
            item["object_story_spec"] = {"page_id": PAGE, "video_data": {"video_id": number}}
        elif kind == "image":
            item |= {"object_type": "SHARE", "image_hash": f"{place:032x}"}
            item["object_story_spec"] = {"page_id": PAGE, "link_data": {"link": link}}
        elif kind == "carousel":
            cards = [{"link": f"{link}/{card}", "name": f"Card {card}"} for card in (1, 2, 3)]
            story = {"page_id": PAGE, "link_data": {"link": link, "child_attachments": cards}}
            item |= {"object_type": "SHARE", "object_story_spec": story}
        elif kind == "dynamic":
            texts = [{"text": item["body"]}, {"text": "Packs small, lasts long."}]
            feed = {"bodies": texts, "images": [{"hash": f"{place:032x}"}], "link_urls": [link]}
            item |= {"object_type": "SHARE", "asset_feed_spec": feed}
            item["object_story_spec"] = {"page_id": PAGE}
        else:
            item |= {"object_type": "SHARE", "product_set_id": CATALOG_SET}
            item["object_story_spec"] = {"page_id": PAGE, "template_data": {"link": link}}
        rows.append(item)
    return rows


def custom_audience_objects(customer: Customer) -> list[Object]:
    """Return the account's audiences, or those that targeting names with rough sizes."""
    if customer.account.custom_audiences:
        return [dict(item) for item in customer.account.custom_audiences]
    subtypes = {"lookalike": "LOOKALIKE", "retargeting": "WEBSITE"}
    found: dict[str, Object] = {}
    found[PURCHASERS["id"]] = {**PURCHASERS, "subtype": "WEBSITE", **_bounds(21_000)}
    for place, targeting in enumerate(customer.account.targetings):
        for included in targeting.get("custom_audiences", []):
            kind = AUDIENCES[int(customer.ad_sets.audience[place])]
            size = round(float(customer.ad_sets.pool[place]) * (8 if kind == "lookalike" else 1))
            known: Object = {**included, "subtype": subtypes.get(kind, "CUSTOM"), **_bounds(size)}
            found.setdefault(included["id"], known)
    return list(found.values())


def _bounds(size: int) -> Object:
    rough = size // 100 * 100
    return {
        "approximate_count_lower_bound": rough,
        "approximate_count_upper_bound": rough * 118 // 100,
    }


def _created(first_day: date, place: int) -> date:
    """Return a day before the records begin, different from one object to the next."""
    return first_day - timedelta(days=40 + 13 * place % 150)


def write_objects(
    folder: Path, customer: Customer, as_of: date, *, snapshots: tuple[date, ...] = ()
) -> None:
    """Write one file per kind of object, and dated ones of what carries budgets.

    Each of `snapshots` gives `campaigns_{date}.json` and `adsets_{date}.json`; whoever looks at
    them in turn sees the budgets change. Without any they are of `as_of`.
    """
    files = {
        "account": [account_object(customer.account)],
        "ads": ad_objects(customer, as_of),
        "creatives": creative_objects(customer),
        "custom_audiences": custom_audience_objects(customer),
    }
    for on in snapshots or (as_of,):
        files[f"campaigns_{on}"] = campaign_objects(customer, on)
        files[f"adsets_{on}"] = ad_set_objects(customer, on)
    for stem, rows in files.items():
        write_pages(folder, stem, [compact(row) for row in rows], 1000)

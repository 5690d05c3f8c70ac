"""Sums of the same deliveries at the four levels, as Meta would show them on a date."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from python_jobs.simulation.curves import Ints
from python_jobs.simulation.customer import Customer

# People seen in several ad sets count once further up; a typical overlap.
REACH_SHARE = {"campaign": 0.93, "account": 0.85}


@dataclass(frozen=True)
class LevelDays:
    """One level. Arrays are (days, entities); purchases and value (days, entities, windows)."""

    level: str
    dates: list[date]
    spend_cents: Ints
    impressions: Ints
    reach: Ints
    clicks: Ints
    link_clicks: Ints
    landing_page_views: Ints
    content_views: Ints
    adds_to_cart: Ints  # those that ended in a purchase included
    checkouts: Ints
    purchases: Ints
    value_cents: Ints

    def delivered(self) -> tuple[Ints, Ints]:
        """Return day and entity of each row of insights: days without delivery have none."""
        day, entity = np.nonzero((self.impressions > 0) | (self.spend_cents > 0))
        return day, entity


def level_days(level: str, customer: Customer, as_of: date) -> LevelDays:
    """Add the ads up to `level` and give what Meta reports on the morning of `as_of`."""
    history, delivery, ads = customer.history, customer.delivery, customer.ads
    parent = {
        "ad": np.arange(len(ads)),
        "adset": ads.ad_set,
        "campaign": customer.ad_sets.campaign[ads.ad_set],
        "account": np.zeros(len(ads), dtype=np.int64),
    }[level]
    entities = int(parent.max()) + 1

    def up(values: Ints) -> Ints:
        return values if level == "ad" else _sums(values, parent)

    impressions = up(delivery.impressions)
    purchases, value_cents = history.reported(as_of, parent[delivery.purchase_ad], entities)
    bought = purchases[:, :, 0]
    return LevelDays(
        level=level,
        dates=history.dates,
        spend_cents=up(delivery.spend_cents),
        impressions=impressions,
        reach=_reach(level, customer, impressions),
        clicks=up(delivery.clicks),
        link_clicks=up(delivery.link_clicks),
        landing_page_views=up(delivery.landing_page_views),
        content_views=up(delivery.content_views),
        adds_to_cart=up(delivery.open_carts) + up(delivery.open_checkouts) + bought,
        checkouts=up(delivery.open_checkouts) + bought,
        purchases=purchases,
        value_cents=value_cents,
    )


def _reach(level: str, customer: Customer, impressions: Ints) -> Ints:
    """People do not add up: above the ad set some are met more than once."""
    if level == "ad":
        return customer.delivery.reach
    reach = customer.history.funnel.reach
    if level == "adset":
        return reach
    campaign = customer.ad_sets.campaign
    parent = campaign if level == "campaign" else np.zeros_like(campaign)
    people = np.ceil(_sums(reach, parent) * REACH_SHARE[level])
    met: Ints = np.minimum(people.astype(np.int64), impressions)
    return met


def _sums(values: Ints, parent: Ints) -> Ints:
    """Add up columns (days, members) to their parents' (days, parents).

    Not by a matrix product: its threads take longer to meet than these sums take.
    """
    order = np.argsort(parent, kind="stable")
    edges = np.searchsorted(parent[order], np.arange(int(parent.max()) + 2))
    so_far = np.cumsum(values[:, order], axis=1)
    so_far = np.concatenate([np.zeros_like(so_far[:, :1]), so_far], axis=1)
    added: Ints = np.diff(so_far[:, edges], axis=1)
    return added


def entity_keys(level: str, customer: Customer) -> dict[str, list[str]]:
    """Return ids and names at and above `level`, one list element per entity."""
    account, ad_sets = customer.account, customer.ad_sets
    ads = customer.ads
    ad_set_of = {"ad": ads.ad_set, "adset": np.arange(len(ad_sets))}.get(level)
    if ad_set_of is not None:
        campaign_of = ad_sets.campaign[ad_set_of]
    else:
        campaign_of = np.arange(ad_sets.campaigns if level == "campaign" else 1)
    keys = {
        "account_id": [account.account_id] * len(campaign_of),
        "account_name": [account.name] * len(campaign_of),
        "account_currency": [account.currency] * len(campaign_of),
    }
    if level != "account":
        keys["campaign_id"] = [account.campaign_ids[i] for i in campaign_of]
        keys["campaign_name"] = [account.campaign_names[i] for i in campaign_of]
    if ad_set_of is not None:
        keys["adset_id"] = [account.ad_set_ids[i] for i in ad_set_of]
        keys["adset_name"] = [account.ad_set_names[i] for i in ad_set_of]
    if level == "ad":
        keys["ad_id"] = list(account.ad_ids)
        keys["ad_name"] = list(account.ad_names)
    return keys

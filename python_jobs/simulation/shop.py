"""The shop's orders behind the ads: caused by them, claimed by them, and all the others."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from python_jobs.simulation.ad_sets import AdSets
from python_jobs.simulation.clock import DAY, existing_times, seconds_of
from python_jobs.simulation.curves import (
    MONTHLY_DEMAND,
    Flags,
    Floats,
    Ints,
    poisson_quantile,
    yearly_index,
)
from python_jobs.simulation.history import History
from python_jobs.simulation.settings import AUDIENCES

PAID, PENDING, AUTHORIZED, REFUNDED, PART_REFUNDED, VOIDED, CANCELLED = range(7)
SHOP = 20  # kind of random stream, beside those of world and ads
WEB, POINT_OF_SALE, DRAFT, SUBSCRIPTION, TEST = range(5)  # how an order came in

# Orders by hour of the day, in New York, from midnight.
HOURLY = (2, 1, 1, 1, 1, 2, 3, 4, 5, 6, 6, 6, 7, 6, 6, 6, 6, 6, 7, 8, 9, 8, 6, 4)
RETURNING = {"prospecting": 0.12, "retargeting": 0.35, "claimed": 0.6, "organic": 0.5}


@dataclass(frozen=True)
class ShopSettings:
    """Orders that ads have no part in, and what happens to orders later."""

    seed: int = 1
    organic_orders: float = 7.0  # a day while ads are recorded
    earlier_days: int = 300  # before the first day of the ads
    earlier_orders: float = 3.0  # a day, in that time
    order_value: float = 110.0
    order_value_variation: float = 0.7
    two_lines: float = 0.15  # share of orders with a second line
    refunded: float = 0.02
    part_refunded: float = 0.025
    voided: float = 0.01
    cancelled: float = 0.006
    pending: float = 0.006
    authorized: float = 0.003
    test_orders: int = 2


@dataclass(frozen=True)
class Orders:
    """One array element per order, in order of time. Amounts in cents."""

    created: Ints  # wall-clock seconds since 1970-01-01 in the shop's zone
    total: Ints  # as sold: subtotal + shipping + taxes
    subtotal: Ints  # lines less discount
    shipping: Ints
    taxes: Ints
    discount: Ints
    lines: Ints  # 1 or 2
    quantity: Ints  # of the first line
    first_price: Ints  # one piece of the first line
    second_price: Ints  # 0 without a second line
    state: Ints  # where it ends: PAID ... CANCELLED
    state_day: Ints  # days since 1970-01-01 when refund, void or cancellation happens
    refund: Ints  # then given back
    customer: Ints
    channel: Ints  # WEB ... TEST
    product: Ints
    ad: Ints  # index of the ad whose ids the order carries, else -1
    caused: Flags
    purchase: Ints  # row in the history's purchases, -1 for others

    def __len__(self) -> int:
        return len(self.total)

    def known(self, as_of: date) -> slice:
        """The orders of the days before `as_of`."""
        return slice(0, int(np.searchsorted(self.created, seconds_of(as_of))))

    def net(self, as_of: date) -> Ints:
        """What each order is worth on the morning of `as_of`: nothing if test, void or cancelled."""
        happened = self.state_day < seconds_of(as_of) // DAY
        gone = happened & np.isin(self.state, (VOIDED, CANCELLED)) | (self.channel == TEST)
        back = np.where(happened, self.refund, 0)
        return np.where(gone, 0, self.total - back)


def make_orders(
    history: History, purchase_ad: Ints, ad_sets: AdSets, settings: ShopSettings
) -> Orders:
    """Every purchase of the history is an order; organic ones come on top, also before it.

    `purchase_ad` (purchases,) is the ad that each purchase is credited to.
    """
    rng = np.random.default_rng([settings.seed, SHOP])
    bought = history.purchases
    start = seconds_of(history.first_day) // DAY
    retargeting = ad_sets.audience[bought.ad_set] == AUDIENCES.index("retargeting")
    returns = np.where(retargeting, RETURNING["retargeting"], RETURNING["prospecting"])
    returns = np.where(bought.caused, returns, RETURNING["claimed"])

    organic_day, organic_draw, organic_value = _organic(history, settings, rng)
    early = organic_day < start
    organic_returns = np.where(early, 0.25, RETURNING["organic"])
    day = np.concatenate([start + history.order_day, organic_day])
    time_draw = np.concatenate([bought.time_draw, organic_draw])
    created = existing_times(day * DAY + _second_of_day(time_draw))
    order = np.argsort(created, kind="stable")

    n, ads_part = len(order), len(bought)
    total = np.rint(np.concatenate([bought.value, organic_value]) * 100.0).astype(np.int64)[order]
    purchase = np.where(order < ads_part, order, -1)
    filler = np.zeros(n - ads_part)
    person = np.concatenate([bought.person_draw, rng.random(n - ads_part)])[order]
    returning = person < np.concatenate([returns, organic_returns])[order]
    with_ids = np.concatenate([bought.has_ids, filler.astype(bool)])[order]
    ad = np.where(with_ids, np.concatenate([purchase_ad, filler.astype(np.int64)])[order], -1)
    created = created[order]
    channel = _channels(purchase < 0, returning, settings, rng)
    state, state_day, refund = _afterlife(created, total, settings, rng)
    return Orders(
        created=created,
        total=total,
        **_money(total, settings, rng),
        state=state,
        state_day=state_day,
        refund=refund,
        customer=_customers(returning, rng),
        channel=channel,
        product=rng.integers(0, 10**6, n),
        ad=ad,
        caused=np.concatenate([bought.caused, filler.astype(bool)])[order],
        purchase=purchase,
    )


def _organic(
    history: History, settings: ShopSettings, rng: np.random.Generator
) -> tuple[Ints, Floats, Floats]:
    """Days since 1970, time draws and values of orders without ads."""
    start = seconds_of(history.first_day) // DAY
    offsets = np.arange(-settings.earlier_days, history.days)
    usual = np.where(offsets < 0, settings.earlier_orders, settings.organic_orders)
    dates = (start + offsets).astype("datetime64[D]").tolist()
    season = np.array([yearly_index(day, MONTHLY_DEMAND) for day in dates])
    counts = poisson_quantile(rng.random(len(offsets)), usual * season)
    day = np.repeat(start + offsets, counts)
    shape = settings.order_value_variation**-2
    value = settings.order_value * rng.standard_gamma(shape, len(day)) / shape
    return day, rng.random(len(day)), np.maximum(value, 8.0)


def _second_of_day(draw: Floats) -> Ints:
    edges = np.concatenate([[0.0], np.cumsum(HOURLY) / sum(HOURLY)])
    return (np.interp(draw, edges, np.arange(25)) * 3600).astype(np.int64).clip(0, DAY - 1)


def _customers(returning: Flags, rng: np.random.Generator) -> Ints:
    """New buyers get the next number, returning ones the number of somebody before them."""
    new = ~returning
    so_far = np.cumsum(new) - new
    new |= so_far == 0
    so_far = np.cumsum(new) - new
    earlier = (rng.random(len(new)) * so_far).astype(np.int64)
    return np.where(new, so_far, earlier)


def _channels(
    organic: Flags, returning: Flags, settings: ShopSettings, rng: np.random.Generator
) -> Ints:
    draw = rng.random(len(organic))
    channel = np.where(organic & (draw < 0.05), POINT_OF_SALE, WEB)
    channel = np.where(organic & (draw > 0.97), DRAFT, channel)
    channel = np.where(organic & returning & (draw > 0.40) & (draw < 0.50), SUBSCRIPTION, channel)
    plain = np.flatnonzero(organic & (channel == WEB))
    channel[plain[len(plain) // 2 :][: settings.test_orders]] = TEST
    return channel


def _afterlife(
    created: Ints, total: Ints, settings: ShopSettings, rng: np.random.Generator
) -> tuple[Ints, Ints, Ints]:
    """Final state, the day it is reached, and the amount given back."""
    s, n = settings, len(created)
    chances = np.cumsum(
        [s.pending, s.authorized, s.refunded, s.part_refunded, s.voided, s.cancelled]
    )
    kinds = np.array([PENDING, AUTHORIZED, REFUNDED, PART_REFUNDED, VOIDED, CANCELLED, PAID])
    state = kinds[np.searchsorted(chances, rng.random(n), side="right")]
    goods_back = np.isin(state, (REFUNDED, PART_REFUNDED))
    wait = np.where(goods_back, rng.integers(4, 28, n), rng.integers(0, 3, n))
    part = np.rint(total * rng.uniform(0.2, 0.6, n)).astype(np.int64)
    refund = np.where(state == PART_REFUNDED, part, 0)
    refund = np.where(np.isin(state, (REFUNDED, CANCELLED)), total, refund)
    return state, created // DAY + wait, refund


def _money(total: Ints, settings: ShopSettings, rng: np.random.Generator) -> dict[str, Ints]:
    """Take an order's total apart so that every identity of the export holds to the cent."""
    n = len(total)
    shipping = np.where((total >= 2000) & (total < 9000), 595, 0)
    subtotal = np.rint((total - shipping) / 1.07).astype(np.int64)
    discount = np.where(rng.random(n) < 0.2, subtotal // 9, 0)
    gross = subtotal + discount
    two = rng.random(n) < settings.two_lines
    second = np.where(two, np.rint(gross * rng.uniform(0.15, 0.45, n)).astype(np.int64), 0)
    first = gross - second
    pair = (rng.random(n) < 0.15) & (first % 2 == 0)
    return {
        "subtotal": subtotal,
        "shipping": shipping,
        "taxes": total - shipping - subtotal,
        "discount": discount,
        "lines": np.where(two, 2, 1),
        "quantity": np.where(pair, 2, 1),
        "first_price": np.where(pair, first // 2, first),
        "second_price": second,
    }

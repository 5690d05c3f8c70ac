"""The shop's orders behind the ads: caused by them, claimed by them, and all the others.

What belongs to a day is drawn from that day's own streams, so a history that goes on longer gives
the same earlier orders, and other budgets leave the orders without ads as they are.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np

from python_jobs.simulation.ad_sets import AdSets
from python_jobs.simulation.clock import DAY, EPOCH, existing_times, seconds_of
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
WEB, POINT_OF_SALE, DRAFT, SUBSCRIPTION, TEST = range(5)  # how an order came in
# kinds of random stream, beside those of world and ads
ORGANIC_COUNTS, ORGANIC, ORGANIC_FATE, BOUGHT_FATE = 20, 21, 22, 23
FATE_DRAWS = 11

# Orders by hour of the day, in New York, from midnight.
HOURLY = (2, 1, 1, 1, 1, 2, 3, 4, 5, 6, 6, 6, 7, 6, 6, 6, 6, 6, 7, 8, 9, 8, 6, 4)
# share of orders by somebody who has ordered before
RETURNING_PROSPECTING, RETURNING_RETARGETING, RETURNING_CLAIMED = 0.12, 0.35, 0.6
RETURNING_ORGANIC, RETURNING_EARLY = 0.5, 0.25


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
    discounted: float = 0.2
    refunded: float = 0.02
    part_refunded: float = 0.025
    voided: float = 0.01
    cancelled: float = 0.006
    pending: float = 0.006
    authorized: float = 0.003
    tests: float = 0.002  # of the orders without ads


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
    product: Ints  # a number that picks products and the like
    ad: Ints  # index of the ad whose ids the order carries, else -1
    caused: Flags  # by ads
    purchase: Ints  # row in the history's purchases, -1 for others
    place: Ints | None = None  # index into the order writer's places; None: by customer

    def __len__(self) -> int:
        return len(self.total)

    def known(self, as_of: date) -> int:
        """Return how many orders were made before `as_of`."""
        return int(np.searchsorted(self.created, seconds_of(as_of)))

    def happened(self, as_of: date) -> Flags:
        """Return which orders have reached their state on the morning of `as_of`."""
        reached: Flags = self.state_day < seconds_of(as_of) // DAY
        return reached

    def net(self, as_of: date) -> Ints:
        """Return what each order is worth on a morning: nothing if test, void or cancelled."""
        happened = self.happened(as_of)
        gone = happened & np.isin(self.state, (VOIDED, CANCELLED)) | (self.channel == TEST)
        return np.where(gone, 0, self.total - np.where(happened, self.refund, 0))


def make_orders(
    history: History, purchase_ad: Ints, ad_sets: AdSets, settings: ShopSettings
) -> Orders:
    """Make an order of every purchase of the history, and organic ones beside and before it.

    `purchase_ad` (purchases,) is the ad that each purchase is credited to.
    """
    bought = history.purchases
    start = (history.first_day - EPOCH).days
    organic_day, organic_draws, organic_value = _organic(start, history.days, settings)
    organic_fate = _by_day(settings.seed, ORGANIC_FATE, organic_day)
    bought_fate = _by_day(settings.seed, BOUGHT_FATE, start + history.purchase_day)
    retargeting = ad_sets.audience[bought.ad_set] == AUDIENCES.index("retargeting")
    returns = np.where(retargeting, RETURNING_RETARGETING, RETURNING_PROSPECTING)
    if ad_sets.returning is not None:
        returns = ad_sets.returning[bought.ad_set]
    returns = np.where(bought.caused, returns, RETURNING_CLAIMED)
    early = np.where(organic_day < start, RETURNING_EARLY, RETURNING_ORGANIC)

    day = np.concatenate([start + history.order_day, organic_day])
    time_draw = np.concatenate([bought.time_draw, organic_draws[:, 0]])
    created = existing_times(day * DAY + _second_of_day(time_draw))
    order = np.argsort(created, kind="stable")
    created = created[order]

    value = np.concatenate([bought.value, organic_value])[order]
    total = np.rint(value * 100.0).astype(np.int64)
    fate = np.concatenate([bought_fate, organic_fate])[order].T
    person = np.concatenate([bought.person_draw, organic_draws[:, 1]])
    returning = (person < np.concatenate([returns, early]))[order]
    purchase = np.where(order < len(bought), order, -1)
    from_ads = purchase >= 0
    row = np.maximum(purchase, 0)
    no_ads = np.zeros(len(order), dtype=bool)
    with_ids = bought.has_ids[row] & from_ads if len(bought) else no_ads
    state, state_day, refund = _fates(created, total, settings, fate[4:7])
    return Orders(
        created=created,
        total=total,
        **_money(total, settings, fate[:4]),
        state=state,
        state_day=state_day,
        refund=refund,
        customer=_customers(returning, fate[7]),
        channel=_channels(~from_ads, returning, settings, fate[8:10]),
        product=(fate[10] * 1e6).astype(np.int64),
        ad=np.where(with_ids, purchase_ad[row], -1) if len(bought) else purchase,
        caused=bought.caused[row] & from_ads if len(bought) else no_ads,
        purchase=purchase,
    )


def _organic(start: int, days: int, settings: ShopSettings) -> tuple[Ints, Floats, Floats]:
    """Days since 1970, two draws (orders, 2) and values of the orders without ads."""
    numbers = np.arange(start - settings.earlier_days, start + days)
    usual = np.where(numbers < start, settings.earlier_orders, settings.organic_orders)
    dates = numbers.astype("datetime64[D]").tolist()
    season = np.array([yearly_index(day, MONTHLY_DEMAND) for day in dates])
    streams = [np.random.default_rng([settings.seed, ORGANIC_COUNTS, n]) for n in numbers.tolist()]
    counts = poisson_quantile(np.array([rng.random() for rng in streams]), usual * season)
    shape = settings.order_value_variation**-2
    draws, values = [np.empty((0, 2))], [np.empty(0)]
    for number, count in zip(numbers.tolist(), counts.tolist(), strict=True):
        rng = np.random.default_rng([settings.seed, ORGANIC, number])
        draws.append(rng.random((count, 2)))
        values.append(rng.standard_gamma(shape, count))
    value = np.concatenate(values) * settings.order_value / shape
    value = np.maximum(value, 8.0).round(2)
    return np.repeat(numbers, counts), np.concatenate(draws), value


def _by_day(seed: int, kind: int, day: Ints) -> Floats:
    """Uniform draws (orders, FATE_DRAWS), each day's from its own stream; `day` ascends."""
    numbers, counts = np.unique(day, return_counts=True)
    pairs = zip(numbers.tolist(), counts.tolist(), strict=True)
    parts = [
        np.random.default_rng([seed, kind, number]).random((count, FATE_DRAWS))
        for number, count in pairs
    ]
    return np.concatenate([np.empty((0, FATE_DRAWS)), *parts])


def _second_of_day(draw: Floats) -> Ints:
    edges = np.concatenate([[0.0], np.cumsum(HOURLY) / sum(HOURLY)])
    second = np.interp(draw, edges, np.arange(25)) * 3600
    return second.astype(np.int64).clip(0, DAY - 1)


def _customers(returning: Flags, draw: Floats) -> Ints:
    """Give new buyers the next number and returning ones an earlier one's."""
    new = ~returning
    new[:1] = True
    so_far: Ints = np.cumsum(new) - new.astype(np.int64)
    return np.where(new, so_far, (draw * so_far).astype(np.int64))


def _channels(organic: Flags, returning: Flags, settings: ShopSettings, draw: Floats) -> Ints:
    channel = np.where(organic & (draw[0] < 0.05), POINT_OF_SALE, WEB)
    channel = np.where(organic & (draw[0] > 0.97), DRAFT, channel)
    repeats = organic & returning & (draw[0] > 0.40) & (draw[0] < 0.50)
    channel = np.where(repeats, SUBSCRIPTION, channel)
    return np.where(organic & (draw[1] < settings.tests), TEST, channel)


def _fates(
    created: Ints, total: Ints, settings: ShopSettings, draw: Floats
) -> tuple[Ints, Ints, Ints]:
    """Draw each order's final state, the day it is reached, and the amount given back."""
    s = settings
    shares = [s.pending, s.authorized, s.refunded, s.part_refunded, s.voided, s.cancelled]
    kinds = np.array([PENDING, AUTHORIZED, REFUNDED, PART_REFUNDED, VOIDED, CANCELLED, PAID])
    state = kinds[np.searchsorted(np.cumsum(shares), draw[0], side="right")]
    goods_back = np.isin(state, (REFUNDED, PART_REFUNDED))
    wait = np.where(goods_back, 4 + draw[1] * 24, draw[1] * 3).astype(np.int64)
    part = np.rint(total * (0.2 + 0.4 * draw[2])).astype(np.int64)
    refund = np.where(state == PART_REFUNDED, part, 0)
    refund = np.where(np.isin(state, (REFUNDED, CANCELLED)), total, refund)
    return state, created // DAY + wait, refund


def _money(total: Ints, settings: ShopSettings, draw: Floats) -> dict[str, Ints]:
    """Take an order's total apart so that every identity of the export holds to the cent."""
    shipping = np.where((total >= 2000) & (total < 9000), 595, 0)
    subtotal = np.rint((total - shipping) / 1.07).astype(np.int64)
    discount = np.where(draw[0] < settings.discounted, subtotal // 9, 0)
    gross = subtotal + discount
    two = draw[1] < settings.two_lines
    second = np.where(two, np.rint(gross * (0.15 + 0.3 * draw[2])).astype(np.int64), 0)
    first = gross - second
    pair = (draw[3] < 0.15) & (first % 2 == 0)
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

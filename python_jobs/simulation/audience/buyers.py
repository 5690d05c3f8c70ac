"""Buyers who come back within 60 days, and where orders are shipped to.

How often new buyers return differs by ad set (`AdSetPlan.repeats`), so that the value of a buyer
does. Assumed: an order or more after 3 to 60 days, evenly; at most three; worth what first orders
are; without Meta's ids.
"""

from dataclasses import fields, replace

import numpy as np

from python_jobs.simulation.clock import existing_times
from python_jobs.simulation.curves import Floats, Ints, poisson_quantile
from python_jobs.simulation.customer import Cells, Customer
from python_jobs.simulation.orders_writer import ABROAD, PROVINCES
from python_jobs.simulation.shop import PAID, WEB, Orders

REPEATS, COUNTRIES = 71, 72  # kinds of random stream
MOST, SOONEST, LATEST = 3, 3, 60  # orders; days after the first one
CANADA = PROVINCES.index(("CA", "ON"))
AT_HOME = CANADA  # provinces before it are in the United States
ELSEWHERE = {country: len(PROVINCES) + place for place, (country, _) in enumerate(ABROAD)}
ORGANIC_PLACES = (0.75, 0.85, 0.95)  # cumulated: US, CA, GB; the rest AU


def return_and_ship(customer: Customer, repeats: Floats, countries: Cells) -> Orders:
    """Return the orders with further ones of new buyers, each with a place.

    `repeats` (ad sets,) are expected further orders of a new buyer in 60 days, `countries` the
    cells that say where an ad set's buyers live.
    """
    orders = _with_repeats(customer, repeats)
    return replace(orders, place=_places(customer, orders, countries))


def _with_repeats(customer: Customer, repeats: Floats) -> Orders:
    orders, bought = customer.orders, customer.history.purchases
    rng = np.random.default_rng([customer.seed, REPEATS])
    draws = rng.random((len(bought), 1 + 2 * MOST))  # by purchase: a longer history adds rows
    _, first = np.unique(orders.customer, return_index=True)
    is_first = np.zeros(len(orders), dtype=bool)
    is_first[first] = True
    rows = np.flatnonzero(is_first & orders.caused)
    purchase = orders.purchase[rows]
    count = poisson_quantile(draws[purchase, 0], repeats[bought.ad_set[purchase]])
    again, number = np.nonzero(np.arange(MOST) < count[:, None])
    row, draw = rows[again], draws[purchase[again]]
    wait = SOONEST + (LATEST - SOONEST) * draw[np.arange(len(row)), 1 + number]
    created = existing_times(orders.created[row] + (wait * 86_400).astype(np.int64))
    # worth what some order before the first one was
    model = (draw[np.arange(len(row)), 1 + MOST + number] * row).astype(np.int64)
    values = {f.name: getattr(orders, f.name)[model] for f in fields(Orders) if f.name != "place"}
    none = np.zeros(len(row), dtype=np.int64)
    values |= {
        "created": created,
        "customer": orders.customer[row],
        "state": none + PAID,
        "state_day": created // 86_400,
        "refund": none,
        "channel": none + WEB,
        "ad": none - 1,
        "purchase": none - 1,
        "caused": np.zeros(len(row), dtype=bool),
    }
    together = {name: np.concatenate([getattr(orders, name), values[name]]) for name in values}
    order = np.argsort(together["created"], kind="stable")
    return Orders(**{name: column[order] for name, column in together.items()})


def _places(customer: Customer, orders: Orders, countries: Cells) -> Ints:
    """Index into PLACES: of a buyer's first order, by where the ad set's buyers live."""
    bought = customer.history.purchases
    rng = np.random.default_rng([customer.seed, COUNTRIES])
    draw = rng.random(len(bought))
    weight = np.cumsum(countries.share * countries.click * countries.buy, axis=1)
    edges = (weight / weight[:, -1:])[bought.ad_set]
    country = (edges < draw[:, None]).sum(axis=1)
    home = orders.customer % AT_HOME
    names = [name for (name,) in countries.labels]
    known = np.array([ELSEWHERE.get(name, CANADA if name == "CA" else -1) for name in names])
    from_ads = known[country[np.maximum(orders.purchase, 0)]] if len(bought) else home
    luck = (orders.customer * 0.618034) % 1.0
    organic = np.array([-1, CANADA, ELSEWHERE["GB"], ELSEWHERE["AU"]])
    organic = organic[np.searchsorted(ORGANIC_PLACES, luck)]
    place = np.where(orders.purchase >= 0, from_ads, organic)
    place = np.where(place < 0, home, place)
    _, first, buyer = np.unique(orders.customer, return_index=True, return_inverse=True)
    of_buyer: Ints = place[first][buyer]
    return of_buyer

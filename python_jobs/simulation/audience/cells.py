"""True differences by age and gender, country, placement and region, in each ad set.

Usual shares, click rates and purchases a click are those of `breakdowns_writer.py`; every account
and every ad set departs from them a little. Regions have delivery only, since Meta gives no
purchases by region.
"""

import numpy as np

from python_jobs.simulation.audience.spec import PEOPLE, AdSetPlan, Draft
from python_jobs.simulation.breakdowns_writer import CELLS
from python_jobs.simulation.curves import Floats
from python_jobs.simulation.customer import Cells, Kind

REGIONS: dict[str, tuple[tuple[str, float], ...]] = {  # by country; shares of its people
    "US": (("California", 0.3), ("Texas", 0.24), ("Florida", 0.18), ("New York", 0.16)),
    "CA": (("Ontario", 0.5), ("British Columbia", 0.3)),
    "GB": (("England", 0.85), ("Scotland", 0.15)),
    "AU": (("New South Wales", 0.55), ("Victoria", 0.45)),
    "IE": (("Leinster", 1.0),),
    "NZ": (("Auckland", 1.0),),
}
SPREAD_BY_ACCOUNT, SPREAD_BY_AD_SET = 0.08, 0.03  # of logarithms
SPREAD_OF_COUNTRIES = 0.05  # so that no usual ad set mixes unlike ones
NETWORK = "audience_network"


def make_cells(draft: Draft) -> dict[Kind, Cells]:
    """Return the cells of each breakdown. Arrays (ad sets, cells)."""
    return {
        "age_gender": _ages(draft),
        "country": _countries(draft),
        "placement": _placements(draft),
        "region": _regions(draft),
    }


def _around(draft: Draft, stream: int, cells: int, spread: float = SPREAD_BY_ACCOUNT) -> Floats:
    """Factors (ad sets, cells) by which ad sets depart from what is usual."""
    rng = draft.rng(stream)
    account = spread * np.clip(rng.standard_normal(cells), -1.2, 1.2)
    own = SPREAD_BY_AD_SET * np.clip(rng.standard_normal((len(draft.ad_sets), cells)), -1.5, 1.5)
    factors: Floats = np.exp(account + own)
    return factors


def _ages(draft: Draft) -> Cells:
    labels, share, click, buy = _usual("age_gender")
    open_cells = np.array([[reaches(plan, *label) for label in labels] for plan in draft.ad_sets])
    women = np.array([label[1] == "female" for label in labels])
    men = np.array([label[1] == "male" for label in labels])
    buy = buy * _around(draft, 10, len(labels))
    if draft.women_over_men != 1.0:
        everybody = share * click * buy
        # of the ad sets together, so that what each departs by stays
        gap = (everybody[:, women].sum() / share[women].sum()) / (
            everybody[:, men].sum() / share[men].sum()
        )
        buy = np.where(women, buy * draft.women_over_men / gap, buy)
    return Cells(labels, share * open_cells, np.broadcast_to(click, buy.shape), buy)


def reaches(plan: AdSetPlan, ages: str, gender: str) -> bool:
    """Say whether a plan's targeting lets a cell of ages (`25-34`) and gender in."""
    low, high = (int(text.strip("+")) for text in (ages.split("-") * 2)[:2])
    right_gender = not plan.genders or gender == {1: "male", 2: "female"}[plan.genders[0]]
    return right_gender and high >= plan.age[0] and low <= plan.age[1]


def _countries(draft: Draft) -> Cells:
    labels = tuple((country,) for country in PEOPLE)
    people = np.array(list(PEOPLE.values())) ** 0.5  # delivery is less uneven than people are
    share = people * np.array([[c in plan.countries for c in PEOPLE] for plan in draft.ad_sets])
    buy = _around(draft, 11, len(labels), SPREAD_OF_COUNTRIES)
    price = _around(draft, 12, len(labels), SPREAD_OF_COUNTRIES)
    for place, plan in enumerate(draft.ad_sets):
        if plan.country_gap is not None:
            first, second = (list(PEOPLE).index(country) for country in plan.countries)
            share[place, [first, second]] = 1.0
            price[place] = 1.0
            buy[place, first] = buy[place, second] * plan.country_gap
    return Cells(labels, share, np.ones_like(buy), buy, price)


def _placements(draft: Draft) -> Cells:
    labels, usual_share, usual_click, usual_buy = _usual("placement")
    buy = usual_buy * _around(draft, 13, len(labels))
    share = usual_share * _around(draft, 14, len(labels))
    network = np.array([label[0] == NETWORK for label in labels])
    for place, plan in enumerate(draft.ad_sets):
        if plan.platforms:
            share[place] *= [label[0] in plan.platforms for label in labels]
        if plan.network is not None:
            of_spend, cpa = plan.network
            rest = share[place, ~network].sum()
            share[place, network] = of_spend / (1.0 - of_spend) * rest
            of_purchases = of_spend / cpa
            others = (share[place] * usual_click * buy[place])[~network].sum()
            wanted = of_purchases / (1.0 - of_purchases) * others
            buy[place, network] = wanted / (share[place, network] * usual_click[network])
    return Cells(labels, share, np.broadcast_to(usual_click, buy.shape), buy)


def _regions(draft: Draft) -> Cells:
    listed = [(country, *region) for country, regions in REGIONS.items() for region in regions]
    labels = tuple((name,) for _, name, _ in listed)
    people = np.array([share * PEOPLE[country] ** 0.5 for country, _, share in listed])
    reached = [[country in plan.countries for country, _, _ in listed] for plan in draft.ad_sets]
    share = people * np.array(reached) * _around(draft, 15, len(labels))
    ones = np.ones_like(share)
    return Cells(labels, share, ones, ones)


def _usual(kind: Kind) -> tuple[tuple[tuple[str, ...], ...], Floats, Floats, Floats]:
    labels, *numbers = zip(*CELLS[kind], strict=True)
    share, click, buy = (np.array(column) for column in numbers)
    return labels, share, click, buy

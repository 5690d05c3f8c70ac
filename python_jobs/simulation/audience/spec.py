"""What a simulated account is, seen from its audiences: campaigns, ad sets and ads as plans.

A plan holds what the buyer set and what is true of it. `draw_draft` draws an account without any
mistake; `plants.py` puts mistakes into it; `build.py` runs it forward.

Where numbers come from: elasticities, ROAS level and spread, click rates, view-through shares and
over-claims as in `settings.py` and `ad_sets.py` (Varos, Saxifrage, MetricRig, Haus, Databox);
cohorts that repeat more after lookalikes of buyers than after broad, the sizes of pools and the
spread of creatives' talents are assumptions of usual size, not measurements.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import numpy as np

from python_jobs.simulation.ads import ALL_FORMATS
from python_jobs.simulation.curves import Floats

Kind = Literal[
    "broad",
    "interest",
    "lookalike",
    "advantage",
    "visitors",
    "cart",
    "engagers",
    "list",
    "buyers",
]
PROSPECTING: tuple[Kind, ...] = ("broad", "interest", "lookalike", "advantage")
WARM: tuple[Kind, ...] = ("visitors", "cart", "engagers", "list", "buyers")
# what a reader of the targeting can tell of it
AUDIENCE_TYPE: Mapping[Kind, str] = {
    "cart": "visitors",
    **{kind: kind for kind in (*PROSPECTING, "visitors", "engagers", "list", "buyers")},
}
DRAFT = 70  # kind of random stream, beside those of world, ads and loop
TRACKED = 0.93  # of caused purchases: those that Meta sees (`WorldSettings.tracked_share`)

# People of age on Facebook and Instagram; rounded from what Ads Manager shows for a country
PEOPLE = {"US": 230e6, "CA": 28e6, "GB": 45e6, "AU": 18e6, "IE": 3.2e6, "NZ": 3.6e6}
COLD_FORMATS = ("video", "image", "carousel", "dynamic")
BROAD_PLACES = (
    ("US",),
    ("US", "CA"),
    ("GB",),
    ("CA",),
    ("AU",),
    ("GB", "IE"),
    ("AU", "NZ"),
    ("US", "GB"),
)
BROAD_AGES = ((18, 65), (25, 65))
_ACTIVITIES = (
    "Trail running;Camping;Hiking;Climbing;Kayaking;Fishing;Cycling;Skiing;Surfing;Yoga;"
    "Gardening;Bird watching"
).split(";")
_ANGLES = "; gear; magazines; clubs; travel; photography; books; videos; shops; tours".split(";")
INTERESTS = tuple(f"{thing}{angle}" for angle in _ANGLES for thing in _ACTIVITIES)
SOURCES: Mapping[str, int] = {  # audiences that lookalikes are made of, and their people
    "Purchasers 180 days": 21_000,
    "Top 25 percent buyers": 8_000,
    "Add to cart 30 days": 34_000,
    "Email list VIP": 6_000,
}
PERCENTS = (1, 3, 5, 2, 10, 7)
LOOKALIKE_PLACES = (("US",), ("US",), ("US",), ("GB",))

ROAS_OF: Mapping[Kind, float] = {
    "broad": 1.0,
    "interest": 1.0,
    "lookalike": 1.05,
    "advantage": 1.0,
    "visitors": 1.2,
    "cart": 1.3,
    "engagers": 1.1,
    "list": 1.2,
    "buyers": 1.3,
}
SPREAD_OF: Mapping[Kind, float] = {  # of the log of true ROAS over the ad sets of a kind
    **dict.fromkeys((*PROSPECTING, *WARM), 0.05),
    "interest": 0.30,
    "lookalike": 0.30,
}
REPEATS_OF: Mapping[Kind, float] = {  # further orders of a new buyer in 60 days
    "broad": 0.18,
    "interest": 0.22,
    "lookalike": 0.30,
    "advantage": 0.20,
    "visitors": 0.25,
    "cart": 0.25,
    "engagers": 0.22,
    "list": 0.40,
    "buyers": 0.50,
}
RETURNING_OF: Mapping[Kind, float] = {  # share of caused purchases by earlier buyers
    **dict.fromkeys(PROSPECTING, 0.06),
    "visitors": 0.15,
    "cart": 0.15,
    "engagers": 0.12,
    "list": 0.45,
    "buyers": 0.98,
}
WINDOWS_OF: Mapping[Kind, tuple[int, ...]] = {  # retention in days, of the first, second, third
    "visitors": (30, 60, 90),
    "cart": (14, 28, 45),
    "engagers": (60, 90, 30),
    "buyers": (180,),
}
_WARM_ORDER: tuple[Kind, ...] = (
    "visitors",
    "buyers",
    "cart",
    "engagers",
    "list",
    "visitors",
    "list",
    "engagers",
    "cart",
    "list",
    "visitors",
    "engagers",
)
POOL_OF: Mapping[Kind, float] = {
    "visitors": 90_000,
    "cart": 50_000,
    "engagers": 80_000,
    "list": 55_000,
    "buyers": 50_000,
}


@dataclass(frozen=True)
class Plant:
    """A mistake or an effect to put into an account.

    `kind` is a detector's id, or 'segment_with_room', 'segment_over_credited' or
    'creative_audience_effect'. `strength` is the true effect over the threshold
    (`thresholds.THRESHOLDS`); setup mistakes are there or not, whatever it says.
    """

    kind: str
    strength: float = 1.5


@dataclass(frozen=True)
class AudienceSpec:
    """Which account. The same spec gives the same account everywhere.

    `ad_sets` counts those before planting; a few plants add some. `order_value` is in currency
    units, `roas` the true one of an average ad set. `events_a_day` bounds the purchases a day of
    an ad set: below 9 or so ad sets do not leave learning, and the account is no clean one.
    """

    seed: int = 1
    ad_sets: int = 30
    days: int = 120
    plants: tuple[Plant, ...] = ()
    first_day: date = date(2026, 2, 1)
    order_value: float = 55.0
    roas: float = 2.2
    events_a_day: tuple[float, float] = (12.0, 15.0)

    def __post_init__(self) -> None:
        if not 10 <= self.ad_sets <= 60:
            raise ValueError(f"ad_sets is {self.ad_sets}; it must be from 10 to 60")
        if self.days < 70:
            raise ValueError(f"days is {self.days}; it must be at least 70")
        if not 0 < self.events_a_day[0] <= self.events_a_day[1]:
            raise ValueError(f"events_a_day is {self.events_a_day}; it must be above 0 and rise")

    @property
    def usual_events(self) -> float:
        """Purchases a day of an ad set in the middle."""
        return sum(self.events_a_day) / 2.0


@dataclass
class AdPlan:
    """One ad. Days are before the end of the records; logs are natural."""

    format: str  # of ALL_FORMATS
    age: int  # days since it was made; it may be older than the records
    retired: int | None = None  # days since it was switched off
    pull: float = 0.0  # log of its share of delivery
    click_talent: float = 0.0  # logs, beside what its format does
    buy_talent: float = 0.0


@dataclass
class AdSetPlan:
    """One ad set: what its buyer set and what is true of it. Money in currency units."""

    campaign: int
    kind: Kind
    detail: str  # which interest, which audience
    budget: float  # daily, on the last day; inside a campaign's budget what it takes of it
    roas: float  # true, at that budget, before what its formats do
    ads: list[AdPlan]
    elasticity: float
    cpm: float
    link_ctr: float
    order_value: float
    pool: float  # people among whom it delivers
    countries: tuple[str, ...] = ("US",)
    age: tuple[int, int] = (18, 65)
    genders: tuple[int, ...] = ()
    locales: tuple[int, ...] = ()
    interests: tuple[str, ...] = ()
    people: int | None = None  # in its custom audience
    window: int | None = None  # retention of its custom audience, in days
    percent: int | None = None  # of a lookalike
    source: str | None = None
    source_people: int | None = None  # where not as SOURCES has it
    excludes_buyers: bool = True
    platforms: tuple[str, ...] = ()  # none: automatic
    room: float = 3.0  # most it can spend, over its budget
    turnover: float = 0.01
    over_claim: float = 0.0
    view_share: float = 0.12
    returning: float = 0.06
    repeats: float = 0.2
    start_factor: float = 1.0  # of the budget, before the first step
    steps: tuple[tuple[int, float], ...] = ()  # from so many days before the end on: factor
    resets: tuple[int, ...] = ()  # edits of targeting, days before the end
    launched: int | None = None  # days before the end; None: before the records
    delivered_until: int | None = None  # days before the end, from which on it spends nothing
    ended: int | None = None  # days since its end time; below 0 where that is still to come
    least_spend: float | None = None
    most_spend: float | None = None
    goal: str = "OFFSITE_CONVERSIONS"
    bid_cap: float | None = None
    click_window: int = 7
    name: str | None = None  # where it breaks the account's pattern
    network: tuple[float, float] | None = None  # Audience Network: share of spend, CPA over own
    country_gap: float | None = None  # ROAS of the first country over the second's


@dataclass
class CampaignPlan:
    """One campaign."""

    name: str
    holds_budget: bool = False
    advantage: bool = False


@dataclass
class Draft:
    """An account before it is run. Plants change it in place.

    `click_effect` and `buy_effect` are logs by format; `interactions` logs of purchases a click by
    format and audience type, for the few pairs that have any.
    """

    spec: AudienceSpec
    campaigns: list[CampaignPlan]
    ad_sets: list[AdSetPlan]
    click_effect: dict[str, float]
    buy_effect: dict[str, float]
    interactions: dict[tuple[str, str], float] = field(default_factory=dict)
    women_over_men: float = 1.0  # ROAS
    taken: set[int] = field(default_factory=set)  # ad sets that a plant has changed
    # each plant with the ad sets that are its own: none for those of the whole account
    planted: list[tuple[Plant, tuple[int, ...]]] = field(default_factory=list)

    def mix(self, plan: AdSetPlan) -> tuple[float, float]:
        """Factors on clicks and on purchases of an ad set that the formats of its ads make."""
        running = [ad for ad in plan.ads if ad.retired is None]
        shown = np.exp([ad.pull for ad in running])
        click = np.array([self.click_effect[ad.format] for ad in running])
        buy = np.array([self.bought(ad.format, plan.kind) for ad in running])
        clicks = np.average(np.exp(click), weights=shown)
        return float(clicks), float(np.average(np.exp(click + buy), weights=shown))

    def bought(self, creative: str, kind: Kind) -> float:
        """Log of purchases a click of a format in an audience against the account's usual."""
        pair = (creative, AUDIENCE_TYPE[kind])
        return self.buy_effect[creative] + self.interactions.get(pair, 0.0)

    def true_roas(self, plan: AdSetPlan) -> float:
        """Return the true ROAS at its budget, with what its ads do."""
        return plan.roas * self.mix(plan)[1]

    def cpa(self, plan: AdSetPlan) -> float:
        """Spend for a caused purchase at its budget."""
        return plan.order_value / self.true_roas(plan)

    def cpa_of_meta(self, plan: AdSetPlan) -> float:
        """Spend for a purchase that Meta reports in the end."""
        return self.cpa(plan) / (TRACKED + plan.over_claim)

    def marginal(self, plan: AdSetPlan) -> float:
        """Revenue of the next unit of spend."""
        return plan.elasticity * self.true_roas(plan)

    def rng(self, number: int) -> np.random.Generator:
        """Return a stream of the draft's own."""
        return np.random.default_rng([self.spec.seed, DRAFT, number])


def draw_draft(spec: AudienceSpec) -> Draft:
    """Draw an account that is on the good side of every threshold.

    Budgets buy 12 to 15 purchases a day, so that every ad set leaves learning; audiences are large
    against what is spent in them; buyers are excluded; ads are fresh.
    """
    rng = np.random.default_rng([spec.seed, DRAFT, 0])
    draft = Draft(
        spec,
        campaigns=[
            CampaignPlan("PRO | Broad"),
            CampaignPlan("PRO | Interests"),
            CampaignPlan("PRO | Lookalikes"),
            CampaignPlan("PRO | Advantage+", holds_budget=True, advantage=True),
            CampaignPlan("RET | Warm", holds_budget=bool(rng.random() < 0.5)),
            CampaignPlan("BUY | Past buyers"),
        ],
        ad_sets=[],
        click_effect=_centred(0.09 * rng.standard_normal(len(ALL_FORMATS))),
        buy_effect=_centred(0.07 * rng.standard_normal(len(ALL_FORMATS))),
    )
    kinds = _kinds(spec.ad_sets)
    luck = _luck(kinds, rng)
    seen: dict[Kind, int] = {}
    for kind, deviation in zip(kinds, luck, strict=True):
        number = seen.get(kind, 0)
        seen[kind] = number + 1
        plan = draw_plan(spec, kind, number, rng)
        plan.roas *= float(np.exp(deviation))
        draft.ad_sets.append(plan)
        set_budget(draft, plan, rng.uniform(*spec.events_a_day))
    equal_marginals(draft, 4)
    for plan in draft.ad_sets:  # a small edit or two, long ago
        if not draft.campaigns[plan.campaign].holds_budget and rng.random() < 0.4:
            plan.start_factor = float(rng.choice([0.86, 0.9, 1.1]))
            plan.steps = ((int(rng.integers(35, 60)), 1.0),)
        if rng.random() < 0.2:
            plan.resets = (int(rng.integers(35, 60)),)
        _set_harmlessly(draft, plan, rng)
    return draft


def _set_harmlessly(draft: Draft, plan: AdSetPlan, rng: np.random.Generator) -> None:
    """Set now and then what would be a mistake elsewhere: an end, a bid cap, bounds of spend."""
    if rng.random() < 0.15:
        plan.ended = -int(rng.integers(20, 90))
    if draft.campaigns[plan.campaign].advantage:
        return
    if draft.campaigns[plan.campaign].holds_budget:
        plan.least_spend = float(np.round(0.25 * plan.budget, 2))
        plan.most_spend = float(np.round(2.0 * plan.budget, 2))
    elif rng.random() < 0.1:
        plan.bid_cap = float(np.round(2.5 * draft.cpa(plan), 2))


def draw_plan(spec: AudienceSpec, kind: Kind, number: int, rng: np.random.Generator) -> AdSetPlan:
    """Draw the ad set number `number` of its kind, with usual ads, in its kind's campaign."""
    warm = kind in WARM
    campaign = 5 if kind == "buyers" else 4 if warm else PROSPECTING.index(kind)
    elasticity = {"broad": 0.80, "advantage": 0.80}.get(kind, 0.55 if warm else 0.75)
    plan = AdSetPlan(
        campaign=campaign,
        kind=kind,
        detail="",
        budget=0.0,
        roas=spec.roas * ROAS_OF[kind],
        ads=draw_ad_plans(spec, kind, rng),
        elasticity=_elasticity(spec, elasticity + 0.07 * rng.standard_normal()),
        cpm=float((13.0 if warm else 9.5) * np.exp(0.12 * rng.standard_normal())),
        link_ctr=float((0.014 if warm else 0.010) * np.exp(0.2 * rng.standard_normal())),
        order_value=float(spec.order_value * np.exp(0.08 * rng.standard_normal())),
        pool=float(rng.uniform(7e5, 1.1e6)),
        returning=RETURNING_OF[kind],
        repeats=float(REPEATS_OF[kind] * np.exp(0.1 * rng.standard_normal())),
        room=float(rng.uniform(2.2, 5.0)),
    )
    if kind == "broad":
        turn, place = divmod(number, len(BROAD_PLACES))
        plan.countries, plan.age = BROAD_PLACES[place], BROAD_AGES[turn % len(BROAD_AGES)]
        plan.detail = "Broad"
    elif kind == "interest":
        plan.interests = tuple(INTERESTS[(3 * number + i) % len(INTERESTS)] for i in range(3))
        plan.detail = f"INT {plan.interests[0]}"
        plan.countries = (("US",), ("US", "CA"), ("GB",))[number % 3]
    elif kind == "lookalike":
        plan.source = list(SOURCES)[number % len(SOURCES)]
        plan.countries = LOOKALIKE_PLACES[number % len(LOOKALIKE_PLACES)]
        turn = number // 12  # after so many the pairs of source and percentage come again
        plan.percent = PERCENTS[(number + turn) % len(PERCENTS)]
        if plan.countries == ("GB",):
            plan.percent = 5 + number // len(LOOKALIKE_PLACES)
        plan.people = round(plan.percent / 100 * sum(PEOPLE[c] for c in plan.countries))
        plan.pool = min(plan.pool, 0.4 * plan.people)
        plan.detail = f"LAL {plan.percent}% {plan.source}"
    elif kind == "advantage":
        plan.detail = "ADV+"
    else:
        _warm_up(plan, number, rng)
    return plan


def _elasticity(spec: AudienceSpec, usual: float) -> float:
    """Return an ad set's; accounts differ in saturation as in `closed_loop/worlds.py`."""
    saturation = np.random.default_rng([spec.seed, DRAFT, 33]).uniform(0.8, 1.2)
    return float(np.clip(1.0 - saturation * (1.0 - usual), 0.30, 0.95))


def _warm_up(plan: AdSetPlan, number: int, rng: np.random.Generator) -> None:
    plan.over_claim = float(rng.uniform(0.2, 0.4))
    plan.view_share = 0.25
    plan.turnover = 0.04
    plan.pool = float(POOL_OF[plan.kind] * np.exp(0.1 * rng.standard_normal()) * (1 + number))
    plan.people = round(plan.pool * 1.3)
    plan.countries = ("US", "CA")
    if plan.kind == "list":
        plan.detail = "List newsletter" + (f" {number + 1}" if number else "")
    else:
        plan.window = WINDOWS_OF[plan.kind][number]
        plan.detail = f"{plan.kind.capitalize()} {plan.window}d"
    plan.excludes_buyers = plan.kind != "buyers"


def draw_ad_plans(spec: AudienceSpec, kind: Kind, rng: np.random.Generator) -> list[AdPlan]:
    """Draw three to five running ads, the newest a few weeks old, and perhaps an earlier one."""
    formats = COLD_FORMATS
    if kind in ("visitors", "cart", "buyers"):
        formats = ("catalog", "catalog", "video", "image")
    count = int(rng.integers(3, 6))
    ages = [spec.days + int(rng.integers(5, 60)), int(rng.integers(40, 100))]
    ages += [int(rng.integers(10, 31)), *rng.integers(12, 90, 2).tolist()]
    first = int(rng.integers(len(formats)))
    ads = [
        AdPlan(
            format=formats[(first + place) % len(formats)],
            age=age,
            pull=float(0.15 * rng.standard_normal()),
            click_talent=float(0.06 * rng.standard_normal()),
            buy_talent=float(0.05 * rng.standard_normal()),
        )
        for place, age in enumerate(ages[:count])
    ]
    if rng.random() < 0.5:
        retired = int(rng.integers(35, 60))
        ads.append(AdPlan(formats[first], age=spec.days + 30, retired=retired))
    return ads


def set_budget(draft: Draft, plan: AdSetPlan, events_a_day: float) -> None:
    """Set the budget at which Meta reports so many purchases a day."""
    plan.budget = float(np.round(events_a_day * draft.cpa_of_meta(plan) * TRACKED, 0))


def equal_marginals(draft: Draft, campaign: int) -> None:
    """Give ad sets that share a budget the ROAS at which Meta splits it as their plans say."""
    members = [plan for plan in draft.ad_sets if plan.campaign == campaign]
    if not (draft.campaigns[campaign].holds_budget and members):
        return
    believed = [draft.marginal(plan) * (TRACKED + plan.over_claim) for plan in members]
    for plan, value in zip(members, believed, strict=True):
        plan.roas *= float(np.mean(believed)) / value
        plan.budget *= value / float(np.mean(believed))  # as many purchases as before


def _kinds(count: int) -> list[Kind]:
    warm = max(2, round(0.2 * count))
    kinds = list(_WARM_ORDER[:warm])
    rest = count - warm - 1
    cold: tuple[Kind, ...] = ("interest", "lookalike", "broad")
    kinds += [cold[place % len(cold)] for place in range(rest)]
    return [*kinds, "advantage"]


def _luck(kinds: list[Kind], rng: np.random.Generator) -> Floats:
    """Log of true ROAS against the kind's: within a kind it averages out, so that kinds are equal.

    True ROAS spreads by 0.35 to 0.5 over the ad sets of real accounts; broad and warm ones less.
    """
    names = np.array(kinds)
    spread = np.array([SPREAD_OF[kind] for kind in kinds])
    luck: Floats = spread * np.clip(rng.standard_normal(len(kinds)), -1.8, 1.8)
    for kind in set(kinds):
        luck[names == kind] -= luck[names == kind].mean()
    return luck


def _centred(values: Floats) -> dict[str, float]:
    values = values - values.mean()
    return dict(zip(ALL_FORMATS, values.tolist(), strict=True))

"""Names, ids and targeting of a simulated account: what a buyer sees of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from python_jobs.simulation.ad_sets import AdSets
from python_jobs.simulation.ads import FORMATS, Ads
from python_jobs.simulation.curves import Flags
from python_jobs.simulation.settings import AUDIENCES

LEVELS = ("account", "campaign", "adset", "ad")
CAMPAIGN, AD_SET, AD, CREATIVE, AUDIENCE = "21", "22", "23", "24", "25"

Targeting = dict[str, Any]
ApiObject = dict[str, object]


@dataclass(frozen=True)
class Account:
    """Tuples are in the order of the world's campaigns, ad sets, ads and creatives."""

    account_id: str  # without act_
    name: str
    currency: str
    campaign_ids: tuple[str, ...]
    campaign_names: tuple[str, ...]
    campaign_holds_budget: Flags
    ad_set_ids: tuple[str, ...]
    ad_set_names: tuple[str, ...]
    targetings: tuple[Targeting, ...]
    ad_ids: tuple[str, ...]
    ad_names: tuple[str, ...]
    creative_ids: tuple[str, ...]
    creative_names: tuple[str, ...]
    timezone: str = "America/New_York"
    custom_audiences: tuple[ApiObject, ...] = ()  # where empty, those that targeting names
    # by id: further fields of campaigns, ad sets and ads, or others than the usual ones
    fields: Mapping[str, ApiObject] = field(default_factory=dict)


def make_ids(kind: str, count: int) -> tuple[str, ...]:
    """Ids of 18 digits as Meta gives them, in order of creation and with gaps."""
    return tuple(f"1202{kind}{130_000_000_000 + 7_919 * place:012d}" for place in range(count))


PURCHASERS = {"id": make_ids(AUDIENCE, 1)[0], "name": "Purchasers 180 days"}


def make_account(
    ad_sets: AdSets,
    ads: Ads,
    *,
    account_id: str = "482170935516604",
    name: str = "Simulated shop",
    currency: str = "USD",
    campaign_names: tuple[str, ...] | None = None,
    ad_set_names: tuple[str, ...] | None = None,
    targetings: tuple[Targeting, ...] | None = None,
    creative_names: tuple[str, ...] | None = None,
) -> Account:
    """Give a world names and ids; what is not given is numbered."""
    n, campaigns = len(ad_sets), ad_sets.campaigns
    audiences = [AUDIENCES[index] for index in ad_sets.audience]
    sizes = np.bincount(ad_sets.holder, minlength=ad_sets.holders)
    holds = np.zeros(campaigns, dtype=bool)
    holds[ad_sets.campaign[sizes[ad_sets.holder] > 1]] = True
    campaign_names = campaign_names or tuple(f"Campaign {i + 1:03d}" for i in range(campaigns))
    ad_set_names = ad_set_names or tuple(
        f"{audience.capitalize()} {i + 1:04d}" for i, audience in enumerate(audiences)
    )
    creative_names = creative_names or tuple(
        f"{FORMATS[kind].capitalize()} {i // len(FORMATS) + 1:02d}"
        for i, kind in enumerate(ads.creative_format)
    )
    return Account(
        account_id=account_id,
        name=name,
        currency=currency,
        campaign_ids=make_ids(CAMPAIGN, campaigns),
        campaign_names=campaign_names,
        campaign_holds_budget=holds,
        ad_set_ids=make_ids(AD_SET, n),
        ad_set_names=ad_set_names,
        targetings=targetings or tuple(_plain_targeting(audience) for audience in audiences),
        ad_ids=make_ids(AD, len(ads)),
        ad_names=tuple(
            f"{creative_names[creative]} - {slot + 1}"
            for creative, slot in zip(ads.creative, ads.slot, strict=True)
        ),
        creative_ids=make_ids(CREATIVE, len(ads.creative_format)),
        creative_names=creative_names,
    )


def _plain_targeting(audience: str) -> Targeting:
    if audience == "lookalike":
        return usual_targeting(audience, name="Lookalike (US, 1%) - Purchasers", number=1)
    return usual_targeting(audience)


def usual_targeting(
    audience: str,
    *,
    countries: tuple[str, ...] = ("US",),
    age: tuple[int, int] = (18, 65),
    genders: tuple[int, ...] = (),
    name: str = "Website visitors 30 days",
    number: int = 0,
) -> Targeting:
    """Return a targeting object as the API does, with the marks that tell the audience's kind.

    `name` and `number` are those of the interest or audience that is included.
    """
    targeting: Targeting = {
        "age_max": age[1],
        "age_min": age[0],
        "geo_locations": {"countries": list(countries), "location_types": ["home", "recent"]},
    }
    if genders:
        targeting["genders"] = list(genders)
    if audience == "interest":
        interest = {"id": str(6_003_384_248_805 + 997 * number), "name": name}
        targeting["flexible_spec"] = [{"interests": [interest]}]
    elif audience != "broad":
        included = {"id": make_ids(AUDIENCE, number + 2)[-1], "name": name}
        targeting["custom_audiences"] = [included]
    if audience != "broad":
        targeting["excluded_custom_audiences"] = [dict(PURCHASERS)]
    targeting["targeting_automation"] = {"advantage_audience": int(audience == "broad")}
    return targeting

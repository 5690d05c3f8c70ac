"""Targeting, custom audiences and names, as the Marketing API and this account's buyer have them.

Field names and rules are those of the Marketing API's ad set, targeting and custom audience
(facebook-business 26: `targeting.py`, `customaudience.py`).
"""

import json

from python_jobs.simulation.account import (
    AUDIENCE,
    PURCHASERS,
    ApiObject,
    Targeting,
    make_ids,
)
from python_jobs.simulation.audience.spec import INTERESTS, SOURCES, WARM, AdSetPlan, Draft, Kind
from python_jobs.simulation.clock import unix_time
from python_jobs.simulation.objects_writer import PIXEL

FUNNEL: dict[Kind, str] = {**dict.fromkeys(WARM, "RET"), "buyers": "BUY"}
EVENT_OF = {"visitors": "PageView", "cart": "AddToCart", "buyers": "Purchase"}
BUYERS_WINDOW, CART_WINDOW = 180, 30
SMALL_SEED = "Small list of buyers"  # what a lookalike of a weak source is made of


def name_of(plan: AdSetPlan) -> str:
    """`PRO | LAL 1% Purchasers 180 days | US | 18-65 | All`, unless its name breaks the pattern."""
    if plan.name is not None:
        return plan.name
    funnel = FUNNEL.get(plan.kind, "PRO")
    gender = {(): "All", (1,): "Men", (2,): "Women"}[plan.genders]
    places = "+".join(plan.countries)
    return " | ".join((funnel, plan.detail, places, f"{plan.age[0]}-{plan.age[1]}", gender))


def source_of(plan: AdSetPlan) -> tuple[str, int]:
    """Name and people of the audience that a lookalike is made of."""
    if plan.source is None:
        raise ValueError(f"{name_of(plan)} is no lookalike")
    if plan.source_people is not None:
        return f"{SMALL_SEED} {plan.source_people}", plan.source_people
    return plan.source, SOURCES[plan.source]


def audience_name(plan: AdSetPlan) -> str | None:
    """Name of the custom audience that a plan includes; None for those without one."""
    if plan.kind == "lookalike":
        return f"Lookalike ({', '.join(plan.countries)}, {plan.percent}%) - {source_of(plan)[0]}"
    if plan.kind == "buyers":
        return PURCHASERS["name"]
    named = {
        "visitors": f"Website visitors {plan.window} days",
        "cart": f"Add to cart {plan.window} days",
        "engagers": f"Page and profile engagers {plan.window} days",
        "list": plan.detail,
    }
    return named.get(plan.kind)


def make_targeting(plan: AdSetPlan, ids: dict[str, str]) -> Targeting:
    """Return the targeting object of a plan. `ids` are those of custom audiences, by name."""
    targeting: Targeting = {
        "age_max": plan.age[1],
        "age_min": plan.age[0],
        "geo_locations": {
            "countries": list(plan.countries),
            "location_types": ["home", "recent"],
        },
    }
    if plan.genders:
        targeting["genders"] = list(plan.genders)
    if plan.locales:
        targeting["locales"] = list(plan.locales)
    if plan.interests:
        items = [{"id": interest_id(name), "name": name} for name in plan.interests]
        targeting["flexible_spec"] = [{"interests": items}]
    included = audience_name(plan)
    if included is not None:
        targeting["custom_audiences"] = [{"id": ids[included], "name": included}]
    if plan.excludes_buyers and plan.kind != "advantage":
        targeting["excluded_custom_audiences"] = [dict(PURCHASERS)]
    if plan.platforms:
        targeting["publisher_platforms"] = list(plan.platforms)
        targeting["facebook_positions"] = ["feed"]
    targeting["targeting_automation"] = {"advantage_audience": int(plan.kind == "advantage")}
    return targeting


def interest_id(name: str) -> str:
    """Id of an interest, the same in every account."""
    return str(6_003_384_248_805 + 997 * INTERESTS.index(name))


def make_audiences(draft: Draft) -> tuple[dict[str, str], tuple[ApiObject, ...]]:
    """Return the ids of the account's custom audiences by name, and the API objects.

    Those that lookalikes are made of come first, the buyers' as the first of all.
    """
    plans = [plan for plan in draft.ad_sets if audience_name(plan) is not None]
    sources = [source_of(plan)[0] for plan in plans if plan.kind == "lookalike"]
    named = [audience_name(plan) for plan in plans]
    names = [name for name in dict.fromkeys([*SOURCES, *sources, *named]) if name]
    ids = dict(zip(names, make_ids(AUDIENCE, len(names)), strict=True))
    objects: dict[str, ApiObject] = {
        name: _source_object(name, people) for name, people in SOURCES.items()
    }
    for plan in plans:
        name = audience_name(plan)
        if plan.kind == "lookalike":
            source, people = source_of(plan)
            objects.setdefault(source, _source_object(source, people))
            objects[str(name)] = _lookalike(plan, source, ids[source])
        elif plan.kind == "buyers":
            # it holds at least whom its ad set reaches
            people = max(SOURCES[str(name)], plan.people or 0)
            objects[str(name)] = _source_object(str(name), people)
        else:
            objects[str(name)] = _warm_object(plan)
    made = unix_time(draft.spec.first_day) - 90 * 86_400
    shared = {"delivery_status": {"code": 200, "description": "Ready"}, "time_created": made}
    return ids, tuple({"id": ids[name], "name": name, **objects[name], **shared} for name in names)


def _source_object(name: str, people: int) -> ApiObject:
    if name == PURCHASERS["name"]:
        rule = website_rule("Purchase", BUYERS_WINDOW)
        return {
            "subtype": "WEBSITE",
            "retention_days": BUYERS_WINDOW,
            "rule": rule,
            **bounds(people),
        }
    if name.startswith("Add to cart"):
        rule = website_rule("AddToCart", CART_WINDOW)
        return {
            "subtype": "WEBSITE",
            "retention_days": CART_WINDOW,
            "rule": rule,
            **bounds(people),
        }
    return {"subtype": "CUSTOM", **bounds(people)}


def _lookalike(plan: AdSetPlan, source: str, source_id: str) -> ApiObject:
    spec: ApiObject = {
        "type": "similarity",
        "ratio": (plan.percent or 0) / 100,
        "starting_ratio": 0,
        "country": plan.countries[0],
        "origin": [{"id": source_id, "name": source, "type": "custom_audience"}],
    }
    return {"subtype": "LOOKALIKE", "lookalike_spec": spec, **bounds(plan.people or 0)}


def _warm_object(plan: AdSetPlan) -> ApiObject:
    size = bounds(plan.people or 0)
    if plan.kind == "list":
        return {"subtype": "CUSTOM", **size}
    if plan.kind == "engagers":
        return {"subtype": "ENGAGEMENT", "retention_days": plan.window, **size}
    rule = website_rule(EVENT_OF[plan.kind], plan.window or 0)
    return {"subtype": "WEBSITE", "retention_days": plan.window, "rule": rule, **size}


def website_rule(event: str, days: int) -> str:
    """Return the rule of a website audience as the API keeps it: JSON in a string."""
    condition = {"field": "event", "operator": "eq", "value": event}
    rule = {
        "event_sources": [{"id": PIXEL, "type": "pixel"}],
        "retention_seconds": days * 86_400,
        "filter": {"operator": "and", "filters": [condition]},
    }
    return json.dumps({"inclusions": {"operator": "or", "rules": [rule]}}, separators=(",", ":"))


def bounds(people: int) -> ApiObject:
    """Return Meta's bounds of a size, 18 % apart as it gives them, with the truth in between."""
    return {
        "approximate_count_lower_bound": round(people / 1.18**0.5),
        "approximate_count_upper_bound": round(people * 1.18**0.5),
    }

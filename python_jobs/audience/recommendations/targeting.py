"""Targeting specs of the Marketing API: new ones, edits of those there are, and their rules.

Fields and shapes are those of facebook-business 26 (`targeting.py`, `targetinggeolocation.py`,
`flexibletargeting.py`, `targetingautomation.py`). Which values go together is from Meta's pages on
placement targeting, Advantage+ audience and lookalike audiences (2026). Edits give a new spec and
leave the given one as it is.
"""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from copy import deepcopy
from typing import Any

from python_jobs.audience.recommendations.candidates import Spec

LEAST_AGE, GROWN_UP, OLDEST = 13, 18, 65
"""years; 65 is 65 and older"""

ADVANTAGE_AGE = 25
"""where Meta may go beyond the choice, a least age above it is a wish, not a limit"""

NEW_AUDIENCE = "{result=audience:$.id}"
"""the audience that an earlier request of the same Graph API batch, named `audience`, makes"""

PERCENTS = range(1, 21)
"""of a country's people that a lookalike may hold"""

POSITIONS: Mapping[str, frozenset[str]] = {
    "facebook": frozenset(
        "feed right_hand_column marketplace video_feeds story search instream_video "
        "facebook_reels facebook_reels_overlay profile_feed notification biz_disco_feed".split()
    ),
    "instagram": frozenset(
        "stream story explore explore_home reels profile_feed ig_search profile_reels".split()
    ),
    "audience_network": frozenset(("classic", "rewarded_video")),
    "messenger": frozenset(("messenger_home", "sponsored_messages", "story")),
    "threads": frozenset(("threads_stream",)),
    "whatsapp": frozenset(("status",)),
}
"""by platform where an ad can be shown"""

PLACEMENTS = (
    "publisher_platforms",
    *(f"{platform}_positions" for platform in POSITIONS),
    "device_platforms",
)

DEVICES = frozenset(("mobile", "desktop", "connected_tv"))

PLACES = (
    "countries country_groups regions cities zips places custom_locations geo_markets "
    "electoral_districts political_districts large_geo_areas medium_geo_areas small_geo_areas "
    "metro_areas neighborhoods subcities subneighborhoods location_cluster_ids"
).split()

LOCATION_TYPES = frozenset(("home", "recent", "travel_in"))

NUMBERED = frozenset(
    ("college_years", "education_statuses", "interested_in", "relationship_statuses")
)
"""kinds of detail that are numbers of Meta's; all others have an id"""

DETAILS = NUMBERED | frozenset(
    "behaviors connections custom_audiences education_majors education_schools ethnic_affinity "
    "family_statuses friends_of_connections generation home_ownership home_type home_value "
    "household_composition income industries interests life_events moms net_worth office_type "
    "politics user_adclusters work_employers work_positions".split()
)
"""what an item of `flexible_spec` may hold"""

FIELDS = frozenset(
    "age_max age_min age_range app_install_state brand_safety_content_filter_levels "
    "connections contextual_targeting_categories custom_audiences dynamic_audience_ids "
    "excluded_brand_safety_content_types excluded_connections excluded_custom_audiences "
    "excluded_dynamic_audience_ids excluded_geo_locations excluded_mobile_device_model "
    "excluded_product_audience_specs excluded_publisher_categories excluded_publisher_list_ids "
    "excluded_user_device exclusions flexible_spec friends_of_connections genders geo_locations "
    "instream_video_skippable_excluded locales product_audience_specs prospecting_audience "
    "targeting_automation targeting_relaxation_types user_age_unknown user_device user_os "
    "wireless_carrier".split()
) | frozenset(PLACEMENTS)
"""what an ad set of today can be made with"""

RETIRED: Mapping[str, str] = {
    "targeting_optimization": "Meta now widens detailed targeting by itself where it may",
    "interests": "interests stand in flexible_spec",
    "behaviors": "behaviors stand in flexible_spec",
}
"""fields of older specs, and what stands for them"""

WHO = ("custom_audiences", "flexible_spec", "interests", "behaviors", "connections")
"""what chooses people beside place, age, gender and language"""

RESTRICTED = frozenset(("HOUSING", "EMPLOYMENT", "CREDIT", "FINANCIAL_PRODUCTS_SERVICES"))
"""special ad categories in which Meta allows no choice of age, gender, zip code or lookalike"""

_NUMBER = re.compile(r"[0-9]+")
_COUNTRY = re.compile(r"[A-Z]{2}")


def new_spec(
    countries: Sequence[str],
    *,
    ages: tuple[int, int] = (GROWN_UP, OLDEST),
    genders: Sequence[int] = (),
    locales: Sequence[int] = (),
) -> Spec:
    """Return a spec of everyone in some countries, with automatic placements.

    Args:
        countries: Two capital letters each.
        ages: Youngest and oldest in years, 65 being 65 and older.
        genders: 1 men, 2 women; none is all.
        locales: Meta's numbers of languages; none is all.

    """
    spec: Spec = {
        "geo_locations": {"countries": list(countries), "location_types": ["home", "recent"]},
        "age_min": ages[0],
        "age_max": ages[1],
        "targeting_automation": {"advantage_audience": 0},
    }
    for name, values in (("genders", genders), ("locales", locales)):
        if len(values):
            spec[name] = [int(value) for value in values]
    return spec


def renewed(spec: Spec) -> Spec:
    """Return a spec that today's API takes: without what it no longer has.

    Positions that were withdrawn go, and a platform with them if it had no others. Whether Meta may
    go beyond the choice of people must be said since v23.0; where it is not, it may not.
    """
    new = {name: deepcopy(value) for name, value in spec.items() if name in FIELDS}
    details = {name: deepcopy(spec[name]) for name in ("interests", "behaviors") if spec.get(name)}
    if details:
        new["flexible_spec"] = [*new.get("flexible_spec", []), details]
    if "publisher_platforms" in new:
        _renew_placements(new)
    if "flexible_spec" in new:
        known = [
            {name: items for name, items in group.items() if name in DETAILS}
            for group in new["flexible_spec"]
        ]
        new["flexible_spec"] = [group for group in known if group]
    automation = dict(new.get("targeting_automation", {}))
    new["targeting_automation"] = {"advantage_audience": 0, **automation}
    return {name: value for name, value in new.items() if value not in ([], {})}


def _renew_placements(new: Spec) -> None:
    kept = []
    for platform in new["publisher_platforms"]:
        name = f"{platform}_positions"
        positions = [place for place in new.get(name, []) if place in POSITIONS.get(platform, ())]
        if name in new and not positions:
            new.pop(name)
        else:
            kept.append(platform)
            if name in new:
                new[name] = positions
    new["publisher_platforms"] = kept
    for platform in POSITIONS.keys() - kept:
        new.pop(f"{platform}_positions", None)


def everyone(spec: Spec) -> Spec:
    """Return a spec of everyone in its places, ages, genders and languages."""
    return {name: deepcopy(value) for name, value in spec.items() if name not in WHO}


def of_audience(spec: Spec, audience_id: str, name: str) -> Spec:
    """Return a spec of the people of one custom audience alone, who are no longer excluded."""
    new = everyone(spec)
    excluded = [
        item for item in new.pop("excluded_custom_audiences", []) if item["id"] != audience_id
    ]
    if excluded:
        new["excluded_custom_audiences"] = excluded
    new["custom_audiences"] = [{"id": audience_id, "name": name}]
    return new


def without_audience(spec: Spec, audiences: Mapping[str, str]) -> Spec:
    """Return a spec that also excludes custom audiences, given as id to name."""
    new = deepcopy(spec)
    excluded = new.get("excluded_custom_audiences", [])
    there = {item["id"] for item in excluded}
    more = [{"id": key, "name": name} for key, name in audiences.items() if key not in there]
    if excluded or more:
        new["excluded_custom_audiences"] = [*excluded, *more]
    return new


def in_countries(spec: Spec, countries: Sequence[str]) -> Spec:
    """Return a spec of other countries, as a whole."""
    new = deepcopy(spec)
    kept = spec.get("geo_locations", {}).get("location_types")
    new["geo_locations"] = {"countries": list(countries)}
    if kept:
        new["geo_locations"]["location_types"] = list(kept)
    new.pop("excluded_geo_locations", None)
    return new


def of_ages(spec: Spec, youngest: int, oldest: int) -> Spec:
    """Return a spec of other ages; where Meta may go beyond the choice they become the wish."""
    new = deepcopy(spec)
    if is_advantage(spec):
        new["age_range"] = [youngest, oldest]
        new["age_min"] = min(new.get("age_min", GROWN_UP), youngest, ADVANTAGE_AGE)
        new["age_max"] = OLDEST
    else:
        new["age_min"], new["age_max"] = youngest, oldest
    return new


def of_genders(spec: Spec, genders: Sequence[int]) -> Spec:
    """Return a spec of other genders: 1 men, 2 women; none is all."""
    new = {name: deepcopy(value) for name, value in spec.items() if name != "genders"}
    return {**new, "genders": list(genders)} if genders else new


def open_placements(spec: Spec) -> Spec:
    """Return a spec that leaves placements and devices to Meta."""
    return {name: deepcopy(value) for name, value in spec.items() if name not in PLACEMENTS}


def drop_platform(spec: Spec, platform: str) -> Spec:
    """Return a spec that is shown on all platforms it was but one.

    Where Meta chose them all, these are named but threads and whatsapp, for which an ad needs an
    identity that no file shows.
    """
    new = deepcopy(spec)
    usual = ["facebook", "instagram", "audience_network", "messenger"]
    before = new.get("publisher_platforms", usual)
    new["publisher_platforms"] = [name for name in before if name != platform]
    new.pop(f"{platform}_positions", None)
    return new


def lookalike(
    origin_id: str, origin_name: str, country: str, percent: int, beyond: int = 0
) -> Spec:
    """Return the request that makes a lookalike: body of `POST act_.../customaudiences`.

    Args:
        origin_id: Audience that it is made after.
        origin_name: Its name.
        country: Where it looks, two capital letters.
        percent: Of the country's people, up to which, 1 to 20.
        beyond: From which on, so that a narrower one and this have nobody in common; 0 is all.

    """
    width = f"{beyond}% to {percent}%" if beyond else f"{percent}%"
    return {
        "name": f"Lookalike ({country}, {width}) - {origin_name}",
        "subtype": "LOOKALIKE",
        "origin_audience_id": origin_id,
        "lookalike_spec": json.dumps(
            {"country": country, "starting_ratio": beyond / 100, "ratio": percent / 100}
        ),
    }


def is_advantage(spec: Spec) -> bool:
    """Say whether Meta may show it beyond the people chosen."""
    return bool(spec.get("targeting_automation", {}).get("advantage_audience") == 1)


def problems(
    spec: Spec, *, special_ad_categories: Collection[str] = (), lookalikes: Collection[str] = ()
) -> list[str]:
    """Say in sentences why the Marketing API would refuse a spec; nothing where it takes it.

    Args:
        spec: Targeting of an ad set to be made or changed.
        special_ad_categories: Of its campaign.
        lookalikes: Ids of the account's lookalikes, of which the restricted categories know none.

    """
    return [
        *_unknown_fields(spec),
        *_places(spec),
        *_ages(spec),
        *_numbers(spec),
        *_details(spec),
        *_audiences(spec),
        *_automation(spec),
        *_placements(spec),
        *(_special(spec, lookalikes) if RESTRICTED & set(special_ad_categories) else []),
    ]


def _unknown_fields(spec: Spec) -> list[str]:
    return [
        f"{name} is out of use: {RETIRED[name]}"
        if name in RETIRED
        else f"{name} is no field of a targeting spec"
        for name in spec
        if name not in FIELDS
    ]


def _places(spec: Spec) -> list[str]:
    found = []
    places = spec.get("geo_locations")
    if not isinstance(places, dict) or not any(places.get(name) for name in PLACES):
        found.append("geo_locations must name a place")
    for field in ("geo_locations", "excluded_geo_locations"):
        places = spec.get(field)
        if not isinstance(places, dict):
            continue
        found += [
            f"{name} is no field of {field}"
            for name in places
            if name not in PLACES and name != "location_types"
        ]
        found += [
            f"{country!r} in {field} is no country: two capital letters"
            for country in places.get("countries", [])
            if not (isinstance(country, str) and _COUNTRY.fullmatch(country))
        ]
        found += [
            f"{kind!r} is no location type"
            for kind in places.get("location_types", [])
            if kind not in LOCATION_TYPES
        ]
        found += [
            f"an item of {name} in {field} has no key"
            for name in ("regions", "cities", "zips")
            if any(not item.get("key") for item in places.get(name, []))
        ]
    return found


def _ages(spec: Spec) -> list[str]:
    youngest, oldest = spec.get("age_min", GROWN_UP), spec.get("age_max", OLDEST)
    if not all(_is_age(age) for age in (youngest, oldest)) or youngest > oldest:
        return [f"ages must go from {LEAST_AGE} to {OLDEST}, the lower first"]
    if youngest < GROWN_UP and any(spec.get(name) for name in (*WHO, "genders")):
        return [f"people below {GROWN_UP} are chosen by age and place alone"]
    return []


def _is_age(age: Any) -> bool:
    return isinstance(age, int) and not isinstance(age, bool) and LEAST_AGE <= age <= OLDEST


def _numbers(spec: Spec) -> list[str]:
    found = []
    genders = spec.get("genders", [1])
    if not genders or not set(genders) <= {1, 2} or len(set(genders)) < len(genders):
        found.append("genders are 1, 2 or both; all is no genders")
    locales = spec.get("locales", [1])
    if not locales or any(not isinstance(number, int) for number in locales):
        found.append("locales are numbers of Meta's; all is no locales")
    return found


def _details(spec: Spec) -> list[str]:
    found = []
    groups = spec.get("flexible_spec", [])
    if not isinstance(groups, list) or not all(isinstance(group, dict) for group in groups):
        return ["flexible_spec is a list of objects"]
    if any(not group for group in groups) or ("flexible_spec" in spec and not groups):
        found.append("an item of flexible_spec is empty")
    for group in (*groups, spec.get("exclusions", {})):
        for name, items in group.items():
            if name not in DETAILS:
                found.append(f"{name} is no detail of a person")
            elif not items:
                found.append(f"{name} is empty")
            elif name in NUMBERED:
                if any(not isinstance(item, int) for item in items):
                    found.append(f"{name} are numbers")
            elif any(not _has_id(item) for item in items):
                found.append(f"an item of {name} has no id")
    return found


def _has_id(item: Any) -> bool:
    return isinstance(item, dict) and bool(_NUMBER.fullmatch(str(item.get("id", ""))))


def _audiences(spec: Spec) -> list[str]:
    found, ids = [], {}
    for field in ("custom_audiences", "excluded_custom_audiences"):
        items = spec.get(field, [])
        if field in spec and not items:
            found.append(f"{field} is empty")
        if any(not _has_id(item) and item.get("id") != NEW_AUDIENCE for item in items):
            found.append(f"an item of {field} has no id")
        ids[field] = [item.get("id") for item in items]
        if len(set(ids[field])) < len(ids[field]):
            found.append(f"{field} names an audience twice")
    if set(ids["custom_audiences"]) & set(ids["excluded_custom_audiences"]):
        found.append("an audience is both included and excluded")
    return found


def _automation(spec: Spec) -> list[str]:
    """Advantage+ audience: v23.0 asks for an answer; ages beyond its bounds are a wish."""
    setting = spec.get("targeting_automation", {}).get("advantage_audience")
    if setting not in (0, 1):
        return ["targeting_automation.advantage_audience must be 0 or 1"]
    found = []
    if setting == 0 and "age_range" in spec:
        found.append("age_range is a wish, which needs advantage_audience")
    if setting == 1 and (
        spec.get("age_max", OLDEST) < OLDEST or spec.get("age_min", GROWN_UP) > ADVANTAGE_AGE
    ):
        found.append(
            f"with advantage_audience age_min is at most {ADVANTAGE_AGE} and age_max {OLDEST}: "
            "narrower ages go into age_range"
        )
    ages = spec.get("age_range", [GROWN_UP, OLDEST])
    if len(ages) != 2 or not all(map(_is_age, ages)) or ages[0] > ages[1]:
        found.append("age_range are two ages, the lower first")
    return found


def _placements(spec: Spec) -> list[str]:
    found = []
    platforms = spec.get("publisher_platforms")
    if platforms is not None:
        unknown = [name for name in platforms if name not in POSITIONS]
        found += [f"{name!r} is no platform" for name in unknown]
        if not platforms:
            found.append("publisher_platforms is empty; all is no publisher_platforms")
        elif not {"facebook", "instagram"} & set(platforms):
            found.append("other platforms need facebook or instagram beside them")
    for platform, known in POSITIONS.items():
        positions = spec.get(f"{platform}_positions")
        if positions is None:
            continue
        if platform not in (platforms or ()):
            found.append(f"{platform}_positions needs {platform} in publisher_platforms")
        if not positions:
            found.append(f"{platform}_positions is empty; all is no {platform}_positions")
        found += [
            f"{name!r} is no position of {platform}" for name in positions if name not in known
        ]
    devices = spec.get("device_platforms", ["mobile"])
    if not devices or not set(devices) <= DEVICES:
        found.append("device_platforms are mobile, desktop or connected_tv")
    return found


def _special(spec: Spec, lookalikes: Collection[str]) -> list[str]:
    found = []
    if (spec.get("age_min", GROWN_UP), spec.get("age_max", OLDEST)) != (GROWN_UP, OLDEST):
        found.append("its special ad category allows no choice of age")
    if "genders" in spec:
        found.append("its special ad category allows no choice of gender")
    places = (spec.get("geo_locations", {}), spec.get("excluded_geo_locations", {}))
    if any(place.get("zips") for place in places):
        found.append("its special ad category allows no zip codes")
    included = {item.get("id") for item in spec.get("custom_audiences", [])}
    if included & {NEW_AUDIENCE, *lookalikes}:
        found.append("its special ad category allows no lookalikes")
    if is_advantage(spec):
        found.append("its special ad category knows no advantage_audience")
    return found

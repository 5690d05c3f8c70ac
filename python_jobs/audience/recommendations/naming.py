"""Names of new ad sets, written as the account writes its own."""

import re

_PLACES = re.compile(r"[+,&/ ]+")
_AGES = re.compile(r"[0-9]{2} ?[-\u2013] ?[0-9]{2}\+?|[0-9]{2}\+")
_SEPARATORS = re.compile(r"( *\| *| +[-\u2013] +|_)")


def proposed_name(
    model: str,
    names: list[str],
    *,
    label: str,
    countries: tuple[str, ...],
    before: tuple[str, ...],
) -> str:
    """Write a name as the account does: that of its model, with the parts that change.

    Args:
        model: Name of the ad set it is modelled on.
        names: Names of the account's ad sets.
        label: The new audience; empty where it stays.
        countries: Where it is shown.
        before: Where the model is.

    """
    parts = _SEPARATORS.split(model)
    words = parts[::2]
    usual = {part for name in names for part in _SEPARATORS.split(name)[::2]}
    counts = {part: sum(part in _SEPARATORS.split(name)[::2] for name in names) for part in usual}
    places = [_is_place(part, before) for part in words]
    own = [
        not place and not _AGES.fullmatch(part) and counts.get(part, 0) <= max(len(names) / 2, 1)
        for part, place in zip(words, places, strict=True)
    ]
    joined = "_" in parts[1::2] and " " not in model
    new_label = label.replace(" ", "-") if joined else label
    if new_label and True in own:
        words[own.index(True)] = new_label
    elif new_label:
        words[-1] = f"{words[-1]}{'-' if joined else ' '}{new_label}"
    if True in places:
        words[places.index(True)] = "+".join(countries)
    elif countries != before:
        words[-1] = f"{words[-1]}{'-' if joined else ' '}{'+'.join(countries)}"
    parts[::2] = words
    name = "".join(parts)
    return name if name not in names else f"{name}{'-' if joined else ' '}2"


def _is_place(part: str, countries: tuple[str, ...]) -> bool:
    return bool(part) and set(_PLACES.split(part.strip())) <= set(countries)

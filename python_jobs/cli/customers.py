"""Which customers there are, and what to say of one that there is not."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path

from python_jobs.config.names import WrongUseError, check_names
from python_jobs.warehouse.paths import config_folder, datasets_folder, published_file

MOST_NAMED = 10


def known_customers() -> Mapping[str, set[str]]:
    """List each customer with data, settings or results, and its platforms."""
    known: defaultdict[str, set[str]] = defaultdict(set)
    for customer, platform in _folders_and_files():
        try:
            check_names(customer, platform)
        except WrongUseError:
            continue  # none of ours
        known[customer].add(platform)
    return dict(sorted(known.items()))


def _folders_and_files() -> Iterator[tuple[str, str]]:
    for base in (datasets_folder(), config_folder()):
        for folder in base.glob("*/*/"):
            yield folder.parent.name, folder.name
    for file in published_file("any", "any").parent.glob("*_*.duckdb"):
        customer, _, platform = file.stem.rpartition("_")
        yield customer, platform


def check_customer(customer: str, platform: str) -> None:
    """Refuse a customer that nobody has made, and a platform that it does not have.

    Raises:
        WrongUseError: one sentence that names what is nearest.

    """
    check_names(customer, platform)
    known = known_customers()
    if platform in known.get(customer, ()):
        return
    if customer in known:
        raise WrongUseError(
            f"{customer} has no platform '{platform}': it has {', '.join(sorted(known[customer]))}."
        )
    near = get_close_matches(customer, known, n=1)
    if near:
        remedy = f"the nearest name is '{near[0]}'"
    elif 0 < len(known) <= MOST_NAMED:
        remedy = f"there is {', '.join(known)}"
    elif known:
        remedy = f"`autopilot status --all` lists the {len(known)} there are"
    else:
        where = "" if Path("dbt_project.yml").exists() else ", and this is not the project's folder"
        remedy = f"there is none yet{where}"
    raise WrongUseError(
        f"There is no customer '{customer}': {remedy}; "
        f"`autopilot new-customer {customer}` makes it."
    )

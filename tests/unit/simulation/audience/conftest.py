import pytest

from python_jobs.simulation.audience.build import AudienceCustomer, make_customer
from python_jobs.simulation.audience.spec import AudienceSpec, Plant

PLANTS = (
    Plant("placement_leak", 1.5),
    Plant("mixed_countries", 2.0),
    Plant("on_off_switching", 1.5),
    Plant("reacted_to_immature_days", 1.5),
    Plant("false_winner", 2.0),
    Plant("buyers_not_excluded"),
    Plant("duplicate_ad_sets"),
    Plant("mixed_attribution"),
    Plant("minimums_bind_campaign", 1.5),
    Plant("throttled_by_bid", 1.5),
    Plant("spends_past_end"),
    Plant("retargeting_over_credited", 1.5),
)


@pytest.fixture(scope="session")
def clean() -> AudienceCustomer:
    return make_customer(AudienceSpec(seed=4, days=120))


@pytest.fixture(scope="session")
def flawed() -> AudienceCustomer:
    """An account with a dozen mistakes, each in ad sets of its own."""
    return make_customer(AudienceSpec(seed=8, days=90, plants=PLANTS))


@pytest.fixture(scope="session")
def place_of(flawed):
    """Where a mistake of the flawed account is: indices of its ad sets."""
    return {plant.kind: list(places) for plant, places in flawed.draft.planted}

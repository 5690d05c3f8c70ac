"""How often tracking is doubted that works, and whether it is where it fails.

Purchases and orders are drawn at random and the project's own compiled SQL judges them, with the
settings that a customer starts from.
"""

from dataclasses import asdict
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from conftest import ROOT

from python_jobs.config.load import load_parameters
from python_jobs.simulation.pipeline import Pipeline

ACCOUNTS, DAYS = 20, 400
FIRST_DAY = date(2025, 1, 1)
LAST_TEN = slice(DAYS - 10, DAYS)
FAILS_FROM = pd.Timestamp(FIRST_DAY) + pd.Timedelta(days=DAYS - 10)
SEED = 20261126
Counts = npt.NDArray[np.float64]


@pytest.fixture(scope="module")
def judge(project):
    """Incident days of accounts whose purchases and orders are arrays [account, day]."""
    pipeline = Pipeline(project.compiled(), ROOT)
    [model] = [model for model in pipeline.compiled.models if model.name == "int_incident_days"]
    parameters, _ = load_parameters(ROOT / "config", "acme", "meta")
    settings = pd.DataFrame([asdict(parameter) for parameter in parameters])
    pipeline.connection.register("settings", settings)
    pipeline.connection.execute("create view landing.landing_parameters as from settings")

    def judge(purchases: Counts, orders: Counts) -> pd.DataFrame:
        accounts, days = purchases.shape
        account_days = pd.DataFrame(
            {
                "entity_level": "account",
                "account_id": np.repeat(np.arange(accounts).astype(str), days),
                "date_day": np.tile(pd.date_range(FIRST_DAY, periods=days).date, accounts),
                "purchases": purchases.ravel(),
                "purchases_matured": purchases.ravel(),
                "share_visible": 1.0,
                "link_clicks": 100,
                "clicks_all": 100,
                "shopify_orders": orders.ravel(),
            }
        )
        pipeline.connection.register("account_days", account_days)
        pipeline.connection.execute(
            "create or replace table intermediate.int_entity_days as "
            "select * replace (case when not isnan(shopify_orders) then shopify_orders end "
            "as shopify_orders) from account_days"
        )
        return pipeline.connection.sql(model.code).df()

    return judge


def draw(mean: float, spread: float, with_orders: str) -> tuple[Counts, Counts]:
    """Negative-binomial purchases, and orders that are twice as many.

    Args:
        mean: Purchases a day.
        spread: Standard deviation of a day's demand beyond counting, as a share of its mean.
        with_orders: 'unknown', 'own' demand of each day, or the 'same' as of purchases.

    """
    rng = np.random.default_rng(SEED)
    shape = 1 / spread**2
    demand, other_demand = rng.gamma(shape, 1 / shape, (2, ACCOUNTS, DAYS))
    purchases = rng.poisson(mean * demand).astype(float)
    orders = rng.poisson(2 * mean * (demand if with_orders == "same" else other_demand))
    return purchases, np.full_like(purchases, np.nan) if with_orders == "unknown" else 1.0 * orders


@pytest.mark.parametrize(
    ("spread", "with_orders"),
    [(0.15, "unknown"), (0.15, "same"), (0.15, "own"), (0.3, "unknown"), (0.3, "same")],
)
@pytest.mark.parametrize("mean", [3, 30])
def test_tracking_that_works_is_hardly_ever_doubted(judge, mean, spread, with_orders):
    # of 8000 days 0 to 13 are seen at a spread of 0.15, 3 to 19 at 0.3; a day in 333 is a nuisance
    assert len(judge(*draw(mean, spread, with_orders))) <= 24


@pytest.mark.parametrize("mean", [10, 100])
@pytest.mark.parametrize("with_orders", ["unknown", "same"])
def test_tracking_that_fails_is_doubted_in_every_account(judge, mean, with_orders):
    purchases, orders = draw(mean, 0.15, with_orders)
    purchases[:, LAST_TEN] = 0
    found = judge(purchases, orders).query("date_day >= @FAILS_FROM and incident_kind == 'fell'")
    # 198 to 200 of 200 days are seen; with 3 purchases a day half of the accounts, too few to tell
    assert found["account_id"].nunique() == ACCOUNTS
    assert len(found) >= 190


def test_purchases_counted_twice_are_doubted_where_orders_are_as_usual(judge):
    purchases, orders = draw(100, 0.15, "same")
    purchases[:, LAST_TEN] *= 2
    found = judge(purchases, orders).query("date_day >= @FAILS_FROM and incident_kind == 'rose'")
    # all 20 accounts are seen; 17 of them with 30 purchases a day, 3 with 10
    assert found["account_id"].nunique() == ACCOUNTS

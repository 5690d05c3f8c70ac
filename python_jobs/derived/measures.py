"""What a published warehouse shows of the customer, each with its interval or with what it lacks.

Every function takes a connection to a published warehouse and only reads it. Nothing it measures
depends on parameters that are derived from it, so a build with the derived ones changes nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass

import duckdb
import numpy as np
import pandas as pd

from python_jobs.decisions.arrays import Floats

Z_80 = 1.2816
"""standard deviations on either side that hold 80 of 100"""
MIN_TELLING = 5.0
"""holders, each counted by how much of what it shows is not chance"""
MIN_PURCHASES = 100
MIN_ORDERS = 200
MIN_HOLDERS = 8
MIN_HOLDER_WEEKS = 40
MIN_WEEK_IMPRESSIONS = 2_000
MIN_WEEK_CLICKS = 10
CERTAIN_FALL = -2.33
"""slope over its standard error: by chance alone once in 100 times"""
MIN_EACH_SIDE = 5
MAX_WRONG_SIDE = 0.2
MIN_PURCHASES_OF_COST = 30

# what is bought for another goal, or counted otherwise, is compared with none of the others
HOLDERS = """
    select
        budget_level,
        budget_entity_id,
        concat_ws('|', account_id, optimization_goal, attribution_setting) as pool,
        currency,
        spend_28d,
        link_clicks_28d,
        purchases_28d
    from features.holder_features
    where decision_date = (select max(decision_date) from features.holder_features)
        and spend_28d > 0
"""


@dataclass(frozen=True)
class Measure:
    """A figure of the customer's own."""

    value: float
    low: float
    """lower end of its 80 % interval"""
    high: float
    evidence: str
    """what it rests on: how many of what"""


@dataclass(frozen=True)
class Lacking:
    """Why there is no such figure, and what it would take."""

    why: str


Measured = Measure | Lacking


def roas_spread(warehouse: duckdb.DuckDBPyConnection) -> Measured:
    """Return the standard deviation of ln(true ROAS) among holders that are compared.

    Estimates drawn to the mean spread too little, raw ones too much: the variance of the true ones
    is that of the estimates and, on top, the mean of what each leaves open (law of total variance).
    """
    holders = warehouse.execute(
        f"""
        select
            holders.pool,
            holders.purchases_28d as purchases,
            ln(projected_roas) as log_roas,
            -- what counting leaves open, without what intervals have for order values and drift
            greatest(
                power(ln(projected_roas_high / projected_roas_low) / (2 * 1.2816), 2)
                - power(settings.week_drift, 2) - power(settings.shared_week_drift, 2),
                0
            ) / settings.interval_spread as open_variance
        from results.budget_allocations
        cross join (
            select
                max(number) filter (where name = 'interval_spread') as interval_spread,
                max(number) filter (where name = 'week_drift') as week_drift,
                max(number) filter (where name = 'shared_week_drift') as shared_week_drift
            from (
                select
                    split_part(parameter, '.', 2) as name,
                    try_cast(value ->> '$' as double) as number
                from results.parameters
                where starts_with(parameter, 'evidence.')
            )
        ) as settings
        inner join ({HOLDERS}) as holders using (budget_level, budget_entity_id)
        where projected_roas > 0 and projected_roas_low > 0
        """
    ).df()
    purchases = float(holders["purchases"].sum())
    if purchases < MIN_PURCHASES:
        return Lacking(f"{purchases:,.0f} purchases in 28 days; it takes {MIN_PURCHASES}")
    log_roas = holders["log_roas"]
    from_mean = log_roas - log_roas.groupby(holders["pool"]).transform("mean")
    left_open = holders["open_variance"].to_numpy(np.float64)
    free = len(holders) - holders["pool"].nunique()
    variance = float((from_mean**2).sum()) / max(free, 1) + float(left_open.mean())
    if free == 0 or variance == 0:
        return _too_few_tell(0.0)
    return _spread(
        variance,
        np.maximum(1 - left_open / variance, 0),
        f"{len(holders)} holders, {purchases:,.0f} purchases in 28 days",
    )


def cpa_spread(warehouse: duckdb.DuckDBPyConnection) -> Measured:
    """Return the standard deviation of ln(true cost per purchase) among them."""
    return _rate_spread(warehouse, "spend_28d")


def conversion_rate_spread(warehouse: duckdb.DuckDBPyConnection) -> Measured:
    """Return the standard deviation of ln(true purchases per link click) among them."""
    return _rate_spread(warehouse, "link_clicks_28d")


def _rate_spread(warehouse: duckdb.DuckDBPyConnection, exposure: str) -> Measured:
    """Take what counting explains out of the spread of purchases over expected ones.

    By moments, as DerSimonian and Laird do for trials.
    """
    holders = warehouse.execute(
        f"""
        select
            pool,
            purchases_28d as purchases,
            {exposure} * sum(purchases_28d) over pools / sum({exposure}) over pools as expected
        from ({HOLDERS})
        where {exposure} > 0 and purchases_28d is not null
        window pools as (partition by pool)
        """
    ).df()
    holders = holders[holders["expected"] > 0]
    purchases, expected = (holders[name].to_numpy(np.float64) for name in ("purchases", "expected"))
    if purchases.sum() < MIN_PURCHASES:
        return Lacking(f"{purchases.sum():,.0f} purchases in 28 days; it takes {MIN_PURCHASES}")
    of_pool = holders.groupby("pool")["expected"]
    free = len(holders) - len(of_pool)
    by_chance = float((of_pool.sum() - of_pool.agg(_squares) / of_pool.sum()).sum())
    variance = (float(((purchases - expected) ** 2 / expected).sum()) - free) / max(by_chance, 1e-9)
    if free == 0 or variance <= 0:
        return Lacking("holders differ by no more than chance explains; it takes more purchases")
    return _spread(
        variance,
        variance / (variance + 1 / expected),
        f"{len(holders)} holders, {purchases.sum():,.0f} purchases in 28 days",
    )


def order_value_variation(warehouse: duckdb.DuckDBPyConnection) -> Measured:
    """Return standard deviation over mean of the value of single purchases within an ad set.

    A day's value varies around its purchases times the ad set's mean by the square root of their
    number: (value / expected - 1)^2 times purchases is, on average, the squared variation.
    """
    days = warehouse.execute(
        """
        select
            adset_id,
            purchases,
            purchases * power(
                purchase_value::double / purchases
                * sum(purchases) over ad_set / sum(purchase_value::double) over ad_set - 1,
                2
            ) as squared
        from results.adset_daily
        where purchases >= 1 and purchase_value > 0
        window ad_set as (partition by adset_id)
        qualify count(*) over ad_set > 1
        """
    ).df()
    purchases = float(days["purchases"].sum())
    if purchases < MIN_ORDERS:
        return Lacking(f"{purchases:,.0f} purchases on days of their own; it takes {MIN_ORDERS}")
    free = len(days) - days["adset_id"].nunique()
    squared = days["squared"].to_numpy(np.float64)
    mean = float(squared.sum()) / free
    if mean <= 0:
        return Lacking("every purchase has the same value; it takes values that differ")
    error = float(squared.std(ddof=1)) * len(days) ** 0.5 / free
    low, high = max(mean - Z_80 * error, 0), mean + Z_80 * error
    return Measure(
        mean**0.5, low**0.5, high**0.5, f"{len(days):,} ad set days, {purchases:,.0f} purchases"
    )


def click_fatigue(warehouse: duckdb.DuckDBPyConnection) -> Measured:
    """Return e of clicks per impression ~ (frequency + 1)^-e, where clicks surely fall.

    Of weeks, within holders and weeks: what an audience is like and what season it was falls out.
    Standard errors are clustered by holder.
    """
    weeks = warehouse.execute(
        f"""
        select
            budget_level || budget_entity_id as holder,
            decision_date as week,
            ln(link_clicks_7d / impressions_7d) as log_ctr,
            ln((frequency_7d_high + 1) / 2) as log_exposures
        from features.holder_features
        where (select max(decision_date) from features.holder_features) - decision_date <= 26 * 7
            and ((select max(decision_date) from features.holder_features) - decision_date) % 7 = 0
            and impressions_7d >= {MIN_WEEK_IMPRESSIONS}
            and link_clicks_7d >= {MIN_WEEK_CLICKS}
            and frequency_7d_high >= 1
        qualify count(*) over (partition by budget_level, budget_entity_id) > 1
        """
    ).df()
    holders = weeks["holder"].nunique()
    if holders < MIN_HOLDERS or len(weeks) < MIN_HOLDER_WEEKS:
        return Lacking(
            f"{len(weeks)} weeks of {holders} holders with reach, {MIN_WEEK_IMPRESSIONS:,} "
            f"impressions and {MIN_WEEK_CLICKS} clicks; it takes {MIN_HOLDER_WEEKS} of "
            f"{MIN_HOLDERS}"
        )
    ctr, exposures = (_without_means(weeks, name) for name in ("log_ctr", "log_exposures"))
    spread = float((exposures**2).sum())
    if spread < 1e-6:
        return Lacking("frequency hardly changes within holders; it takes weeks that differ")
    slope = float((exposures * ctr).sum()) / spread
    by_holder = pd.Series(exposures * (ctr - slope * exposures)).groupby(weeks["holder"]).sum()
    error = float((by_holder**2).sum() * holders / (holders - 1)) ** 0.5 / spread
    if slope >= CERTAIN_FALL * error:
        return Lacking(
            f"clicks do not surely fall with frequency (exponent {slope:.2f}, standard error "
            f"{error:.2f}, of {len(weeks)} weeks of {holders} holders); it takes a fall of "
            f"{-CERTAIN_FALL} errors"
        )
    return Measure(
        -slope,
        -slope - Z_80 * error,
        -slope + Z_80 * error,
        f"{len(weeks)} weeks of {holders} holders",
    )


def learning_events(warehouse: duckdb.DuckDBPyConnection) -> Measured:
    """Return the conversions in 7 days that part ad sets still in learning from those just out.

    Meta says the state of the last day alone. Those count that started, or were last edited so that
    learning restarts, up to two weeks ago.
    """
    ad_sets = warehouse.execute(
        """
        select learning_status = 'out of learning' as is_out, conversions_7d as events
        from features.adset_features
        where date_day = (select max(date_day) from features.adset_features)
            and learning_status_source = 'reported'
            and conversions_7d is not null
            and least(age_days, coalesce(days_since_significant_edit, age_days)) <= 14
        """
    ).df()
    is_out = ad_sets["is_out"].to_numpy(bool)
    events = ad_sets["events"].to_numpy(np.float64)
    counts = f"{(~is_out).sum()} ad sets in learning and {is_out.sum()} just out of it"
    if min(is_out.sum(), (~is_out).sum()) < MIN_EACH_SIDE:
        return Lacking(f"{counts} by Meta's word; it takes {MIN_EACH_SIDE} of each")
    ends = np.unique(events)
    wrong = np.array(
        [(is_out & (events < end)).sum() + (~is_out & (events >= end)).sum() for end in ends]
    )
    best = int(wrong.argmin())
    if best == 0 or wrong[best] > MAX_WRONG_SIDE * len(events):
        return Lacking(
            f"{counts} are not parted by their conversions; it takes 4 in 5 on their side"
        )
    low, high = float(ends[best - 1]), float(ends[best])
    return Measure((low + high) / 2, low, high, counts)


def purchase_cost(warehouse: duckdb.DuckDBPyConnection) -> Measured:
    """Return the cost of a purchase in 28 days, in account currency, of accounts that share one.

    What is bought for a goal, or counted in a way, that no purchase came of is left out.
    """
    [[other_results]] = warehouse.execute(
        """
        select count(*) from results.parameters
        where parameter = 'targets.value_per_result' and json_keys(value) != []
        """
    ).fetchall()
    if other_results:
        return Lacking("results of other goals are valued (targets.value_per_result)")
    [[currencies, spend, purchases]] = warehouse.execute(
        f"""
        select count(distinct currency), sum(spend_28d), coalesce(sum(purchases_28d), 0)
        from (select * from ({HOLDERS}) qualify sum(purchases_28d) over (partition by pool) > 0)
        """
    ).fetchall()
    if currencies > 1:
        return Lacking("accounts have several currencies; it takes one")
    if purchases < MIN_PURCHASES_OF_COST:
        return Lacking(f"{purchases:,.0f} purchases in 28 days; it takes {MIN_PURCHASES_OF_COST}")
    cost, factor = spend / purchases, float(np.exp(Z_80 / purchases**0.5))
    return Measure(cost, cost / factor, cost * factor, f"{purchases:,.0f} purchases in 28 days")


MEASURES: dict[str, Callable[[duckdb.DuckDBPyConnection], Measured]] = {
    "spread of ln(ROAS)": roas_spread,
    "spread of ln(CPA)": cpa_spread,
    "spread of ln(conversion rate)": conversion_rate_spread,
    "variation of order values": order_value_variation,
    "exponent of clicks on frequency": click_fatigue,
    "conversions with which learning ends": learning_events,
    "cost of a purchase": purchase_cost,
}


def _spread(variance: float, weights: Floats, evidence: str) -> Measured:
    """Return a standard deviation; `weights` (units,) say how much of each unit is not chance."""
    telling = float((weights**2).sum())
    if telling < MIN_TELLING:
        return _too_few_tell(telling)
    value, factor = variance**0.5, float(np.exp(Z_80 / (2 * telling) ** 0.5))
    return Measure(value, value / factor, value * factor, evidence)


def _too_few_tell(telling: float) -> Lacking:
    return Lacking(
        f"what is not chance counts as {telling:.1f} holders; it takes {MIN_TELLING:.0f}"
    )


def _squares(values: pd.Series) -> float:
    return float((values**2).sum())


def _without_means(weeks: pd.DataFrame, name: str) -> Floats:
    """Take the means of holders and of weeks out of a column, in turns until nothing moves."""
    values = weeks[name]
    for _ in range(50):
        values = values - values.groupby(weeks["holder"]).transform("mean")
        means = values.groupby(weeks["week"]).transform("mean")
        values = values - means
        if means.abs().max() < 1e-9:
            break
    return values.to_numpy(np.float64)

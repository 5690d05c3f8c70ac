"""Which type of creative fits which audience.

Events of an ad are Poisson around exposure * exp(m + type + audience + pair + ad set + ad). All but
m are normal around 0 with a variance of their own, estimated from the account and drawn to a usual
one, so that a pair that few ads have tried is taken for its type and its audience; pairs have long
tails, for most are nothing and a few are large. Ads and ad sets stand in between because a type
that two good ads have is no good type.

Fitted by penalized quasi-likelihood (Breslow and Clayton 1993), variances by Schall (1991).
"""

from dataclasses import dataclass

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd

from python_jobs.config.audience_schema import Creative
from python_jobs.config.rows import parameters_from_rows
from python_jobs.decisions.arrays import Bools, Codes, Floats, floats
from python_jobs.decisions.relations import frame, typed
from python_jobs.decisions.value import INTERVAL

Texts = npt.NDArray[np.str_]

PASSES = 20
"""of the fit; after ten nothing moves that is shown"""

LEAST_VARIANCE = 1e-4

TAILS = 1.0
"""degrees of freedom of the distribution of pairs: most are none, a few are large"""

FLAT = 1e-6
"""precision of what is known of the level before any ad"""

UNKNOWN = "unknown"

MEASURES = {
    "purchases_per_click": ("purchases_matured", "link_clicks"),
    "clicks_per_impression": ("link_clicks", "impressions"),
}
"""events and what they are counted against"""

WITHOUT_CLICKS = {"purchases_per_impression": ("purchases_matured", "impressions")}
"""for accounts whose files have no clicks"""

COLUMNS = {
    "account_id": "varchar",
    "measure": "varchar",
    "creative_type": "varchar",
    "audience_type": "varchar",
    "ads": "bigint",
    "exposure": "double",
    "events": "double",
    "purchases": "double",
    "creative_effect": "double",
    "audience_effect": "double",
    "effect": "double",
    "effect_sd": "double",
    "effect_low": "double",
    "effect_high": "double",
    "expected_rate": "double",
    "expected_rate_low": "double",
    "expected_rate_high": "double",
    "verdict": "varchar",
    "is_untapped": "boolean",
}


@dataclass(frozen=True)
class Fit:
    """Logs and their standard deviations; C types, A audiences."""

    creative: Floats
    """(C,), against the mean of all types"""
    creative_sd: Floats
    audience: Floats
    """(A,), against the mean of all audiences"""
    pair: Floats
    """(C, A); 0 where never tried"""
    pair_sd: Floats
    expected: Floats
    """(C, A), ln of the rate of all together"""
    expected_sd: Floats
    variances: dict[str, float]
    """of types, audiences, pairs, ad sets and ads"""


def fit(
    events: Floats,
    exposure: Floats,
    *,
    creative: Codes,
    audience: Codes,
    ad_set: Codes,
    settings: Creative,
) -> Fit:
    """Fit types, audiences and their pairs to the ads of one account.

    Args:
        events: Per ad, purchases or clicks; they need not be whole.
        exposure: Per ad, what they are counted against, above 0.
        creative: Per ad, number of its type: 0, 1, 2, ...
        audience: Per ad, number of its audience type.
        ad_set: Per ad, number of its ad set.
        settings: The section `creative`.

    Returns:
        The fit, which needs at least one event.

    """
    types, audiences = creative.max() + 1, audience.max() + 1
    pair = creative * audiences + audience
    begins = np.cumsum([0, 1, types, audiences, types * audiences])
    # an ad is in four columns: the level, its type, its audience, its pair
    columns = np.column_stack(
        [np.zeros_like(pair), begins[1] + creative, begins[2] + audience, begins[3] + pair]
    )
    x = np.zeros((len(events), begins[-1]))
    np.put_along_axis(x, columns, 1.0, axis=1)
    usual = settings.prior_deviation**2
    prior = dict.fromkeys(("creative", "audience", "pair", "ad_set", "ad"), usual)
    prior["pair"] = settings.prior_interaction**2
    variances = dict(prior)
    blocks = dict(
        zip(("creative", "audience", "pair"), map(slice, begins[1:], begins[2:]), strict=False)
    )

    log_rate = np.full(len(events), np.log(events.sum() / exposure.sum()))
    covariance, found = np.eye(begins[-1]), np.zeros(begins[-1])
    of_pair = np.full(types * audiences, variances["pair"])
    for _ in range(PASSES):
        expected = exposure * np.exp(log_rate)
        seen = log_rate + (events - expected) / expected
        weight = 1 / (1 / expected + variances["ad"])
        # ad sets are taken out by hand: there may be thousands
        of_set = np.bincount(ad_set, weight)
        x_of_set = np.zeros((len(of_set), begins[-1]))
        np.add.at(x_of_set, ad_set, weight[:, None] * x)
        seen_of_set = np.bincount(ad_set, weight * seen)
        held = 1 / (of_set + 1 / variances["ad_set"])
        precision = np.full(begins[-1], FLAT)
        for name, block in blocks.items():
            precision[block] = 1 / variances[name]
        precision[blocks["pair"]] = 1 / of_pair
        matrix = x.T @ (weight[:, None] * x) - x_of_set.T @ (held[:, None] * x_of_set)
        covariance = np.linalg.inv(matrix + np.diag(precision))
        found = covariance @ (x.T @ (weight * seen) - x_of_set.T @ (held * seen_of_set))
        set_effect = held * (seen_of_set - x_of_set @ found)
        without_ad = x @ found + set_effect[ad_set]
        ad_share = variances["ad"] / (variances["ad"] + 1 / expected)
        ad_effect = ad_share * (seen - without_ad)
        log_rate = without_ad + ad_effect

        spread = np.diag(covariance)
        effects = {name: (found[block], spread[block]) for name, block in blocks.items()}
        effects |= {"ad_set": (set_effect, held), "ad": (ad_effect, ad_share / expected)}
        for name, (effect, open_) in effects.items():
            own = of_pair if name == "pair" else variances[name]
            shown = np.maximum((1 - open_ / own).sum(), 0)
            drawn = (effect**2 * variances[name] / own).sum() + settings.prior_levels * prior[name]
            variances[name] = max(drawn / (shown + settings.prior_levels), LEAST_VARIANCE)
        effect, open_ = effects["pair"]
        of_pair = (TAILS * variances["pair"] + effect**2 + open_) / (TAILS + 1)

    grid = np.arange(types * audiences)
    cells = np.column_stack(
        [
            np.zeros_like(grid),
            begins[1] + grid // audiences,
            begins[2] + grid % audiences,
            begins[3] + grid,
        ]
    )
    shape = (types, audiences)
    creative_effect, of_creative = _centred(found, covariance, blocks["creative"])
    audience_effect, _ = _centred(found, covariance, blocks["audience"])
    together = covariance[cells[:, :, None], cells[:, None, :]].sum(axis=(1, 2))
    return Fit(
        creative=creative_effect,
        creative_sd=of_creative,
        audience=audience_effect,
        pair=found[blocks["pair"]].reshape(shape),
        pair_sd=np.sqrt(np.diag(covariance)[blocks["pair"]]).reshape(shape),
        expected=found[cells].sum(axis=1).reshape(shape),
        expected_sd=np.sqrt(together).reshape(shape),
        variances=variances,
    )


def _centred(found: Floats, covariance: Floats, block: slice) -> tuple[Floats, Floats]:
    """Return effects against their mean, and their standard deviations."""
    effects, spread = found[block], covariance[block, block]
    # var(u - mean) = var(u) - 2 cov(u, mean) + var(mean)
    variance = np.diag(spread) - 2 * spread.mean(axis=1) + spread.mean()
    return effects - effects.mean(), np.asarray(np.sqrt(variance))


def creative_rows(
    session: duckdb.DuckDBPyConnection,
    ads: duckdb.DuckDBPyRelation,
    parameters: duckdb.DuckDBPyRelation,
) -> duckdb.DuckDBPyRelation:
    """Say how creative types do in `audience.ad_evidence`, columns as in `COLUMNS`."""
    settings = parameters_from_rows(parameters.df()).creative
    return typed(session, compatibility(frame(ads), settings), COLUMNS)


def compatibility(ads: pd.DataFrame, settings: Creative) -> pd.DataFrame:
    """Say of each creative type, and of each type in each audience, how it does.

    Args:
        ads: `audience.ad_evidence`, in any order.
        settings: The section `creative`.

    Returns:
        Per account and measure one row per known type, without audience, and one per known type and
        known audience type, tried or not: columns as in `COLUMNS`. Rates are events per exposure,
        effects are factors, `effect_sd` is of their logarithm. An account with fewer than two known
        types has no rows.

    """
    rows = []
    for account_id, of_account in ads.groupby("account_id", sort=True):
        clicks = np.nansum(floats(of_account, "link_clicks"))
        for measure, (events, exposure) in (MEASURES if clicks > 0 else WITHOUT_CLICKS).items():
            found = _of_measure(of_account, measure, events, exposure, settings)
            rows.append(found.assign(account_id=account_id))
    empty = pd.DataFrame(columns=list(COLUMNS))
    return pd.concat(rows, ignore_index=True)[list(COLUMNS)] if rows else empty


def _of_measure(
    ads: pd.DataFrame, measure: str, events: str, exposure: str, settings: Creative
) -> pd.DataFrame:
    """Fit one measure of one account and lay it out in rows."""
    counted = np.nan_to_num(floats(ads, exposure))
    used = counted > 0
    if events == "purchases_matured":
        # what is bought for something else sells little whatever it shows
        used &= ads["is_for_purchases"].to_numpy(dtype=bool)
    ads, counted = ads[used], counted[used]
    happened = np.nan_to_num(floats(ads, events))
    known = ads["creative_type"].nunique() - (ads["creative_type"] == UNKNOWN).any()
    if known < 2 or happened.sum() == 0:
        return pd.DataFrame(columns=list(COLUMNS))
    creative, types = pd.factorize(ads["creative_type"], sort=True)
    audience, audiences = pd.factorize(ads["audience_type"], sort=True)
    ad_set, _ = pd.factorize(ads["adset_id"])
    fitted = fit(
        happened,
        counted,
        creative=creative,
        audience=audience,
        ad_set=ad_set,
        settings=settings,
    )
    purchases = np.nan_to_num(floats(ads, "purchases_matured"))

    def summed(values: Floats) -> Floats:
        cells = np.bincount(creative * len(audiences) + audience, values, fitted.pair.size)
        return np.asarray(cells, dtype=np.float64).reshape(fitted.pair.shape)

    sums = {
        "ads": summed(np.ones(len(ads))),
        "exposure": summed(counted),
        "events": summed(happened),
        "purchases": summed(purchases),
    }
    of_types = pd.DataFrame(
        {name: values.sum(axis=1) for name, values in sums.items()}
        | {
            "creative_type": types,
            "audience_type": None,
            "creative_effect": np.exp(fitted.creative),
            "audience_effect": np.nan,
            "effect_log": fitted.creative,
            "effect_sd": fitted.creative_sd,
            "expected_log": np.nan,
            "expected_sd": np.nan,
        }
    )
    of_pairs = pd.DataFrame(
        {name: values.ravel() for name, values in sums.items()}
        | {
            "creative_type": np.repeat(types, len(audiences)),
            "audience_type": np.tile(audiences, len(types)),
            "creative_effect": np.exp(np.repeat(fitted.creative, len(audiences))),
            "audience_effect": np.exp(np.tile(fitted.audience, len(types))),
            "effect_log": fitted.pair.ravel(),
            "effect_sd": fitted.pair_sd.ravel(),
            "expected_log": fitted.expected.ravel(),
            "expected_sd": fitted.expected_sd.ravel(),
        }
    )
    of_pairs = of_pairs[of_pairs["audience_type"] != UNKNOWN]
    rows = pd.concat([of_types, of_pairs], ignore_index=True)
    rows = rows[rows["creative_type"] != UNKNOWN].reset_index(drop=True)
    effect, sd = floats(rows, "effect_log"), floats(rows, "effect_sd")
    expected, expected_sd = floats(rows, "expected_log"), floats(rows, "expected_sd")
    return rows.assign(
        measure=measure,
        effect=np.exp(effect),
        effect_low=np.exp(effect - INTERVAL * sd),
        effect_high=np.exp(effect + INTERVAL * sd),
        expected_rate=np.exp(expected),
        expected_rate_low=np.exp(expected - INTERVAL * expected_sd),
        expected_rate_high=np.exp(expected + INTERVAL * expected_sd),
        verdict=_verdicts(rows, effect / sd, settings),
        is_untapped=(floats(rows, "ads") == 0) & _in_top_quarter(expected),
    )


def _verdicts(rows: pd.DataFrame, deviations: Floats, settings: Creative) -> Texts:
    told = np.abs(deviations) > settings.min_deviations
    told &= floats(rows, "events") >= settings.min_events
    told &= floats(rows, "ads") >= settings.min_ads
    of_type = rows["audience_type"].isna().to_numpy()
    return np.select(
        [
            floats(rows, "ads") == 0,
            told & of_type & (deviations > 0),
            told & of_type,
            told & (deviations > 0),
            told,
        ],
        [
            "never tried",
            "better than others",
            "worse than others",
            "better together",
            "worse together",
        ],
        "no difference shown",
    )


def _in_top_quarter(expected: Floats) -> Bools:
    """Find pairs whose expected rate is among the highest quarter; rows of types have none."""
    pairs = expected[~np.isnan(expected)]
    if not len(pairs):
        return np.zeros(len(expected), dtype=bool)
    return np.nan_to_num(expected, nan=-np.inf) >= np.quantile(pairs, 0.75)

"""What an ad set that does not exist yet will return, told by those that do.

Within an account an ad set returns `account level x kind x itself`: kinds (audience types) differ
from the account, and ad sets of one kind differ among themselves. A new one is a draw from its
kind, so that its interval holds that spread and not only what is open of the kind's mean.

With P the purchases of an ad set over `audience.long_days` and D those that were due for its money
at the account's ROAS, f = `evidence.interval_spread`, P / D has the mean m of its kind and the
relative variance v + f / (m D). Of n ad sets of a kind:

- v = (sum of (P - m D)^2 / (m D) - f (n - 1)) / (sum of m D (n - 1) / n), at least 0, is drawn to
  that of all kinds together, which is drawn to `creative.prior_deviation`^2; the second counts
  as `creative.prior_levels` ad sets in either step (method of moments, DerSimonian and Laird 1986);
- m is the mean of P / D with the weights 1 / (v + f / D), drawn to the account's mean by what the
  same two settings and the kinds themselves say of how unlike kinds are. A kind that the account
  never tried is the account's mean with all of that spread.

Ad sets that were switched off in these days count, else only those that turned out well would.

At x times the kind's usual spend (geometric mean) the ROAS is m x level x
((h + 1) / (h + x^d))^(1/d) with h = e / (1 - e), e the elasticity of its type and d =
`evidence.elasticity_decline`: the response that decisions reckon with, whose elasticity at x is
h / (h + x^d). Times what its creative and country do; times 1 - penalty x days of learning / 30.
Errors of ln(ROAS) add up: of the kind, of ad sets in it, of the account's level, of effects, of the
elasticity (`opportunity.elasticity_error` x ln x), of the penalty, and `advantages.model_error` for
the corrections; all but the penalty's count 1 / (1 - penalty x days / 30) times, for what returns
less also learns longer. The expected ROAS is the mean of that lognormal. People whom other ad sets
of the account reach as well are not taken off.
"""

import numpy as np
import pandas as pd

from python_jobs.config.decision_schema import Elasticity
from python_jobs.config.schema import Parameters
from python_jobs.decisions.arrays import Codes, Floats, floats
from python_jobs.decisions.value import INTERVAL

DAYS = 30
"""that money is reckoned for"""

WEEK = 7

LEAST_DECLINE = 1e-6
"""in whose place 0 would divide by 0: the elasticity is then the same at every spend"""

WARM = ("visitors", "engagers", "buyers", "list", "custom")
KINDS = ("broad", "interest", "lookalike", "advantage", *WARM, "unknown")
"""audience types, as in `audience.adset_setups`"""

COLUMNS = (
    "account_id audience_type adsets purchases mean mean_variance spread roas usual_spend "
    "order_value correction elasticity"
).split()


def levels(adsets: pd.DataFrame, parameters: Parameters) -> pd.DataFrame:
    """Say what an ad set of each kind returns in each account, and how unlike those of a kind are.

    Args:
        adsets: Ad sets that are bought for purchases: account_id, audience_type,
            shopify_correction, incrementality, and of both windows (without and with `_long`)
            spend, spending_days, purchases_matured, purchase_value_matured and
            purchase_value_corrected, as in `audience.adset_evidence`.
        parameters: All settings.

    Returns:
        One row per account with purchases and kind of `KINDS`, with the columns of `COLUMNS`:
        adsets and purchases behind it; mean (ROAS over the account's) and mean_variance (of its
        logarithm, what is open of the account's level in it); spread (variance of ln(ROAS) between
        ad sets); roas at usual_spend (account currency a day); order_value of a purchase that Meta
        reports; correction (ROAS over Meta's claim); elasticity.

    """
    parts = [
        _of_account(rows, parameters).assign(account_id=account_id)
        for account_id, rows in adsets[adsets["spend_long"] > 0].groupby("account_id", sort=True)
        if rows["purchase_value_corrected_long"].sum() > 0
    ]
    return pd.concat(parts, ignore_index=True)[COLUMNS] if parts else pd.DataFrame(columns=COLUMNS)


def _of_account(adsets: pd.DataFrame, parameters: Parameters) -> pd.DataFrame:
    """Say it of one account: one row per kind."""
    noise = parameters.evidence.interval_spread
    kind = pd.Index(KINDS).get_indexer(pd.Index(adsets["audience_type"]))
    spend = floats(adsets, "spend_long")
    purchases = np.nan_to_num(floats(adsets, "purchases_matured_long"))
    value = np.nan_to_num(floats(adsets, "purchase_value_matured_long"))
    corrected = np.nan_to_num(floats(adsets, "purchase_value_corrected_long"))

    def of_kind(values: Floats) -> Floats:
        return _summed(kind, values)

    # ---- purchases that were due at the account's ROAS
    usual_value = value.sum() / purchases.sum()
    drawn_by = parameters.evidence.aov_prior_purchases
    order_value = (value + drawn_by * usual_value) / (purchases + drawn_by)
    correction = floats(adsets, "shopify_correction") * floats(adsets, "incrementality")
    long_roas = corrected.sum() / spend.sum()
    due = spend * long_roas / (order_value * correction)

    adsets_of = of_kind(np.ones(len(adsets)))
    spread = _spread(purchases, due, kind, parameters)
    weight = 1 / (spread[kind] + noise / due)
    weight_of = of_kind(weight)
    mean, variance = _drawn_means(
        _ratio(of_kind(weight * purchases / due), weight_of, np.nan),
        _ratio(np.ones(len(KINDS)), weight_of, np.inf),
        parameters,
    )
    level, level_variance = _account_level(adsets, long_roas, purchases.sum(), parameters)
    log_spend = np.log(spend / floats(adsets, "spending_days_long"))
    return pd.DataFrame(
        {
            "audience_type": KINDS,
            "adsets": adsets_of,
            "purchases": of_kind(purchases),
            "mean": mean,
            "mean_variance": variance / mean**2 + level_variance,
            "spread": spread,
            "roas": mean * level,
            "usual_spend": np.exp(_ratio(of_kind(log_spend), adsets_of, log_spend.mean())),
            "order_value": _ratio(of_kind(value), of_kind(purchases), usual_value),
            "correction": _ratio(of_kind(corrected), of_kind(value), corrected.sum() / value.sum()),
            "elasticity": [elasticity_of(name, parameters.evidence.elasticity) for name in KINDS],
        }
    )


def _summed(kind: Codes, values: Floats) -> Floats:
    return np.asarray(np.bincount(kind, values, len(KINDS)), dtype=np.float64)


def _ratio(above: Floats, below: Floats, otherwise: float) -> Floats:
    """Divide; where nothing is below, something else stands for it."""
    result: Floats = np.divide(above, below, out=np.full(len(above), otherwise), where=below > 0)
    return result


def _spread(purchases: Floats, due: Floats, kind: Codes, parameters: Parameters) -> Floats:
    """Return per kind the variance of ln(ROAS) between its ad sets."""
    settings = parameters.creative

    def of_kind(values: Floats) -> Floats:
        return _summed(kind, values)

    expected = due * _ratio(of_kind(purchases), of_kind(due), 1.0)[kind]
    unlike = _ratio((purchases - expected) ** 2, expected, 0.0)
    adsets = of_kind(np.ones(len(due)))
    free = np.maximum(adsets - 1, 0)
    more = of_kind(unlike) - parameters.evidence.interval_spread * free
    against = of_kind(expected) * _ratio(free, adsets, 0.0)

    def drawn(sums: Floats, prior: float) -> Floats:
        more, against, free = sums
        seen = np.maximum(_ratio(more, against, 0.0), 0.0)
        return np.asarray(
            (free * seen + settings.prior_levels * prior) / (free + settings.prior_levels)
        )

    sums = np.stack([more, against, free])
    [of_all] = drawn(sums.sum(axis=1, keepdims=True), settings.prior_deviation**2)
    return drawn(sums, of_all)


def _drawn_means(mean: Floats, variance: Floats, parameters: Parameters) -> tuple[Floats, Floats]:
    """Draw the means of kinds to that of all, and give their variances; NaN is a kind not tried."""
    settings = parameters.creative
    tried = ~np.isnan(mean)
    free = tried.sum() - 1
    seen = max(mean[tried].var(ddof=1) - variance[tried].mean(), 0.0) if free else 0.0
    unlike = (free * seen + settings.prior_levels * settings.prior_deviation**2) / (
        free + settings.prior_levels
    )
    weight = 1 / (unlike + variance)
    all_mean = (weight[tried] * mean[tried]).sum() / weight.sum()
    share = unlike * weight
    drawn = share * np.where(tried, mean, all_mean) + (1 - share) * all_mean
    return drawn, (1 - share) * unlike + (1 - share) ** 2 / weight.sum()


def _account_level(
    adsets: pd.DataFrame, long_roas: float, long_purchases: float, parameters: Parameters
) -> tuple[float, float]:
    """Return the account's ROAS of late and the variance of its logarithm that counts leave."""
    purchases = floats(adsets, "purchases_matured")
    recent = np.nansum(purchases) >= parameters.advantages.min_purchases
    if not recent:
        return long_roas, parameters.evidence.interval_spread / long_purchases
    value = np.nansum(floats(adsets, "purchase_value_corrected"))
    roas = value / np.nansum(floats(adsets, "spend"))
    return float(roas), parameters.evidence.interval_spread / float(np.nansum(purchases))


def elasticity_of(kind: str, settings: Elasticity) -> float:
    """Return the usual elasticity of an audience type, as decisions have it."""
    name = "retargeting" if kind in WARM else "broad" if kind == "advantage" else kind
    return float(getattr(settings, name))


def learning_budget(level: pd.DataFrame, parameters: Parameters) -> Floats:
    """Return the budget a day that buys the events which end learning within a week.

    At x times the usual spend s it buys n purchases a week where x ((h + 1) / (h + x^d))^(1/d) = t,
    t = n c / (7 s) and c the cost of a purchase there: x^d = h t^d / (h + 1 - t^d). Infinite where
    no money buys so many.

    Args:
        level: Rows of `levels`.
        parameters: All settings.

    """
    decline = max(parameters.evidence.elasticity_decline, LEAST_DECLINE)
    spend, odds = floats(level, "usual_spend"), _odds(level)
    cost = floats(level, "order_value") * floats(level, "correction") / floats(level, "roas")
    wanted = (parameters.detectors.learning.events_a_week / WEEK * cost / spend) ** decline
    power = _ratio(odds * wanted, odds + 1 - wanted, np.inf)
    return np.asarray(spend * power ** (1 / decline))


def _odds(level: pd.DataFrame) -> Floats:
    elasticity = floats(level, "elasticity")
    return np.asarray(elasticity / (1 - elasticity))


def expect(
    level: pd.DataFrame,
    daily_budget: Floats,
    *,
    log_effect: Floats,
    effect_variance: Floats,
    clearing_roas: Floats,
    parameters: Parameters,
) -> pd.DataFrame:
    """Say what new ad sets will return in 30 days, learning included.

    Args:
        level: Their rows of `levels`, one per ad set.
        daily_budget: Account currency, above 0.
        log_effect: ln of what creative and country do to ROAS, against the kind's usual.
        effect_variance: Variance of that.
        clearing_roas: What the account's next unit of money returns elsewhere.
        parameters: All settings.

    Returns:
        In the order of `level`: expected_roas, expected_cpa (per purchase that Meta reports),
        expected_revenue_30d and gain_30d, and the ends of their 80 % intervals, learning_days and
        learning_share, as in `CANDIDATES`.

    """
    learning = parameters.detectors.learning
    decline = max(parameters.evidence.elasticity_decline, LEAST_DECLINE)
    odds = _odds(level)
    multiple = daily_budget / floats(level, "usual_spend")
    returned = np.log((odds + 1) / (odds + multiple**decline)) / decline
    log_roas = np.log(floats(level, "roas")) + returned + log_effect
    claimed = floats(level, "order_value") * floats(level, "correction")
    bought_a_day = daily_budget * np.exp(log_roas) / claimed
    share = np.minimum(learning.events_a_week / bought_a_day, DAYS) / DAYS
    kept = 1 - learning.penalty * share
    penalty_error = (learning.penalty_high - learning.penalty_low) / (2 * INTERVAL) * share / kept
    variance = (
        floats(level, "mean_variance")
        + floats(level, "spread")
        + effect_variance
        + (parameters.opportunity.elasticity_error * np.log(multiple)) ** 2
        + parameters.advantages.model_error**2
    )
    # what returns less also learns longer: d ln(roas x kept) / d ln(roas) = 1 / kept
    longer = np.where(share < 1, 1 / kept, 1.0)
    error = np.sqrt(longer**2 * variance + penalty_error**2)
    roas = np.exp(log_roas) * kept
    # the lognormal whose mean that is
    ends = {
        "": roas,
        "_low": roas * np.exp(-(error**2) / 2 - INTERVAL * error),
        "_high": roas * np.exp(-(error**2) / 2 + INTERVAL * error),
    }
    money = DAYS * daily_budget
    opposite = {"": "", "_low": "_high", "_high": "_low"}
    return pd.DataFrame(
        {f"expected_roas{end}": value for end, value in ends.items()}
        | {f"expected_cpa{end}": claimed / ends[other] for end, other in opposite.items()}
        | {"expected_revenue_30d": money * roas}
        | {f"gain_30d{end}": money * (value - clearing_roas) for end, value in ends.items()}
        | {"learning_days": DAYS * share, "learning_share": learning.penalty},
        index=level.index,
    )

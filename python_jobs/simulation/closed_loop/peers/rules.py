"""Rule lists: eight classes of common rules with usual thresholds, and a rule tool's pack."""

import numpy as np

from python_jobs.simulation.closed_loop.limits import held
from python_jobs.simulation.closed_loop.observed import Observed
from python_jobs.simulation.closed_loop.peers.common import account_roas, raisable, roas
from python_jobs.simulation.curves import Floats

LEARNING_EVENTS = 50  # in 7 days


def common_rules(seen: Observed) -> Floats:
    """Take the first rule that fits, in eight classes, then hold the total.

    Thresholds are the usual ones of such lists, relative to the account's ROAS where an absolute
    number would say more about the shop than about the ad set: excellent at 1.5 times, high at
    1.2, low at 0.8, bad at 0.5; a trend is 7 against 28 days of 10 %. As with the optimizers, what
    does not spend its budget is not raised: without that they end far lower.
    """
    long = max(account_roas(seen, 28), 1e-9)
    week, month = roas(seen, 7) / long, roas(seen, 28) / long
    trend = np.divide(week, month, out=np.ones_like(week), where=month > 0) - 1.0
    spend_7d = seen.by_holder(seen.spend[-7:].sum(axis=0))
    purchases_7d = seen.by_holder(seen.purchases[-7:].sum(axis=0))
    clicks_7d = seen.by_holder(seen.link_clicks[-7:].sum(axis=0))
    used = spend_7d / np.maximum(7.0 * seen.budgets, 1e-9)
    conversion = purchases_7d / np.maximum(clicks_7d, 1.0)
    usual_conversion = purchases_7d.sum() / max(clicks_7d.sum(), 1.0)
    weekend, monday = seen.today.weekday() >= 5, seen.today.weekday() == 0
    rising, falling = trend > 0.10, trend < -0.10
    enough = purchases_7d >= 10
    rules = [
        # safety
        ((month < 0.5) & (spend_7d >= 3.5 * np.median(seen.budgets)), 1.0),
        # excellent
        ((week >= 1.5) & rising & enough, 1.20),
        ((week >= 1.5) & enough, 1.15),
        # high
        ((week >= 1.2) & rising, 1.12),
        ((week >= 1.2) & ~falling, 1.08),
        ((week >= 1.2) & falling, 1.03),
        # efficiency
        ((week >= 1.0) & (conversion > 1.2 * usual_conversion), 1.06),
        ((week < 1.0) & (conversion < 0.7 * usual_conversion), 0.92),
        # volume
        ((used < 0.5) & (week < 1.2), 0.90),
        (enough & (used > 0.95) & (week >= 1.0), 1.05),
        # lifecycle: too few events to leave learning
        ((purchases_7d < 0.2 * LEARNING_EVENTS) & (month >= 0.8), 1.0),
        # time
        (weekend & (week >= 1.0), 1.05),
        (monday & (week >= 0.9) & falling, 1.02),
        # declining
        ((week < 0.5), 0.80),
        ((week < 0.8) & falling, 0.85),
        ((week < 0.8), 0.90),
        (falling, 0.95),
    ]
    factor = np.select([fits for fits, _ in rules], [value for _, value in rules], default=1.0)
    return held(seen.budgets * factor, *raisable(seen), seen.total)


def rule_pack(seen: Observed) -> Floats:
    """Stop-loss, sunset, scale down, scale up and revive, as rule tools sell them (science C2).

    Stop-loss and sunset by the patient variant (three times the target CPA without a purchase,
    twice the target over a week with 10 conversions), scaling by 3 days of CPA, revive at a 7-day
    ROAS of 1.2 times the account's after a cut. A pause is the largest step down on each decision
    day, since all are held to one step; the target is the account's CPA of 28 days. Such tools
    raise only what spends its budget.
    """
    spent = {days: seen.by_holder(seen.spend[-days:].sum(axis=0)) for days in (1, 3, 7)}
    bought = {days: seen.by_holder(seen.purchases[-days:].sum(axis=0)) for days in (1, 3, 7)}
    target = seen.spend[-28:].sum() / max(seen.purchases[-28:].sum(), 1.0)

    def cpa(days: int) -> Floats:
        return spent[days] / np.maximum(bought[days], 0.5)

    was_cut = seen.budgets < 0.95 * seen.past_budgets[-14:].max(axis=0)
    long = account_roas(seen, 28)
    rules = [
        (was_cut & ((roas(seen, 3) > 1.6 * long) | (roas(seen, 7) > 1.2 * long)), 1.20),  # revive
        ((spent[3] > 3.0 * target) & (bought[3] == 0), 0.80),  # stop-loss
        ((cpa(7) > 2.0 * target) & (bought[7] >= 10), 0.80),  # sunset
        ((cpa(1) > target) & (spent[7] > 2.0 * seen.budgets) & (cpa(3) > target), 0.80),
        ((bought[3] >= 2) & (cpa(3) < target), 1.20),  # scale up
    ]
    factor = np.select([fits for fits, _ in rules], [value for _, value in rules], default=1.0)
    return held(seen.budgets * factor, *raisable(seen), seen.total)

"""Money at stake of findings that overlap, so that it never adds up to more than is spent."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

MONEY = ["money_at_stake", "money_low", "money_high"]


def share_losses(found: pd.DataFrame, inputs: Mapping[Any, pd.DataFrame]) -> pd.DataFrame:
    """Scale money down where findings claim the same spend.

    A finding of a pair, a campaign or an account claims spend of all its ad sets, in proportion to
    what they spend. Findings of one cause share one loss: that of the largest claim among them. All
    claims on an ad set together are at most its spend of 30 days.

    Args:
        found: One row per finding, with `entity_level`, `entity_id`, `cause` and `MONEY`.
        inputs: By level the entities, of ad sets with `spend_30d`.

    """
    adsets = inputs["adset"][["adset_id", "campaign_id", "account_id", "spend_30d"]]
    pairs = inputs["adset_pair"]
    members = pd.concat(
        [
            adsets.assign(entity_level="adset", entity_id=adsets["adset_id"]),
            adsets.assign(entity_level="campaign", entity_id=adsets["campaign_id"]),
            adsets.assign(entity_level="account", entity_id=adsets["account_id"]),
            *(
                pairs[["pair_id", side]]
                .rename(columns={"pair_id": "entity_id", side: "adset_id"})
                .merge(adsets, on="adset_id")
                .assign(entity_level="adset_pair")
                for side in ("adset_id", "other_adset_id")
            ),
        ],
        ignore_index=True,
    )
    claims = found.reset_index(names="finding")[
        ["finding", "entity_level", "entity_id", "cause", "money_at_stake"]
    ].merge(members, on=["entity_level", "entity_id"])
    of_finding = claims.groupby("finding")["spend_30d"].transform("sum")
    claims["claim"] = (claims["money_at_stake"] * claims["spend_30d"] / of_finding).fillna(0.0)

    of_cause = claims.groupby(["adset_id", "cause"])["claim"]
    claims["claim"] *= (of_cause.transform("max") / of_cause.transform("sum")).fillna(0.0)
    claimed = claims.groupby("adset_id")["claim"].transform("sum")
    claims["claim"] *= (claims["spend_30d"] / claimed).clip(upper=1.0).fillna(0.0)

    granted = claims.groupby("finding")["claim"].sum().reindex(found.index, fill_value=0.0)
    factor = (granted / found["money_at_stake"]).fillna(0.0)
    spend = claims.groupby("finding")["spend_30d"].sum().reindex(found.index)
    shared = found.assign(**{column: found[column] * factor for column in MONEY})
    return shared.assign(money_high=shared["money_high"].clip(upper=spend))

"""What to set up next, of an account: candidates of both tables, and which of them."""

import pandas as pd

from python_jobs.audience.recommendations.adsets import adset_candidates
from python_jobs.audience.recommendations.audiences import READS as READ_FOR_AUDIENCES
from python_jobs.audience.recommendations.audiences import new_audiences
from python_jobs.audience.recommendations.choose import choose
from python_jobs.audience.recommendations.current import READS as READ_FOR_ADSETS
from python_jobs.audience.recommendations.current import Tables
from python_jobs.config.schema import Parameters

READS = tuple(dict.fromkeys((*READ_FOR_AUDIENCES, *READ_FOR_ADSETS)))
"""models that recommendations are made of"""


def recommend(tables: Tables, parameters: Parameters) -> pd.DataFrame:
    """Return what is recommended, with the names of what it is about.

    Returns:
        Columns as in `CHOSEN`, and account_name, campaign_name, adset_names, currency, run_id.

    """
    found = pd.concat(
        [new_audiences(tables, parameters), adset_candidates(tables, parameters)],
        ignore_index=True,
    )
    chosen = choose(found, tables, parameters)
    setups = tables["adset_setups"]
    names = dict(
        zip(setups["adset_id"], setups["adset_name"].fillna(setups["adset_id"]), strict=True)
    )
    campaigns = setups.drop_duplicates("campaign_id").set_index("campaign_id")["campaign_name"]
    accounts = tables["detector_inputs_account"].set_index("account_id")
    return chosen.assign(
        account_name=chosen["account_id"].map(accounts["account_name"]),
        campaign_name=chosen["campaign_id"].map(campaigns),
        adset_names=chosen["adset_ids"].map(lambda ids: [names[adset_id] for adset_id in ids]),
        currency=chosen["account_id"].map(accounts["currency"]),
        run_id=chosen["account_id"].map(accounts["run_id"]),
    )

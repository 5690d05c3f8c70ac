"""One account built and held against what is true of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import duckdb
import pandas as pd

from python_jobs.simulation.audience.build import AudienceCustomer
from python_jobs.simulation.audience.tables import make_audience_tables
from python_jobs.simulation.audience.thresholds import THRESHOLDS, Thresholds
from python_jobs.simulation.audience.truth import ad_set_truth, truth, usual_claims
from python_jobs.simulation.closed_loop.engine import Settings
from python_jobs.simulation.pipeline import CompiledProject, Pipeline

TARGETS = (
    "audit_findings",
    "shopify_reconciliation",
    "opportunity_sizes",
    "creative_compatibility",
)
EFFECT_COLUMNS = ["detector_id", "entity_level", "entity_id"]

# segments and cells that the tables tell of, named as in `truth`; room is told where even the lower
# end of what the next unit returns is above what it returns elsewhere
TOLD = {
    "segment_over_credited": """
        select 'segment' as entity_level, entity_id
        from results.shopify_reconciliation
        where level = 'audience_type' and period = 'window' and verdict = 'over-credited'
    """,
    "segment_with_room": """
        select 'segment' as entity_level, entity_id
        from results.opportunity_sizes
        where entity_level = 'audience_type' and marginal_roas_low > clearing_marginal_roas
    """,
    "creative_audience_effect": """
        select 'cell' as entity_level, creative_type || '+' || audience_type as entity_id
        from results.creative_compatibility
        where measure = 'purchases_per_click' and verdict in ('better together', 'worse together')
    """,
}


@contextmanager
def built(
    account: AudienceCustomer, compiled: CompiledProject, project: Path, settings: Settings
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Build an account on the morning after its last day; the results are in schema `results`."""
    pipeline = Pipeline(compiled, project)
    try:
        pipeline.build(make_audience_tables(account, account.as_of, settings.rows, "run"))
        yield pipeline.connection
    finally:
        pipeline.connection.close()


def effects(
    account: AudienceCustomer, results: duckdb.DuckDBPyConnection, settings: Settings
) -> pd.DataFrame:
    """Say of everything that is wrong or told to be, what is true and what was told.

    Returns:
        One row per detector and entity that is beyond its threshold or was told: the columns of
        `truth` (ratio 0 where truth has no row), `is_told` and `confidence`, NaN where not told.
        What is no detector's, segments and creatives, is told of by `TOLD`.

    """
    found = results.sql(
        "select detector_id, entity_level, entity_id, confidence from results.audit_findings"
    ).df()
    others = [results.sql(query).df().assign(detector_id=name) for name, query in TOLD.items()]
    told = pd.concat([found, *others], ignore_index=True).assign(is_told=True)
    true = truth(account, _thresholds(account, settings))
    both = true.merge(told, on=EFFECT_COLUMNS, how="outer")
    both = both.fillna({"ratio": 0.0, "conversions": 0.0, "is_told": False})
    return both[(both["ratio"] >= 1.0) | both["is_told"]].reset_index(drop=True)


def _thresholds(account: AudienceCustomer, settings: Settings) -> Thresholds:
    """Return thresholds where the detectors' are others than the simulator's own."""
    over_credit = settings.parameters.detectors.segments.over_credit * usual_claims(account)
    return replace(THRESHOLDS, over_credit=over_credit)


def estimates(account: AudienceCustomer, results: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Hold 80 % intervals of returns against the true ones of the last 28 days.

    True ones are what ads cause, times what Meta claims for each purchase it caused over the whole
    account: no table can tell that from Meta's claims and last clicks.

    Returns:
        One row per ad set and measure ('roas' or 'marginal_roas'): `estimate`, `low`, `high`,
        `true`, and `purchases` behind it.

    """
    true = ad_set_truth(account).rename(columns={"adset_id": "entity_id"})
    told = results.sql(
        "from results.opportunity_sizes where entity_level = 'adset' order by entity_id"
    ).df()
    both = told.merge(
        true[["entity_id", "roas", "marginal_roas"]], on="entity_id", suffixes=("", "_true")
    )
    both = both[both["roas_true"] > 0]
    usual = usual_claims(account)
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "measure": measure,
                    "audience_type": both["audience_type"],
                    "estimate": both[measure],
                    "low": both[f"{measure}_low"],
                    "high": both[f"{measure}_high"],
                    "true": both[f"{measure}_true"] * usual,
                    "purchases": both["evidence_purchases"],
                }
            )
            for measure in ("roas", "marginal_roas")
        ],
        ignore_index=True,
    )

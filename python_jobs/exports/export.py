"""`autopilot export`: today's decisions as files that other tools take as they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import duckdb

from python_jobs.config.export_schema import Export
from python_jobs.exports import ads_manager, api, gate
from python_jobs.exports.approvals import (
    COLUMN,
    Approvals,
    approved_budgets,
    approved_recommendations,
    read_approvals,
)
from python_jobs.exports.changes import (
    Change,
    Decisions,
    Row,
    changes_of,
    decided_otherwise,
    is_published,
    plain,
    read_decisions,
    rows_of,
)
from python_jobs.exports.files import write_new
from python_jobs.exports.order import TABLES, Format, Order
from python_jobs.exports.tables import csv_bytes, ordered, xlsx_bytes
from python_jobs.trial.files import Trial

RULES, RECOMMENDATIONS = "rules", "recommendations"
"""folders of budgets and of recommendations"""

DECISION_FIRST = (
    COLUMN,
    "budget_entity_name",
    "current_budget",
    "recommended_budget",
    "currency",
    "budget_change_pct",
    "action",
    "reason",
)
RECOMMENDATION_FIRST = (
    COLUMN,
    "rank",
    "recommendation_type",
    "name",
    "changes",
    "gain_30d",
    "gain_30d_low",
    "gain_30d_high",
    "currency",
    "reason",
    "setup_steps",
)
"""columns that a person reads first"""

RECOMMENDED = ("audience", "adset")
"""kinds of recommendations, each a table"""


@dataclass(frozen=True)
class Exported:
    """What an export would hold; nothing is written yet."""

    decisions: Decisions
    rows: list[Row]
    """those asked for, changed or not"""
    changes: list[Change]
    recommendations: dict[str, list[Row]]
    """by kind; empty where there are none, or the format has none"""
    notes: list[str]
    refusal: str | None
    """why nothing may be written"""


def prepare(
    live: duckdb.DuckDBPyConnection,
    order: Order,
    settings: Export,
    today: date,
    trial: Trial | None = None,
) -> Exported:
    """Read what an export holds and whether it may leave; `trial` is the customer's newest.

    Raises:
        ValueError: there are no decisions, no such run, or the approvals do not fit.

    """
    decisions = read_decisions(live, order.customer)
    rows = decisions.rows
    approvals = read_approvals(order.approvals) if order.approvals else None
    if approvals:
        rows = approved_budgets(rows, approvals)
    if order.since_run:
        rows = decided_otherwise(live, rows, order.since_run)
    changes, notes = changes_of(rows)
    if order.format in TABLES:
        notes = []  # tables hold all rows, changed or not
    else:
        changes, lacking = _fit(changes, order.format)
        notes += lacking
    recommendations = _recommendations(live, order, decisions, approvals, notes)
    if order.format == Format.API:
        changes = _either(changes, recommendations, approvals, notes)
    too_old = gate.stale(live, decisions, settings, today)
    outdated = f"{too_old}: {_newer(order.customer)}" if too_old and not order.stale_ok else None
    refusal = (
        gate.shadow(live, settings, order.customer)
        or outdated
        or gate.moved(live, decisions, order.customer)
        or gate.left_to_the_hand(changes, trial, today, order.customer)
        or _unapproved(order, settings)
    )
    if too_old and not refusal:
        notes.append(f"{too_old}: --stale-ok lets them through.")
    return Exported(
        decisions=decisions,
        rows=rows,
        changes=changes,
        recommendations=recommendations,
        notes=notes,
        refusal=refusal,
    )


def _newer(customer: str) -> str:
    return (
        f"put newer exports into the folder and run `autopilot budgets --customer {customer}`, or "
        "add --stale-ok to export these all the same."
    )


def _unapproved(order: Order, settings: Export) -> str | None:
    if not settings.require_approval or order.approvals or order.format in TABLES:
        return None
    return (
        f"Budgets of {order.customer} need approval (export.require_approval): write them with "
        f"--format xlsx, fill in the column {COLUMN}, and add --approved FILE."
    )


def _fit(changes: Sequence[Change], form: Format) -> tuple[list[Change], list[str]]:
    """Leave out what a format cannot say: amounts without currency, rows without a name."""
    if form == Format.API:
        fit = [change for change in changes if change.currency]
        lacks = "their currency is not known; set account.currency in inputs.yaml."
    else:
        fit = [change for change in changes if change.name]
        lacks = "their names are not known, and an import could empty them."
    missing = len(changes) - len(fit)
    return fit, [f"Changes left out: {missing}; {lacks}"] if missing else []


def _recommendations(
    live: duckdb.DuckDBPyConnection,
    order: Order,
    decisions: Decisions,
    approvals: Approvals | None,
    notes: list[str],
) -> dict[str, list[Row]]:
    """Read the recommendations of the same morning, for the formats that have them."""
    nothing: dict[str, list[Row]] = {kind: [] for kind in RECOMMENDED}
    is_asked = order.format != Format.ADS_MANAGER and not (
        approvals and not approvals.recommendations
    )
    if not is_asked or not is_published(live, "recommendation_coverage"):
        return nothing
    made = rows_of(
        live,
        """
        select run_id, as_of from results.runs
        where run_id in (select run_id from results.recommendation_coverage)
        """,
    )
    # recommendations have no log: those of the same run are the same
    if not made or made[0]["run_id"] == order.since_run:
        return nothing
    if made[0]["as_of"] != decisions.decision_date:
        notes.append(
            f"Recommendations are left out, for they were made for {made[0]['as_of']}: run "
            f"`autopilot audiences --customer {order.customer}`."
        )
        return nothing
    found = {
        kind: rows_of(live, f"from results.{kind}_recommendations order by account_id, rank")
        for kind in RECOMMENDED
    }
    return approved_recommendations(found, approvals) if approvals else found


def _either(
    changes: Sequence[Change],
    recommendations: dict[str, list[Row]],
    approvals: Approvals | None,
    notes: list[str],
) -> list[Change]:
    """Send of an ad set's new budget and its pause only one: the pause where it was approved.

    Returns:
        The changes that are left; pauses that are not sent leave `recommendations`.

    """
    pauses = {
        row["adset_ids"][0]
        for row in recommendations["adset"]
        if row["recommendation_type"] == "pause"
    }
    both = pauses & {change.entity_id for change in changes}
    if not both:
        return list(changes)
    if approvals and approvals.recommendations:
        notes.append(
            f"Budgets left as they are: {len(both)}; their ad sets are to be switched off, which "
            "is approved."
        )
        return [change for change in changes if change.entity_id not in both]
    recommendations["adset"] = [
        row for row in recommendations["adset"] if not both & set(row["adset_ids"])
    ]
    notes.append(
        f"Pauses left out: {len(both)}; these ad sets get their new budgets instead. "
        "Approve a pause to send it in place of the budget."
    )
    return list(changes)


def write(exported: Exported, order: Order, folder: Path, now: datetime) -> list[Path]:
    """Write the files of an export, the undo files first, so that none is without.

    Args:
        exported: what `prepare` returned, not refused.
        order: the same.
        folder: of the customer's results.
        now: with time zone; no request of the API is planned before.

    Raises:
        ValueError: an amount cannot be written, or the folder holds a strange file.
        OSError: a file cannot be written.

    """
    day = str(exported.decisions.decision_date)
    budgets = _budget_files(exported, order, folder / RULES, now)
    others = _recommendation_files(exported, order)
    return [
        *write_new(folder / RULES, day, budgets),
        *write_new(folder / RECOMMENDATIONS, day, others),
    ]


def _budget_files(
    exported: Exported, order: Order, folder: Path, now: datetime
) -> dict[str, bytes]:
    changes, undo = exported.changes, [change.undone() for change in exported.changes]
    if order.format == Format.ADS_MANAGER:
        return {
            f"ads-manager_{name}{ending}.xlsx": content
            for ending, some in (("_undo", undo), ("", changes))
            for name, content in ads_manager.sheets(some).items()
        }
    if order.format == Format.API:
        earlier = api.planned_times(sorted(folder.glob("*_api*.jsonl")))
        return {
            f"api{ending}.jsonl": api.lines(api.budget_requests(some, earlier, now))
            for ending, some in (("_undo", undo), ("", changes))
            if some
        }
    rows = ordered([{COLUMN: None} | row for row in exported.rows], DECISION_FIRST)
    restored = [_restored(change) for change in undo]
    tables = {"decisions_undo": restored, "decisions": rows}
    return {
        f"{name}.{order.format}": _table(order.format, name, some)
        for name, some in tables.items()
        if some
    }


def _table(form: Format, name: str, rows: list[Row]) -> bytes:
    return csv_bytes(rows) if form == Format.CSV else xlsx_bytes({name: rows})


def _restored(undo: Change) -> Row:
    """Return a row of the undo table: the holder, and the budget to give it back."""
    return {
        "account_id": undo.account_id,
        "budget_level": undo.level,
        "budget_entity_id": undo.entity_id,
        "budget_entity_name": undo.name,
        "currency": undo.currency,
        "budget_recommended": plain(undo.before, undo.currency),
        "budget_before": plain(undo.after, undo.currency),
    }


def _recommendation_files(exported: Exported, order: Order) -> dict[str, bytes]:
    found = exported.recommendations
    if order.format == Format.API:
        requests = {
            "api_undo.jsonl": api.undo_requests(found["adset"]),
            "api.jsonl": api.recommendation_requests(found["adset"], found["audience"]),
        }
        return {name: api.lines(some) for name, some in requests.items() if some}
    named = {
        f"{kind}-recommendations": ordered(
            [{COLUMN: None} | row for row in rows], RECOMMENDATION_FIRST
        )
        for kind, rows in found.items()
        if rows
    }
    if order.format == Format.XLSX:
        return {"recommendations.xlsx": xlsx_bytes(named)} if named else {}
    return {f"{name}.csv": csv_bytes(rows) for name, rows in named.items()}

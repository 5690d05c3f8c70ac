"""`autopilot export`: decisions as files, with what is in them and what is not."""

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from rich.table import Table

from python_jobs.cli.published import open_published
from python_jobs.cli.screen import Screen
from python_jobs.cli.show import show_lines
from python_jobs.config.export_schema import Export
from python_jobs.config.load import load_parameters
from python_jobs.config.names import check_names
from python_jobs.exports.changes import Change, plain
from python_jobs.exports.export import Exported, prepare, write
from python_jobs.exports.order import Format, Order
from python_jobs.trial.files import newest_trial
from python_jobs.warehouse.paths import config_folder, results_folder

NEXT = {
    Format.ADS_MANAGER: "Open each account in Ads Manager and import its files; those that end in "
    "_undo give the budgets back.",
    Format.API: "Send each line from its not_before on, those of one batch together; files that "
    "end in _undo take back what was sent.",
    Format.CSV: "The file that ends in _undo has the budgets before.",
    Format.XLSX: "The file that ends in _undo has the budgets before.",
}


def export(screen: Screen, order: Order, platform: str, now: datetime, *, dry_run: bool) -> bool:
    """Write the files that are ordered, or show the changes they would hold.

    Args:
        screen: where to show it.
        order: what to export.
        platform: as the folder is named.
        now: with time zone; its date is today.
        dry_run: write nothing.

    Returns:
        False if nothing may be exported.

    Raises:
        ValueError: a name, the settings or the approvals are not right, or nothing is published.

    """
    check_names(order.customer, platform)
    settings = _settings(order.customer, platform)
    trial = newest_trial(results_folder(order.customer, platform))
    with open_published(order.customer, platform, "results.budget_allocations") as live:
        exported = prepare(live, order, settings, now.date(), trial)
    paths: list[Path] = []
    if not (exported.refusal or dry_run):
        paths = write(exported, order, results_folder(order.customer, platform), now)
    for name, value in _document(exported, order, paths, dry_run=dry_run).items():
        screen.keep(name, value)
    _show(screen, exported, order, paths, dry_run=dry_run)
    return exported.refusal is None


def _settings(customer: str, platform: str) -> Export:
    parameters, problems = load_parameters(config_folder(), customer, platform)
    if problems:
        raise ValueError("\n".join(problems))
    section = "export."
    return Export.model_validate(
        {
            parameter.parameter.removeprefix(section): json.loads(parameter.value)
            for parameter in parameters
            if parameter.parameter.startswith(section)
        }
    )


def _document(
    exported: Exported, order: Order, paths: Sequence[Path], *, dry_run: bool
) -> dict[str, object]:
    """Return what a script wants to know; amounts are numbers with their currency's decimals."""
    return {
        "format": order.format,
        "decision_date": str(exported.decisions.decision_date),
        "run_id": exported.decisions.run_id,
        "dry_run": dry_run,
        "refused": exported.refusal,
        "notes": exported.notes,
        "changes": [
            {
                "account_id": change.account_id,
                "budget_level": change.level,
                "budget_entity_id": change.entity_id,
                "budget_entity_name": change.name,
                "currency": change.currency,
                "budget_before": plain(change.before, change.currency),
                "budget_after": plain(change.after, change.currency),
            }
            for change in exported.changes
        ],
        "recommendations": [
            {name: row[name] for name in ("recommendation_type", "adset_ids", "name")}
            for rows in exported.recommendations.values()
            for row in rows
        ],
        "files": [str(path) for path in paths],
    }


def _show(
    screen: Screen, exported: Exported, order: Order, paths: Sequence[Path], *, dry_run: bool
) -> None:
    changes, decisions = exported.changes, exported.decisions
    if dry_run:
        screen.print(_table(changes))
        screen.print()
    screen.sentences(
        [
            f"{len(changes)} of {len(exported.rows)} budgets of {order.customer} change for "
            f"{decisions.decision_date}, decided on data to {decisions.data_through}."
        ]
    )
    show_lines(screen, "To know:", exported.notes)
    if exported.refusal:
        last = [f"\nNothing is exported. {exported.refusal}"]
    elif dry_run:
        last = ["\nNothing is written: a dry run."]
    elif paths:
        files = map(str, sorted(paths))
        last = ["\nWritten:", *files, f"\n{NEXT[order.format]} How: docs/exports.md."]
    else:
        last = ["Nothing is written: there is nothing to carry out."]
    screen.sentences(last)


def _table(changes: Sequence[Change]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("budget of", overflow="fold")
    table.add_column("id", overflow="fold")
    for amount in ("now", "then", "change"):
        table.add_column(amount, justify="right")
    table.add_column("")
    for change in changes:
        before, after = (plain(some, change.currency) for some in (change.before, change.after))
        table.add_row(
            change.name or "",
            f"{change.level} {change.entity_id}",
            f"{before:,}",
            f"{after:,}" if after else "off",
            f"{100 * (change.after / change.before - 1):+.1f} %" if before else "",
            change.currency or "",
        )
    return table

"""Files that belong together by their names: a connector's report and its tables of actions.

A name is a path below the raw folder. The word that tells stands in the file's name, or where each
table has a folder of its own in that of the folder.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any

from python_jobs.landing.recognise import Recognised, objects_found, skipped

_LIST = re.compile(r"(.+[^_])_+(action_values|actions)(?![a-z])(.*)")
# the number of a part, as in `basic_ad_0_1_2` and `basic_ad (1)`; not the day of a date
_PART_NUMBER = re.compile(r"(?<!\d{4}-\d\d)(?<!\d{4}_\d\d)[ _.-]+\(?(\d{1,3}|0\d{3,5})\)?$")
_ENDINGS = re.compile(r"(\.(csv|tsv|txt|parquet|jsonl?|ndjson))?(\.gz)?$")
# words for types of objects; the first that a name has counts
_TYPES = {
    "adset": r"ad_?sets?",
    "campaign": r"campaigns?",
    "creative": r"(ad_?)?creatives?",
    "account": r"(ad_?)?accounts?",
    "ad": r"ads?",
}


@dataclass(frozen=True)
class RawTable:
    """A file as it was recognised, with its name and the hash of its content."""

    name: str
    found: Recognised
    sha256: str | None


def settle(tables: Sequence[RawTable]) -> list[tuple[Recognised, str]]:
    """Say of each table what it is beside the others, with a hash of those it is read with.

    The plan of a report gets the names of its tables of actions, by list, as `action_tables`.
    """
    settled = [(_typed(table), "") for table in tables]
    reports = _reports(tables)
    groups: dict[tuple[int, ...], dict[str, list[int]]] = {}
    for number, table in enumerate(tables):
        if table.found.kind != "actions" or table.found.status != "read":
            continue
        found = _report_of(table.name, reports)
        if isinstance(found, Recognised):
            settled[number] = (found, "")
        else:
            report, list_name = found
            groups.setdefault(report, {}).setdefault(list_name, []).append(number)
    for report, lists in groups.items():
        members = [*report, *(number for numbers in lists.values() for number in numbers)]
        row_key = _row_key([tables[number].found.plan for number in members])
        hashes = sorted(f"{tables[number].sha256}" for number in members)
        together = hashlib.sha256("".join(hashes).encode()).hexdigest()
        names = {name: [tables[n].name for n in numbers] for name, numbers in lists.items()}
        for number in report:
            plan = {**tables[number].found.plan, "action_tables": names, "row_key": row_key}
            settled[number] = (replace(tables[number].found, plan=plan), together)
        of_report = ", ".join(tables[number].name for number in report)
        for name, numbers in lists.items():
            message = f"{name.replace('_', ' ')} of {of_report}, read with it"
            for number in numbers:
                settled[number] = (replace(tables[number].found, message=message), together)
    return [
        (_without_actions(found) if _lacks_actions(found) else found, together)
        for found, together in settled
    ]


def _typed(table: RawTable) -> Recognised:
    """Take from its name what a table of objects is, where its columns do not tell."""
    plan = table.found.plan
    if plan.get("shape") != "objects" or plan["object_type"]:
        return table.found
    for part in reversed(PurePosixPath(_ENDINGS.sub("", table.name.lower())).parts):
        for object_type, words in _TYPES.items():
            if re.search(rf"(?<![a-z]){words}(?![a-z])", part.replace("facebook_ads", "")):
                return objects_found({**plan, "object_type": object_type})
    return skipped("has none of the columns that we read: not needed")


def _reports(tables: Sequence[RawTable]) -> dict[tuple[str, bool], list[int]]:
    """Find the tables that may have tables of actions, by name and whether it lacks a number."""
    reports: dict[tuple[str, bool], list[int]] = {}
    for number, table in enumerate(tables):
        if table.found.kind == "insights" and "report_keys" in table.found.plan:
            for name in _names(table.name):
                reports.setdefault((name, False), []).append(number)
                for less in _without_numbers(name):
                    reports.setdefault((less, True), []).append(number)
    return reports


def _names(path: str) -> Iterator[str]:
    """Yield what a table may be called, the file's own name first, then its folders'."""
    name = PurePosixPath(_ENDINGS.sub("", path.lower()))
    yield str(name)
    yield from (str(folder) for folder in name.parents)


def _without_numbers(name: str) -> Iterator[str]:
    """Yield a name less its last number of a part, less the last two and so on."""
    while (less := _PART_NUMBER.sub("", name)) != name:
        yield less
        name = less


def _report_of(
    path: str, reports: dict[tuple[str, bool], list[int]]
) -> tuple[tuple[int, ...], str] | Recognised:
    """Find the parts of the report of a table of actions, and which list the table is.

    Where there is no report to read it with, say so.
    """
    for name in _names(path):
        folder, slash, last = name.rpartition("/")
        found = _LIST.fullmatch(last)
        if not found:
            continue
        rest = [found[3], *_without_numbers(found[3])][-1]
        report = f"{folder}{slash}{found[1]}{rest}"
        # a table in parts belongs to all parts of its report
        in_parts = rest != found[3]
        for key in ((report, in_parts), (report, not in_parts)):
            if key in reports:
                return tuple(reports[key]), found[2]
        if not _is_part_of_a_report(report, reports):
            return _refused(
                f"holds {found[2].replace('_', ' ')} of {found[1]}, which is not beside it: put "
                "that table into the same folder"
            )
    if any(_is_part_of_a_report(name, reports) for name in _names(path)):
        return skipped("is a part of a report that is not needed")
    return _refused(
        "holds actions and its name does not say of which table: name it like the connector, "
        "such as basic_ad_actions beside basic_ad"
    )


def _is_part_of_a_report(name: str, reports: dict[tuple[str, bool], list[int]]) -> bool:
    return any(name.startswith(f"{report}_") for report, _ in reports)


def _refused(message: str) -> Recognised:
    return Recognised("refused", message, "actions", "connector_actions")


def _row_key(plans: Sequence[AnyMapping[str, Any]]) -> list[str]:
    """Name the columns that all tables of a report have to tell its rows apart."""
    keys = [plan.get("keys") or plan["report_keys"] for plan in plans]
    return sorted(set(keys[0]).intersection(*keys[1:]))


def _lacks_actions(found: Recognised) -> bool:
    plan = found.plan
    return (
        "report_keys" in plan
        and "taken_at" in plan
        and "action_tables" not in plan
        and not any(column.startswith("actions") for column in plan["columns"])
    )


def _without_actions(report: Recognised) -> Recognised:
    return replace(
        report, message=f"{report.message}; without purchases: no table of its actions is beside it"
    )

"""Writes docs/detectors.md from the declarations.

`python -m python_jobs.audience.detectors.reference` does it.
"""

from pathlib import Path

from python_jobs.audience.detectors.catalogue import (
    DETECTORS,
    PARTS,
    catalogue_rows,
    test_text,
)
from python_jobs.audience.detectors.detector import Detector
from python_jobs.decisions.rules.catalogue import default_parameters
from python_jobs.decisions.rules.condition import Parameter

PAGE = Path(__file__).parents[3] / "docs" / "detectors.md"

ABOUT = {
    "Learning": "Budgets, edits and events that never let learning end.",
    "Delivery and order": "Budgets not spent, spend that should not be, untidy setups.",
    "Audiences": "Whom ad sets reach: too often, too narrowly, or twice.",
    "Segments": "Parts of an ad set or of the account that pay unlike each other.",
    "Creatives": "How an ad set's ads share what is shown and bought.",
}

HEAD = """\
# Detectors

Generated from `python_jobs/audience/detectors` by
`python -m python_jobs.audience.detectors.reference`; do not edit.

{count} detectors of mistakes in how an account is set up. `results.audit_findings` has what they
found, `results.audit_coverage` what they could look at and which data they lacked,
`results.detector_catalogue` is this page as a table.

- **What is so by its setup needs no test; what rests on figures does.** A test asks how often
  chance alone would show this. Of all tests of a run, over ad sets and detectors, at most
  `detectors.reporting.false_discovery_rate` of those reported are false (Benjamini and Hochberg,
  1995). `confidence` is how likely the true figure is beyond the threshold.
- **Money at stake is an estimate with its formula**, for 30 days. Where no honest one is possible
  it is empty. Findings of one cause share one loss, and all findings on an ad set together claim at
  most what it spent.
- **A cause that is shared is told once.** Where a campaign sells too little for its ad sets to end
  learning, that is said of the campaign (`too_many_ad_sets`), not of each of them
  (`learning_stuck`); it is severe where merging would bring at least one through.
- **Advantage+ sales campaigns are judged as campaigns**: nothing is said of their exclusions,
  breadth, placements or number of ad sets and ads.
- **Overlap is starvation.** Meta never lets ads of one account bid against each other; it holds one
  of them back. So overlap is told only where one of two does not spend its budget.

Numbers in brackets are the defaults of `config/default/params.yaml`; your own go into
`config/{{customer}}/{{platform}}/params.yaml`. Columns are those of `audience.detector_inputs_*`.
"""


def page() -> str:
    """Write the page."""
    rows = {row["detector_id"]: row for row in catalogue_rows()}
    parts = [HEAD.format(count=len(DETECTORS)).replace("{{", "{").replace("}}", "}")]
    for title, detectors in PARTS.items():
        parts.append(f"\n## {title}\n\n{ABOUT[title]}\n")
        parts += [_detector(detector, rows[detector.detector_id]) for detector in detectors]
    return "".join(parts)


def _detector(detector: Detector, row: dict[str, str]) -> str:
    severe = f", high if `{row['severe_if']}`" if row["severe_if"] else ""
    lines = [
        f"\n### {detector.detector_id}\n\n{detector.what}\n\n",
        f"**{detector.severity}**{severe} · of each {detector.level.replace('_', ' ')} "
        f"· needs {detector.data}\n\n",
        f"- of: `{row['applies_to']}`\n",
    ]
    if row["screen"]:
        lines.append(f"- looked at: `{row['screen']}`\n")
    lines.append(f"- told where: `{row['condition']}`\n")
    if detector.test:
        lines.append(f"- not by chance: `{test_text(detector)}`\n")
    if row["formula"]:
        lines.append(f"- money: `{row['formula']}`\n")
    lines.append(f"- fix: {detector.fix}\n")
    lines.append(
        f"- what would change our mind, in {detector.falsified_in_days} days: "
        f"{detector.falsifier}\n"
    )
    defaults = default_parameters()
    values = [f"`{path}` ({Parameter(path).value(defaults):g})" for path in detector.parameters]
    if values:
        lines.append(f"- settings: {', '.join(values)}\n")
    return "".join(lines)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")

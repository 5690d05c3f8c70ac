"""`rules.tuned.yaml`: the parameters that were adopted, and those that were before."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from python_jobs.config.load import Parameter
from python_jobs.config.write import Written, settings_text
from python_jobs.warehouse.whole_file import write_whole

NAME = "rules.tuned.yaml"
HEADER = """\
# Written by `autopilot tune --customer {customer} --platform {platform}`. The next adoption writes
# it anew, whole: do not edit it. Your own values go into rules.yaml beside it and stay in force.
#
# Search {search}: {reason}
"""


def write_tuned(
    folder: Path,
    *,
    in_force: Sequence[Parameter],
    changed: Mapping[str, float | int],
    told: Sequence[Mapping[str, Any]],
    header: Mapping[str, str],
) -> Path:
    """Write the file whole or not at all.

    Args:
        folder: The customer's folder of settings.
        in_force: All parameters; those of tier 'tuned' stay unless they are changed again.
        changed: New values by dotted path.
        told: What the search says of each parameter, as in `results.tuning_parameters`.
        header: What the header names: customer, platform, search and reason.

    """
    before = {each.parameter: each for each in in_force}
    importance = {each["parameter"]: each["importance"] for each in told}
    values = {
        name: Written(float(each.value), ["from an earlier search"])
        for name, each in before.items()
        if each.tier == "tuned"
    }
    values |= {
        name: Written(value, [f"before: {before[name].value}; worth {importance[name]:.3f}"])
        for name, value in changed.items()
    }
    text = settings_text(HEADER.format(**header), values, {})
    write_whole(folder / NAME, text)
    return folder / NAME

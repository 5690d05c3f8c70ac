"""The files that the project writes into a customer's folder of settings."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from python_jobs.config.write import Written, settings_text
from python_jobs.derived.derive import Derived

HEADER = """\
# Written by `autopilot auto-params --customer {customer} --platform {platform}` from the data
# published for {as_of}. The next run writes it anew, whole: do not edit it. Your own values go into
# {own} beside it and stay before these.
#
# Each comment: what was measured, its 80 % interval, of how many, the formula. A default that lies
# within the interval that follows for it stays.
"""


def file_texts(
    derived: Sequence[Derived], customer: str, platform: str, as_of: str
) -> dict[str, str]:
    """Write the text of each file, by name; the same for the same data.

    The budget side goes into `rules.auto.yaml`, what `params.yaml` has the default of into
    `params.auto.yaml`.
    """
    of_file: dict[str, list[Derived]] = defaultdict(list)
    for each in derived:
        stem = "params" if Path(each.default_file).stem == "params" else "rules"
        of_file[stem].append(each)
    return {
        f"{stem}.auto.yaml": _text(
            of_stem,
            HEADER.format(customer=customer, platform=platform, as_of=as_of, own=f"{stem}.yaml"),
        )
        for stem, of_stem in of_file.items()
    }


def _text(derived: Sequence[Derived], header: str) -> str:
    values = {
        each.parameter: Written(
            each.value,
            [f"default {each.default:g}, confidence {each.confidence}", each.evidence],
        )
        for each in derived
        if each.value is not None
    }
    left = [f"{each.parameter}: {each.evidence}" for each in derived if each.value is None]
    return settings_text(header, values, {"Not derived": left})

"""The files that the project writes into a customer's folder of settings."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from textwrap import wrap

import yaml

from python_jobs.config.paths import key_paths
from python_jobs.derived.derive import Derived

HEADER = """\
# Written by `autopilot auto-params --customer {customer} --platform {platform}` from the data
# published for {as_of}. The next run writes it anew, whole: do not edit it. Your own values go into
# {own} beside it and stay before these.
#
# Each comment: what was measured, its 80 % interval, of how many, the formula. A default that lies
# within the interval that follows for it stays.
"""
WIDTH = 100


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
    lines = [header]
    by_path = {tuple(each.parameter.split(".")): each for each in derived}
    open_sections: tuple[str, ...] = ()
    for path in key_paths():
        each = by_path.get(path)
        if each is None or each.value is None:
            continue
        *section, key = path
        for depth, name in enumerate(section):
            if open_sections[: depth + 1] != tuple(section[: depth + 1]):
                lines.append(f"{'  ' * depth}{name}:")
        open_sections = tuple(section)
        indent = "  " * len(section)
        lines += _comment(f"default {each.default:g}, confidence {each.confidence}", indent)
        lines += _comment(each.evidence, indent)
        lines.append(f"{indent}{key}: {yaml.safe_dump(each.value).splitlines()[0]}")
    lines += ["", "# Not derived:"]
    for each in derived:
        if each.value is None:
            lines += _comment(f"- {each.parameter}: {each.evidence}", "")
    return "\n".join(lines) + "\n"


def _comment(text: str, indent: str) -> list[str]:
    return wrap(text, WIDTH, initial_indent=f"{indent}# ", subsequent_indent=f"{indent}# ")

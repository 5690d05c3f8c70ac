"""Writes docs/rules.md from the declarations: `python -m python_jobs.decisions.rules.reference`."""

from itertools import groupby
from pathlib import Path

from python_jobs.decisions.rules.catalogue import (
    FALLBACK,
    NOT_IN_WORLDS,
    RULES,
    default_parameters,
)
from python_jobs.decisions.rules.condition import (
    All,
    AnyOf,
    Condition,
    Parameter,
    parameters_read,
    text,
)
from python_jobs.decisions.rules.rule import Rule
from python_jobs.decisions.rules.shared import MAY_CUT, MAY_RAISE

PAGE = Path(__file__).parents[3] / "docs" / "rules.md"

CLASSES = {
    "safety": ("Safety", "What must not move, what earns nothing, what cannot be spent."),
    "excellent": ("Excellent performers", "ROAS surely above the account's."),
    "high": ("High performers", "ROAS probably above the account's."),
    "efficiency": ("Efficiency", "What purchases, clicks and impressions cost and bring."),
    "volume": ("Volume", "Spend, impressions and clicks."),
    "lifecycle": ("Lifecycle", "New, learning, established and ageing holders."),
    "time_based": ("Time-based", "Weekends, events, the season and the month."),
    "declining": ("Declining performers", "ROAS or marginal ROAS below the account's."),
    "fallback": ("Otherwise", "A holder that no rule describes."),
}
BOUNDS = {
    "none": "",
    "hold": ", budget stays",
    "no_raise": ", no raise",
    "no_cut": ", no cut",
    "cut_to_floor": ", as low as a step may go",
    "pause": ", delivery stops",
}
SHARED: dict[Condition, tuple[str, str]] = {
    MAY_RAISE: ("may raise", "#what-every-raise-asks-for"),
    MAY_CUT: ("may cut", "#what-every-cut-asks-for"),
}

HEAD = """\
# Rules

Generated from `python_jobs/decisions/rules` by
`python -m python_jobs.decisions.rules.reference`; do not edit.

{count} rules. For each budget holder the first one that matches, from top to bottom, decides; what
else matches is kept in `matched_rules`. `results.rule_catalogue` is this page as a table;
`results.rule_evaluations` says of every rule and holder of the latest run whether it matched, and
if not, which comparison failed and by how much.

A rule does not set a budget. Its factor tilts the budget before the allocation makes marginal
returns equal, and its bound says what may come of it. Factors are small because marginal returns,
not labels, move money best; rules guard and explain. So that they hold together:

- A rule that raises asks for a marginal ROAS of at least the account's, one that cuts for bad
  figures for one below it. No row can match a raise and a cut, whatever the settings: `checks.py`
  proves it from the declarations.
- Within a class, more purchases and value at equal spend never lead to a lower factor. That is
  proven there too, for the default factors; who changes them keeps their order: among raises the
  better case the larger, among cuts the worse case the smaller.
- What is not known makes a comparison false. A holder without evidence, in learning or just
  changed is held.
- No rule starts what another pauses, because no rule starts anything.

A marginal ROAS is what the next unit of money returns. The account's, which it is compared with, is
the return at which the account's total is spent if marginal returns alone distribute it; a factor
may strengthen or weaken what they ask for, never turn it around.

Numbers in brackets are the defaults of `config/default/decision_rules.yaml` and `rules.yaml`;
`results.parameters` has those in force. An *index* is a holder's figure over the account's; *low*
and *high* are the ends of its 80 % interval; *expected purchases* are what its spend buys at the
account's rate, whatever it bought itself.
"""

UNSEEN = """
## Rules that the benchmark has no use for

`make benchmark-decisions` runs simulated accounts in which these rules match never or hardly ever.
They stay, because other accounts need them:

"""


def page() -> str:
    """Write the page."""
    parts = [HEAD.format(count=len(RULES))]
    parts += _shared("What every raise asks for", MAY_RAISE)
    parts += _shared("What every cut asks for", MAY_CUT)
    parts.append(
        "\nThe cuts of class safety have evidence of their own: purchases that should have been "
        "made and\nwere not, a stricter count, or budget that delivery could not spend.\n"
    )
    for rule_class, rules in groupby(RULES, lambda rule: rule.rule_class):
        title, what = CLASSES[rule_class]
        parts.append(f"\n## {title}\n\n{what}\n")
        for rule in rules:
            parts.append(_rule(rule))
    parts.append(UNSEEN)
    parts += [f"- `{rule_id}`: {why}\n" for rule_id, why in NOT_IN_WORLDS.items()]
    return "".join(parts)


def _shared(title: str, condition: All) -> list[str]:
    return [f"\n### {title}\n\n", *(_bullet(part) for part in condition.parts)]


def _rule(rule: Rule) -> str:
    factor = rule.factor_under(default_parameters())
    named = f" `{rule.factor.path}` ({factor:g})" if isinstance(rule.factor, Parameter) else ""
    lines = [
        f"\n### {rule.rule_id}\n\n",
        f"{rule.rationale}\n\n",
        f"**{rule.direction}**{named}{BOUNDS[rule.bound]} · path `{rule.decision_path}` "
        f"· priority {rule.priority}\n\n",
    ]
    if rule is FALLBACK:
        return "".join([*lines, "- no other rule matches\n"])
    parts = rule.condition.parts if isinstance(rule.condition, All) else (rule.condition,)
    return "".join([*lines, *(_bullet(part) for part in parts)])


def _bullet(condition: Condition) -> str:
    if condition in SHARED:
        name, anchor = SHARED[condition]
        return f"- [{name}]({anchor})\n"
    if isinstance(condition, All):
        return "".join(map(_bullet, condition.parts))
    alternatives = condition.parts if isinstance(condition, AnyOf) else (condition,)
    words = " or ".join(f"`{text(part)}`" for part in alternatives)
    defaults = default_parameters()
    values = [f"{Parameter(path).value(defaults):g}" for path in parameters_read(condition)]
    in_brackets = f" ({', '.join(values)})" if values else ""
    return f"- {words}{in_brackets}\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")

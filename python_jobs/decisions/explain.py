"""Say why each budget is what it is: what was seen, what decided, what would change it.

Every holder falls into one case, which has a template with fields and clauses. Rows whose cases and
clauses are the same are of one kind and are written together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import fields as fields_of

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from python_jobs.config.schema import Parameters
from python_jobs.decisions.arrays import Bools, Codes, Floats, equals, floats, texts
from python_jobs.decisions.limits import CODE, NAMES, WITHOUT_CENTS, Names
from python_jobs.decisions.rules.catalogue import RULES
from python_jobs.decisions.templates import LIMITS, NO_TARGET, TAIL, TARGET, TEMPLATES
from python_jobs.decisions.text import (
    MEMORY,
    Field,
    Money,
    Number,
    Words,
    filled,
    looked_up,
    words,
)

ROWS_AT_ONCE = 25_000
"""What is worked out on the way is held for so many rows."""

ACTIONS = ("hold", "increase", "decrease", "pause", "review_bid", "review_tracking")
ACTION: dict[str, int] = {name: position for position, name in enumerate(ACTIONS)}


EXPLAINED_BY = (
    "account_projected_roas budget_group conversions_7d days_since_budget_change "
    "event_largest_step goal own_event purchases_long share_of_usual_purchases "
    "tracking_in_doubt_since value_per_result"
).split()
"""Columns of `decision_inputs` that are no decision's and that reasons read."""


@dataclass(frozen=True)
class Clause:
    """A part of templates that differs by row: the first choice whose condition holds."""

    choices: Sequence[tuple[Bools, str]]
    otherwise: str = ""

    def chosen(self) -> npt.NDArray[np.int64]:
        """Return the number of each row's choice, 0 = otherwise."""
        count = len(self.choices)
        return np.select([condition for condition, _ in self.choices], list(range(1, count + 1)), 0)

    def text(self, chosen: int) -> str:
        """Return the template of a choice."""
        return self.choices[chosen - 1][1] if chosen else self.otherwise


@dataclass(frozen=True)
class Decided:
    """Every decision, with what its reason is written from; one value per holder."""

    decisions: pd.DataFrame
    """all columns of `decide` but the reason"""
    holders: pd.DataFrame
    """EXPLAINED_BY in the same order"""
    account: Codes
    """number of its account: 0, 1, 2, ..."""
    pool: Codes
    """number of those it shares money with"""
    action: Codes
    """positions in ACTIONS"""
    binding: Names
    """what bound its budget: positions in the names of limits, or NOTHING"""
    target: Floats
    """least marginal ROAS, NaN without one"""


@dataclass(frozen=True)
class Explained:
    """Rows to explain."""

    decisions: pd.DataFrame
    holders: pd.DataFrame
    action: Codes
    """positions in ACTIONS"""
    binding: Names
    """positions in the names of limits, or NOTHING"""
    total_today: Floats
    """today's budgets of the account"""
    can_move: Bools
    target: Floats
    """what the next unit must return, NaN without a target"""
    moves_alone: Bools
    """no other holder it shares money with can move"""
    in_whole_account: Bools
    """all of the account that can move shares money"""

    def block(self, rows: slice) -> "Explained":
        """Return some rows."""
        return Explained(*(getattr(self, field.name)[rows] for field in fields_of(self)))


def reasons(decided: Decided, parameters: Parameters) -> pd.Series:
    """Explain every decision."""
    decisions, account, pool = decided.decisions, decided.account, decided.pool
    accounts = account.max(initial=0) + 1
    budget = np.nan_to_num(floats(decisions, "current_budget"))
    apart = (decisions["lower_limit"] < decisions["upper_limit"]).to_numpy()
    can_move = apart | equals(decisions["upper_limit_name"], "own_return")
    explained = Explained(
        decisions,
        decided.holders,
        action=decided.action,
        binding=decided.binding,
        total_today=np.bincount(account, budget, accounts).astype(float)[account],
        can_move=can_move,
        target=decided.target,
        moves_alone=can_move & (np.bincount(pool, can_move)[pool] == 1),
        in_whole_account=_one_pool_moves(account, pool, can_move),
    )
    blocks = [
        _written(explained.block(slice(start, start + ROWS_AT_ONCE)), parameters)
        for start in range(0, len(decisions), ROWS_AT_ONCE)
    ]
    return pd.Series(pa.chunked_array(blocks, pa.string()).to_pandas(), dtype="str")


def _one_pool_moves(account: Codes, pool: Codes, can_move: Bools) -> Bools:
    """Say whether all movers of each holder's account are of one pool."""
    first = np.full(account.max(initial=0) + 1, np.iinfo(np.intp).max)
    last = np.full(len(first), -1)
    np.minimum.at(first, account[can_move], pool[can_move])
    np.maximum.at(last, account[can_move], pool[can_move])
    return np.asarray((first >= last)[account])


def _written(explained: Explained, parameters: Parameters) -> pa.StringArray:
    """Write the reasons of some rows."""
    kind, templates = _kinds(_cases(explained), _clauses(explained, parameters))
    order = np.argsort(kind, kind="stable")
    ends = np.cumsum(np.bincount(kind, minlength=len(templates)))
    parts = filled(templates, np.split(order, ends[:-1]), _fields(explained, parameters))
    back = np.empty_like(order)
    back[order] = np.arange(len(order))
    return looked_up(pa.concat_arrays(parts, memory_pool=MEMORY), back)


def _kinds(
    cases: npt.NDArray[np.int64], clauses: Mapping[str, Clause]
) -> tuple[npt.NDArray[np.int64], list[str]]:
    """Find which rows have the same template, clauses included, and the template of each kind."""
    names = list(TEMPLATES)
    code = cases
    for name, clause in clauses.items():
        has_it = np.array([f"[{name}]" in text + TAIL for text in TEMPLATES.values()])
        code = code * (len(clause.choices) + 1) + np.where(has_it[cases], clause.chosen(), 0)
    kinds, codes = pd.factorize(code)
    templates = []
    for number in codes.tolist():
        case, chosen = number, {}
        for name in reversed(list(clauses)):
            case, chosen[name] = divmod(case, len(clauses[name].choices) + 1)
        template = TEMPLATES[names[case]] + TAIL
        for name, clause in clauses.items():
            template = template.replace(f"[{name}]", clause.text(chosen[name]))
        templates.append(template)
    return kinds, templates


def _cases(explained: Explained) -> npt.NDArray[np.int64]:
    """Find each row's template, by its position in TEMPLATES."""
    number = {name: position for position, name in enumerate(TEMPLATES)}
    action, binding, can_move = explained.action, explained.binding, explained.can_move
    case = np.array([number.get(name, number["in_line"]) for name in (*NAMES, "in_line")])[binding]
    case[(case == number["in_line"]) & explained.moves_alone] = number["alone"]
    by_rule = can_move & (binding == CODE["rule"])
    no_raise = equals(explained.decisions["upper_limit_name"], "rule")
    case[by_rule] = np.where(no_raise, number["no_raise"], number["no_cut"])[by_rule]
    moved = np.array([number.get(name, 0) for name in ACTIONS])[action]
    moved[(action == ACTION["decrease"]) & (binding == CODE["delivery"])] = number["idle"]
    moved[binding == CODE["pinned"]] = number["to_pin"]
    starts_elsewhere = floats(explained.decisions, "starting_budget") != floats(
        explained.decisions, "current_budget"
    )
    moved[starts_elsewhere & (action != ACTION["pause"])] = number["back"]
    stays = np.isin(action, [ACTION[name] for name in ("hold", "review_bid", "review_tracking")])
    return np.where(stays, case, moved)


def _fields(explained: Explained, parameters: Parameters) -> dict[str, Field]:
    """Return what is written for the names in templates."""
    decisions, holders = explained.decisions, explained.holders
    safety = parameters.safety_rules
    cents = ~decisions["currency"].isin(WITHOUT_CENTS).to_numpy()
    roas, account_roas = floats(decisions, "projected_roas"), _account_roas(holders)
    threshold = _threshold(decisions)
    rationales = {rule.rule_id: rule.rationale for rule in RULES}
    rule_numbers, rule_ids = pd.factorize(decisions["rule_id"])
    smallest = parameters.effort.min_change_pct / 100
    curvature = floats(decisions, "curvature")
    budget_change = floats(decisions, "budget_change_pct")
    step = np.where(budget_change > 0, safety.max_increase, safety.max_decrease)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        distance = 100 * np.abs(roas / account_roas - 1)
    return {
        "currency": words(texts(decisions, "currency"), missing="units"),
        "whole": Words(
            explained.in_whole_account.astype(np.intp), pa.array(["group", "account"], "string")
        ),
        "group": words(texts(holders, "budget_group")),
        "event": words(texts(holders, "own_event")),
        "since": _days(holders["tracking_in_doubt_since"]),
        "usual": Number(100 * floats(holders, "share_of_usual_purchases"), 0),
        "before": Money(floats(decisions, "starting_budget"), cents),
        "direction": Words(
            (budget_change > 0).astype(np.intp), pa.array(["Cut", "Raised"], "string")
        ),
        "goal": words(pc.replace_substring(texts(holders, "goal"), "_", " ")),
        "budget": Money(np.nan_to_num(floats(decisions, "current_budget")), cents),
        "recommended": Money(floats(decisions, "recommended_budget"), cents),
        "percent": Number(np.abs(budget_change), 1),
        "step": Number(100 * step, 1),
        "chance": Number(100 * floats(decisions, "prob_beats_hold"), 0),
        "roas": Number(roas, 2),
        "low": Number(floats(decisions, "projected_roas_low"), 2),
        "high": Number(floats(decisions, "projected_roas_high"), 2),
        "account": Number(account_roas, 2),
        "distance": Number(distance, 1),
        "correction": Number(100 * np.abs(floats(decisions, "shopify_correction") - 1), 1),
        "purchases": Number(floats(holders, "purchases_long"), 0, "Meta-attributed purchase"),
        "results": Number(floats(holders, "purchases_long"), 0),
        "value": Money(floats(holders, "value_per_result"), cents),
        "days": f"{parameters.rolling_windows.long_days} days",
        "through": _days(decisions["data_through"]),
        "here": Number(floats(decisions, "marginal_roas"), 2),
        "elsewhere": Number(floats(decisions, "clearing_marginal_roas"), 2),
        "rationale": Words(
            rule_numbers, pa.array([rationales.get(rule_id, "") for rule_id in rule_ids], "string")
        ),
        "asked": Number(_percent(decisions, "rule_factor"), 1),
        "modified": Number(_percent(decisions, "adjustment_factor"), 1),
        "spend": Money(np.nan_to_num(floats(decisions, "current_spend")), cents),
        "ceiling": Money(floats(decisions, "delivery_ceiling"), cents),
        "threshold": Number(threshold, 2),
        # marginal returns fall as budget to the power of -curvature
        "above": Number(threshold * (1 + smallest) ** curvature, 2),
        "below": Number(threshold * (1 - smallest) ** curvature, 2),
        "smallest": Number(np.full(len(roas), parameters.effort.min_change_pct), 1),
        "most_changes": str(parameters.effort.max_changes_per_run),
        "conversions": Number(floats(holders, "conversions_7d"), 0, "conversion"),
        "learning_conversions": str(safety.learning_min_conversions),
        "learning_days": f"{safety.learning_protect_days} days",
        "days_ago": Number(floats(holders, "days_since_budget_change"), 0, "day"),
        "cooldown": f"{safety.cooldown_days} days",
        "target": Number(explained.target, 2),
        "today": Money(explained.total_today, cents),
        "total": Money(floats(decisions, "account_budget_target"), cents),
        "over": Money(np.abs(floats(decisions, "unplaced_budget")), cents),
    }


def _clauses(explained: Explained, parameters: Parameters) -> dict[str, Clause]:
    """Find which parts each row's reason has."""
    decisions, holders = explained.decisions, explained.holders
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        ahead = np.rint(1000 * (floats(decisions, "projected_roas") / _account_roas(holders) - 1))
        wanted = floats(decisions, "desired_budget") / floats(decisions, "current_budget")
        total_change = floats(decisions, "account_budget_target") / explained.total_today - 1
    corrected = np.rint(1000 * (floats(decisions, "shopify_correction") - 1))
    asked = np.rint(10 * _signed_percent(decisions, "rule_factor"))
    modified = np.rint(10 * _signed_percent(decisions, "adjustment_factor"))
    # without anything that moves in the account there is nothing to compare with
    compared = ~np.isnan(floats(decisions, "clearing_marginal_roas"))
    judged = ~np.isnan(floats(decisions, "marginal_roas"))
    known = compared & np.isfinite(_threshold(decisions))
    # its next unit returns more than elsewhere, but more of its budget is idle than elsewhere
    no_higher = (decisions["upper_limit"] <= decisions["current_budget"]).to_numpy()
    opposed = (explained.binding == CODE["own_return"]) & no_higher
    less_is_spent = (
        ((explained.action == ACTION["decrease"]) | opposed)
        & (floats(decisions, "current_spend") < floats(decisions, "current_budget"))
        & (floats(decisions, "marginal_roas") >= floats(decisions, "clearing_marginal_roas"))
    )
    unplaced = floats(decisions, "unplaced_budget")
    # what round budgets leave over is in the column and not worth a sentence
    rounding = 0.005 + (parameters.effort.round_to or 0)
    return {
        "chance": Clause(
            [
                (
                    ~np.isnan(floats(decisions, "prob_beats_hold")),
                    ", {chance} % likely to beat no change",
                )
            ]
        ),
        "against": Clause(
            [
                (ahead > 0, "{distance} % above the {whole}'s {account}"),
                (ahead < 0, "{distance} % below the {whole}'s {account}"),
                (ahead == 0, "level with the {whole}'s {account}"),
            ],
            "with no other to compare",
        ),
        "shopify": Clause(
            [
                (
                    corrected < 0,
                    ", after Shopify last-click takes {correction} % off Meta's claim, which"
                    " over-credits it",
                ),
                (corrected > 0, ", after Shopify last-click adds {correction} % to Meta's claim"),
            ]
        ),
        "counted": Clause(
            [
                (
                    ~np.isnan(floats(holders, "value_per_result")),
                    "{results} {goal}, each worth {value} {currency},",
                )
            ],
            "{purchases}",
        ),
        "marginal": Clause(
            [
                (
                    compared & less_is_spent,
                    " It spends {spend} of its {budget}, and what it leaves can earn elsewhere.",
                ),
                (
                    compared & judged,
                    " The next unit of budget returns {here} here,"
                    " the {whole}'s last one {elsewhere}.",
                ),
            ]
        ),
        "wish": Clause(
            [
                ((asked == 0) | np.isnan(asked), ""),
                ((asked > 0) & (asked == modified), " Its rule asks for +{asked} %. {rationale}"),
                ((asked < 0) & (asked == modified), " Its rule asks for -{asked} %. {rationale}"),
                (
                    (asked > 0) & (modified >= 0),
                    " Its rule asks for +{asked} %, +{modified} % once modified. {rationale}",
                ),
                (
                    asked > 0,
                    " Its rule asks for +{asked} %, -{modified} % once modified. {rationale}",
                ),
                (
                    modified > 0,
                    " Its rule asks for -{asked} %, +{modified} % once modified. {rationale}",
                ),
            ],
            " Its rule asks for -{asked} %, -{modified} % once modified. {rationale}",
        ),
        "limit": Clause([(explained.binding == CODE[name], text) for name, text in LIMITS.items()]),
        "cut_below": Clause([(known, " Below a projected ROAS of {threshold} it would be cut.")]),
        "raised_above": Clause(
            [(known, " Above a projected ROAS of {threshold} it would be raised.")]
        ),
        "would_move": Clause(
            [
                (
                    known & (explained.binding == CODE["min_change"]),
                    " A projected ROAS above {above} or below {below} would move it.",
                ),
                (known, " A higher projected ROAS would raise it, a lower one cut it."),
            ]
        ),
        "in_line_from": Clause(
            [(known, " In line with the account it would be from a ROAS of {threshold} on.")]
        ),
        "otherwise": Clause(
            [
                (known & (wanted > 1.005), " Otherwise it would be raised."),
                (known & (wanted < 0.995), " Otherwise it would be cut."),
            ]
        ),
        "changed": Clause(
            [(floats(holders, "days_since_budget_change") == 0, "today")], "{days_ago} ago"
        ),
        "estimated": Clause(
            [
                (
                    equals(decisions["current_budget_source"], "estimated"),
                    " Today's budget is estimated from spend: go by the percentage.",
                )
            ]
        ),
        "ranked": Clause(
            [
                (judged & ~np.isnan(explained.target), TARGET),
                (judged & compared, NO_TARGET),
            ]
        ),
        "event": Clause(
            [
                (
                    ~np.isnan(floats(holders, "event_largest_step")),
                    " {event} is on: steps start from the budget before it.",
                )
            ]
        ),
        "total": Clause(
            [
                (
                    np.abs(total_change) > 0.005,
                    " The account's total goes from {today} to {total} {currency} a day.",
                )
            ]
        ),
        "unplaced": Clause(
            [
                (
                    unplaced > rounding,
                    " Limits leave {over} of the account's {total} {currency} a day over.",
                ),
                (
                    unplaced < -rounding,
                    " Limits keep budgets {over} {currency} a day above the account's {total}.",
                ),
            ]
        ),
    }


def _threshold(decisions: pd.DataFrame) -> Floats:
    """Return the projected ROAS at which today's budget is what is desired, all else as it is."""
    curvature = floats(decisions, "curvature")
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        wanted = floats(decisions, "desired_budget") / floats(decisions, "current_budget")
        # marginal returns fall as budget to the power of -curvature
        return np.asarray(floats(decisions, "projected_roas") * wanted**-curvature)


def _account_roas(holders: pd.DataFrame) -> Floats:
    roas = floats(holders, "account_projected_roas")
    return np.where(roas > 0, roas, np.nan)


def _signed_percent(decisions: pd.DataFrame, factor: str) -> Floats:
    return 100 * (floats(decisions, factor) - 1)


def _percent(decisions: pd.DataFrame, factor: str) -> Floats:
    return np.abs(_signed_percent(decisions, factor))


def _days(days: pd.Series) -> Words | str:
    """Write days as 1 Mar 2026."""
    codes, unique = pd.factorize(days, use_na_sentinel=False)
    names = ["an unknown day" if pd.isna(day) else f"{day.day} {day:%b %Y}" for day in unique]
    return names[0] if len(names) == 1 else Words(codes, pa.array(names, pa.string()))

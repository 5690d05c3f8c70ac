"""Say why each budget is what it is: what was seen, what decided, what would change it.

Every holder falls into one case; each case has one template. Clauses that only some rows have, such
as a rule's wish, are fields of these templates that are empty for the others.
"""

import re
from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from python_jobs.config.schema import Parameters
from python_jobs.decisions.arrays import Codes, Floats, equals, floats, texts
from python_jobs.decisions.limits import WITHOUT_CENTS
from python_jobs.decisions.text import (
    Text,
    choose,
    counted,
    fill,
    hundredths,
    signed_percent,
    tenths,
    whole,
)

ROWS_AT_ONCE = 50_000
"""so that what is worked on stays in the processor's cache"""

KEPT = "Kept at {budget} {currency} a day: "
SEEN = (
    " Projected 7-day ROAS {roas} (80 % interval {low} to {high}), {against}{shopify},"
    " on {purchases} in {days} to {through}."
)
TAIL = "{total}{unplaced}"

TEMPLATES = {
    "pause": "Paused: rule {rule} stops it and frees {budget} {currency} a day."
    + SEEN
    + "{in_line_from}",
    "increase": "Raised by {percent} % to {recommended} {currency} a day{chance}."
    + SEEN
    + "{marginal}{wish}{limit}{cut_below}",
    "decrease": "Cut by {percent} % to {recommended} {currency} a day{chance}."
    + SEEN
    + "{marginal}{wish}{limit}{raised_above}",
    "idle": "Cut by {percent} % to {recommended} {currency} a day: when delivery held it back it"
    " spent {ceiling}, and what it cannot spend goes elsewhere."
    + SEEN
    + " It gets more again once it spends its budget.",
    "not_active": KEPT + "it is not active, so nothing of it is spent. Active, it takes part.",
    "lifetime_budget": KEPT
    + "this is its lifetime budget's share of a day, which Meta spreads itself. With a daily"
    " budget it takes part.",
    "no_budget": "Kept: its budget in {currency} stands in no file and no spend shows it. Once it"
    " is known, it takes part.",
    "no_evidence": KEPT
    + "there is not enough spend yet to project its ROAS. It takes part as soon as there is.",
    "learning": KEPT
    + "it is in learning, with {conversions} in 7 days, and left alone until it has"
    " {learning_conversions} or {learning_days} have passed since its start or last significant"
    " edit." + SEEN + "{otherwise}",
    "cooldown": KEPT
    + "its budget changed {changed} and rests for {cooldown}."
    + SEEN
    + "{otherwise}",
    "rule": KEPT + "rule {rule} holds it." + SEEN + "{marginal}{otherwise}",
    "no_raise": KEPT + "rule {rule} allows no raise." + SEEN + "{marginal}{cut_below}",
    "no_cut": KEPT + "rule {rule} allows no cut." + SEEN + "{marginal}{raised_above}",
    "delivery": KEPT
    + "when delivery held it back it spent {ceiling}, so more would stay unspent."
    + SEEN
    + "{marginal}{cut_below}",
    "minimum_budget": KEPT + "it is the smallest one allowed." + SEEN + "{marginal}{raised_above}",
    "max_daily_budget": KEPT + "it is the largest one allowed." + SEEN + "{marginal}{cut_below}",
    "max_share_of_account": KEPT
    + "no holder may have more of the account's total."
    + SEEN
    + "{marginal}{cut_below}",
    "largest_step": KEPT + "an allowed step is less than the currency's smallest unit." + SEEN,
    "plan_not_better": KEPT
    + "within rules and limits no plan for this account is expected to earn more than today's"
    " budgets." + SEEN + "{marginal}",
    "alone": KEPT
    + "no other budget of the account can move, so its money has nowhere to go."
    + SEEN
    + "{marginal}",
    "in_line": KEPT
    + "moving it would earn nothing to speak of."
    + SEEN
    + "{marginal}{wish}{would_move}",
}
"""By case: `action`, or for what does not move `binding_limit`."""

LIMITS = {
    "largest_step": " {step} is the largest step.",
    "delivery": " When delivery held it back it spent {ceiling}, so it gets no more than that.",
    "minimum_budget": " That is the smallest budget allowed.",
    "max_daily_budget": " That is the largest budget allowed.",
    "max_share_of_account": " That is the largest share of the account's total allowed.",
    "rule": " The rule takes it as low as one step goes.",
}
"""By `binding_limit`: why what moves does not move further."""


def reasons(
    decisions: pd.DataFrame, holders: pd.DataFrame, account: Codes, parameters: Parameters
) -> pd.Series:
    """Explain every decision.

    Args:
        decisions: All other columns of `decide`.
        holders: `decision_inputs` in the same order.
        account: Number of each holder's account.
        parameters: All settings.

    """
    cases = _cases(decisions, account)
    names = list(TEMPLATES)
    budgets = np.nan_to_num(floats(decisions, "current_budget"))
    today: Floats = np.bincount(account, budgets)[account]
    chunks = []
    for start in range(0, len(decisions), ROWS_AT_ONCE):
        rows = slice(start, start + ROWS_AT_ONCE)
        fields = _fields(decisions[rows], holders[rows], today[rows], parameters)
        case = cases[rows]
        order = np.argsort(case, kind="stable")
        found, first = np.unique(case[order], return_index=True)
        parts = [
            _filled(TEMPLATES[names[code]] + TAIL, fields, positions)
            for code, positions in zip(found, np.split(order, first[1:]), strict=True)
        ]
        back = np.empty_like(order)
        back[order] = np.arange(len(order))
        chunks.append(pa.concat_arrays(parts).take(pa.array(back)))
    return pd.Series(pa.chunked_array(chunks, pa.string()).to_pandas(), dtype="str")


def _filled(
    template: str, fields: Mapping[str, Text], positions: npt.NDArray[np.intp]
) -> pa.StringArray:
    """Fill a template for some of the rows."""
    wanted = pa.array(positions)
    used = {name: fields[name] for name in re.findall(r"\{(\w+)\}", template)}
    return fill(
        template,
        {
            name: field if isinstance(field, pa.Scalar) else field.take(wanted)
            for name, field in used.items()
        },
    )


def _cases(decisions: pd.DataFrame, account: Codes) -> npt.NDArray[np.intp]:
    """Find each row's template, by its position in TEMPLATES."""
    number = {name: position for position, name in enumerate(TEMPLATES)}
    action, binding = decisions["action"], decisions["binding_limit"]
    lower, upper = floats(decisions, "lower_limit"), floats(decisions, "upper_limit")
    movers = np.bincount(account, lower < upper)[account]
    by_limit = {
        name: equals(binding, name)
        for name in binding.dropna().unique()
        if name in number and name != "rule"
    }
    by_rule = equals(binding, "rule")
    names = {
        "pause": equals(action, "pause"),
        "increase": equals(action, "increase"),
        "idle": equals(action, "decrease") & equals(binding, "delivery"),
        "decrease": equals(action, "decrease"),
        **by_limit,
        "rule": by_rule & (lower == upper),
        "no_raise": by_rule & equals(decisions["upper_limit_name"], "rule"),
        "no_cut": by_rule,
        "alone": (lower < upper) & (movers == 1),
    }
    return np.select(list(names.values()), [number[name] for name in names], number["in_line"])


def _fields(
    decisions: pd.DataFrame, holders: pd.DataFrame, today: Floats, parameters: Parameters
) -> dict[str, Text]:
    """Write what templates name: one text per row, or one for all."""
    safety = parameters.safety_rules
    cents = ~decisions["currency"].isin(WITHOUT_CENTS).to_numpy()

    def money(values: Floats) -> pa.StringArray:
        text = hundredths(values)
        return text if cents.all() else choose(cents, text, whole(values))

    change = floats(decisions, "budget_change_pct")
    fields: dict[str, Text] = {
        "currency": texts(decisions, "currency").fill_null("units"),
        "budget": money(np.nan_to_num(floats(decisions, "current_budget"))),
        "recommended": money(floats(decisions, "recommended_budget")),
        "percent": tenths(np.abs(change)),
        "step": choose(
            change > 0,
            pa.scalar(f"{100 * safety.max_increase:.3g} %"),
            pa.scalar(f"{100 * safety.max_decrease:.3g} %"),
        ),
        "roas": hundredths(floats(decisions, "projected_roas")),
        "low": hundredths(floats(decisions, "projected_roas_low")),
        "high": hundredths(floats(decisions, "projected_roas_high")),
        "purchases": counted(floats(holders, "purchases_long"), "Meta-attributed purchase"),
        "days": pa.scalar(f"{parameters.rolling_windows.long_days} days"),
        "through": _days(decisions["data_through"]),
        "rule": texts(decisions, "decision_path"),
        "ceiling": money(floats(decisions, "delivery_ceiling")),
        "conversions": counted(floats(holders, "conversions_7d"), "conversion"),
        "learning_conversions": pa.scalar(str(safety.learning_min_conversions)),
        "learning_days": pa.scalar(f"{safety.learning_protect_days} days"),
        "changed": _ago(floats(holders, "days_since_budget_change")),
        "cooldown": pa.scalar(f"{safety.cooldown_days} days"),
    }
    fields |= _against(decisions, holders)
    fields |= _what_decided(decisions, fields)
    fields |= _what_would_change_it(decisions, safety.dead_band)
    fields |= _totals(decisions, today, money, fields)
    return fields


def _against(decisions: pd.DataFrame, holders: pd.DataFrame) -> dict[str, Text]:
    """Compare ROAS with the account's, and say what Shopify did to it."""
    account_roas = floats(holders, "account_projected_roas")
    with np.errstate(divide="ignore", invalid="ignore"):
        index = floats(decisions, "projected_roas") / account_roas
    correction = floats(decisions, "shopify_correction")
    numbers: dict[str, Text] = {
        "account": hundredths(account_roas),
        "distance": tenths(100 * np.abs(index - 1)),
        "side": choose(index > 1, pa.scalar("above"), pa.scalar("below")),
        "correction": tenths(100 * np.abs(correction - 1)),
    }
    lowered, raised = np.rint(1000 * correction) < 1000, np.rint(1000 * correction) > 1000
    return {
        "against": choose(
            np.abs(index - 1) < 0.0005,
            fill("level with the account's {account}", numbers),
            fill("{distance} % {side} the account's {account}", numbers),
        ),
        "shopify": _clauses(
            (lowered, ", after Shopify last-click takes {correction} % off Meta's claim"),
            (raised, ", after Shopify last-click adds {correction} % to Meta's claim"),
            fields=numbers,
        ),
    }


def _what_decided(decisions: pd.DataFrame, fields: Mapping[str, Text]) -> dict[str, Text]:
    """Say what the next unit of budget returns, what the rule asks for and which limit bound."""
    marginal = floats(decisions, "marginal_roas")
    clearing = floats(decisions, "clearing_marginal_roas")
    chance = floats(decisions, "prob_beats_hold")
    asked, modified = floats(decisions, "rule_factor"), floats(decisions, "adjustment_factor")
    numbers: dict[str, Text] = {
        **fields,
        "here": hundredths(marginal),
        "elsewhere": hundredths(clearing),
        "probability": whole(100 * chance),
        "asked": signed_percent(asked),
        "modified": signed_percent(modified),
    }
    asks = np.abs(asked - 1) >= 0.0005
    as_asked = np.abs(asked - modified) < 0.0005
    return {
        "chance": _clauses(
            (~np.isnan(chance), ", {probability} % likely to beat no change"), fields=numbers
        ),
        "marginal": _clauses(
            (
                ~np.isnan(marginal + clearing),
                " The next {currency} here returns {here}, the account's last one {elsewhere}.",
            ),
            fields=numbers,
        ),
        "wish": _clauses(
            (asks & as_asked, " Rule {rule} asks for {asked}."),
            (asks & ~as_asked, " Rule {rule} asks for {asked}, {modified} once modified."),
            fields=numbers,
        ),
        "limit": _clauses(
            *(
                (equals(decisions["binding_limit"], name), clause)
                for name, clause in LIMITS.items()
            ),
            fields=numbers,
        ),
    }


def _what_would_change_it(decisions: pd.DataFrame, dead_band: float) -> dict[str, Text]:
    """Say from which ROAS on the decision would be another one, all else as it is."""
    budget = floats(decisions, "current_budget")
    curvature = floats(decisions, "curvature")
    with np.errstate(divide="ignore", invalid="ignore"):
        wanted = floats(decisions, "desired_budget") / budget
        # marginal returns fall as budget to the power of -curvature
        threshold = floats(decisions, "projected_roas") * wanted**-curvature
    # without anything that moves in the account there is nothing to compare with
    known = np.isfinite(threshold) & ~np.isnan(floats(decisions, "clearing_marginal_roas"))
    numbers: dict[str, Text] = {
        "threshold": hundredths(threshold),
        "above": hundredths(threshold * (1 + dead_band)),
        "below": hundredths(threshold * (1 - dead_band)),
    }
    return {
        "cut_below": _clauses(
            (known, " Below a ROAS of {threshold} it would be cut."), fields=numbers
        ),
        "raised_above": _clauses(
            (known, " Above a ROAS of {threshold} it would be raised."), fields=numbers
        ),
        "would_move": _clauses(
            (known, " A ROAS above {above} or below {below} would move it."), fields=numbers
        ),
        "in_line_from": _clauses(
            (known, " In line with the account it would be from a ROAS of {threshold} on."),
            fields=numbers,
        ),
        "otherwise": _clauses(
            (known & (wanted > 1.005), " Otherwise it would be raised."),
            (known & (wanted < 0.995), " Otherwise it would be cut."),
            fields=numbers,
        ),
    }


def _totals(
    decisions: pd.DataFrame,
    today: Floats,
    money: Callable[[Floats], pa.StringArray],
    fields: Mapping[str, Text],
) -> dict[str, Text]:
    """Say whether the account's total changes and whether limits leave some of it over."""
    total = floats(decisions, "account_budget_target")
    unplaced = floats(decisions, "unplaced_budget")
    numbers: dict[str, Text] = {
        **fields,
        "today": money(today),
        "then": money(total),
        "over": money(np.abs(unplaced)),
    }
    return {
        "total": _clauses(
            (
                np.abs(total - today) > 0.005 * today,
                " The account's total goes from {today} to {then} {currency} a day.",
            ),
            fields=numbers,
        ),
        "unplaced": _clauses(
            (
                unplaced > 0.005,
                " Limits leave {over} of the account's {then} {currency} a day over.",
            ),
            (
                unplaced < -0.005,
                " Limits keep budgets {over} {currency} a day above the account's {then}.",
            ),
            fields=numbers,
        ),
    }


def _clauses(*choices: tuple[npt.NDArray[np.bool_], str], fields: Mapping[str, Text]) -> Text:
    """Fill the first template whose condition holds; nothing where none does."""
    clause: Text = pa.scalar("")
    for where, template in reversed(choices):
        if where.any():
            clause = choose(where, fill(template, fields), clause)
    return clause


def _ago(days: Floats) -> pa.StringArray:
    """Write whole days as `today` or `3 days ago`."""
    return choose(days == 0, pa.scalar("today"), fill("{days} ago", {"days": counted(days, "day")}))


def _days(days: pd.Series) -> pa.StringArray:
    """Write days as 1 Mar 2026."""
    codes, unique = pd.factorize(days)
    names = pa.array([f"{day.day} {day:%b %Y}" for day in unique], pa.string())
    return names.take(pa.array(codes, mask=codes < 0)).fill_null("an unknown day")

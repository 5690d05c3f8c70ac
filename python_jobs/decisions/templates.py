"""The sentences that explain a budget.

In templates {fields} stand for what is written in each row, [clauses] for sentences of which each
row has one or none.
"""

KEPT = "Kept at {budget} {currency} a day: "
SEEN = (
    " Projected 7-day ROAS {roas} (80 % interval {low} to {high}), [against][shopify],"
    " on [counted] in {days} to {through}."
)
TAIL = "[event][total][unplaced]"
TARGET = " Its next unit must return {target} or more."
NO_TARGET = " Without a target it is only ranked against the others."

CASES = {
    "pause": "Paused: its rule stops it and frees {budget} {currency} a day. {rationale}"
    + SEEN
    + "[in_line_from]",
    "increase": "Raised by {percent} % to {recommended} {currency} a day[chance]."
    + SEEN
    + "[marginal][wish][limit][cut_below][estimated]",
    "decrease": "Cut by {percent} % to {recommended} {currency} a day[chance]."
    + SEEN
    + "[marginal][wish][limit][raised_above][estimated]",
    "back": "Back to {recommended} {currency} a day from {budget}: the event with budgets of its"
    " own is over, and steps start from the {before} before it." + SEEN + "[marginal]",
    "to_pin": "{direction} by {percent} % to {recommended} {currency} a day: its group {group} pins"
    " it at that, or as near as one step goes.",
    "idle": "Cut by {percent} % to {recommended} {currency} a day: when delivery held it back it"
    " spent {ceiling}, and what it cannot spend goes elsewhere."
    + SEEN
    + " It gets more again once it spends its budget.",
    "not_active": KEPT + "it is not active, so nothing of it is spent. Active, it takes part.",
    "lifetime_budget": KEPT
    + "this is its lifetime budget's share of a day, which Meta spreads itself. With a daily"
    " budget it takes part.",
    "budget_schedule": KEPT
    + "Meta raises it at times set in advance. Without a budget schedule it takes part.",
    "reserved": KEPT + "it buys reach in advance, at a price and for days that are agreed.",
    "no_budget": "Kept: its budget in {currency} stands in no file and no spend shows it. Once it"
    " is known, it takes part.",
    "tracking": KEPT
    + "since {since} Meta reports {usual} % of the purchases that clicks lead to expect. Review"
    " tracking: the pixel, the Conversions API, the consent banner. Until it is right again"
    " nothing moves, and these days count for nothing.",
    "outage": KEPT + "{event} is on, and what happens in it says nothing of the ads.",
    "pinned": KEPT + "its group {group} pins it.",
    "excluded": KEPT + "its group {group} is left out of all changes.",
    "group_floor": KEPT
    + "it is the least for its group {group}."
    + SEEN
    + "[marginal][raised_above]",
    "group_cap": KEPT + "it is the most for its group {group}." + SEEN + "[marginal][cut_below]",
    "goal_without_value": KEPT
    + "it buys {goal}, which have no revenue here, so ROAS says nothing of it. With a value of each"
    " in targets.value_per_result it takes part.",
    "bid": KEPT
    + "its bid, and not its budget, holds delivery back: it spent {ceiling}. Review the bid."
    + SEEN
    + "[marginal]",
    "no_evidence": KEPT
    + "there is not enough spend yet to project its ROAS. It takes part as soon as there is.",
    "learning": KEPT
    + "it is in learning, with {conversions} in 7 days, and left alone until it has"
    " {learning_conversions} or {learning_days} have passed since its start or last significant"
    " edit." + SEEN + "[otherwise]",
    "cooldown": KEPT
    + "its budget changed [changed] and rests for {cooldown}."
    + SEEN
    + "[otherwise]",
    "rule": KEPT + "its rule holds it. {rationale}" + SEEN + "[marginal][otherwise]",
    "no_raise": KEPT + "its rule allows no raise. {rationale}" + SEEN + "[marginal][cut_below]",
    "no_cut": KEPT + "its rule allows no cut. {rationale}" + SEEN + "[marginal][raised_above]",
    "own_return": KEPT
    + "its own returns ask for the opposite of what rule and modifiers do."
    + SEEN
    + "[marginal][wish]",
    "delivery": KEPT
    + "when delivery held it back it spent {ceiling}, so more would stay unspent."
    + SEEN
    + "[marginal][cut_below]",
    "minimum_budget": KEPT + "it is the smallest one allowed." + SEEN + "[marginal][raised_above]",
    "max_daily_budget": KEPT + "it is the largest one allowed." + SEEN + "[marginal][cut_below]",
    "max_share_of_account": KEPT
    + "no holder may have more of the account's total."
    + SEEN
    + "[marginal][cut_below]",
    "target": KEPT
    + "more of it would return less than its target."
    + SEEN
    + "[marginal][cut_below]",
    "largest_step": KEPT + "an allowed step is less than the currency's smallest unit." + SEEN,
    "min_change": KEPT
    + "it should change by less than {smallest} %, which is not worth an edit."
    + SEEN
    + "[marginal][wish][would_move]",
    "max_changes": KEPT
    + "other changes are worth more, and no more than {most_changes} are made at a time."
    + SEEN
    + "[marginal][otherwise]",
    "plan_not_better": KEPT
    + "within rules and limits no plan for this {whole} is expected to earn more than today's"
    " budgets." + SEEN + "[marginal]",
    "alone": KEPT
    + "no other budget of the {whole} can move, so its money has nowhere to go."
    + SEEN,
    "in_line": KEPT
    + "moving it would earn nothing to speak of."
    + SEEN
    + "[marginal][wish][would_move]",
}
TEMPLATES = {case: text + "[ranked]" if SEEN in text else text for case, text in CASES.items()}
"""By case: `action`, or for what does not move `binding_limit`."""

LIMITS = {
    "own_return": " A larger step would earn nothing by its own returns.",
    "largest_step": " {step} % is the largest step.",
    "delivery": " When delivery held it back it spent {ceiling}, so it gets no more than that.",
    "minimum_budget": " That is the smallest budget allowed.",
    "max_daily_budget": " That is the largest budget allowed.",
    "max_share_of_account": " That is the largest share of the account's total allowed.",
    "group_floor": " That is the least for its group {group}.",
    "group_cap": " That is the most for its group {group}.",
    "target": " More of it would return less than its target.",
    "rule": " The rule takes it as low as one step goes.",
}
"""By `binding_limit`: why what moves does not move further."""

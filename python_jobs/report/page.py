"""The report as one HTML file: answers and charts into templates."""

import datetime
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
import vl_convert
from altair.utils.schemapi import debug_mode
from markupsafe import Markup, escape

from python_jobs.report import budget_charts, charts
from python_jobs.report.reading import Answer, read
from python_jobs.report.vega import Row, Spec
from python_jobs.warehouse.whole_file import write_whole
from python_jobs.wording import chance, per_cent

TEMPLATES = Path(__file__).with_name("templates")
MINUS = "\u2212"
STEPS = {
    "meta": "Meta-attributed",
    "late_conversions": "Late purchases",
    "shopify": "Shopify last click",
    "incrementality": "Lift tests",
    "weight_of_evidence": "Weight of evidence",
    "marginal_return": "Next unit returns",
    "rule": "Rule",
    "gradient": "Gradient",
    "trend": "Trend",
    "health_score": "Health score",
    "budget_relative": "Relative to budget",
    "sample_size": "Sample size",
    "smoothing": "Smoothing",
    "allocation": "Allocation",
    "lower_limit": "Lower limit",
    "upper_limit": "Upper limit",
    "plan": "Plan",
    "rounding": "Rounding",
}
KINDS = {
    "audience_type": "Type of audience",
    "audience": "Audience",
    "age_gender": "Age and gender",
    "age": "Age",
    "gender": "Gender",
    "country": "Country",
    "region": "Region",
    "placement": "Placement",
    "device": "Device",
    "creative_type": "Creative",
}
MEASURES = {
    "purchases_per_click": "Purchases per click",
    "clicks_per_impression": "Clicks per impression",
}


def write_report(warehouse: Path, file: Path) -> None:
    """Write the report of a published warehouse; the file appears whole or not at all.

    Raises:
        ValueError: There is no such warehouse.

    """
    page = render(read(warehouse))
    write_whole(file, page)


def render(answers: dict[str, Answer]) -> str:
    """Put the whole page together."""
    steps = _steps(answers["budgets"], answers["trace"])
    accounts = [
        {**account, "index": index, "unit": account["currency"] or "account currency"}
        # `autopilot budgets` publishes budgets without daily tables
        for index, account in enumerate(answers["accounts"].rows or answers["mornings"].rows)
    ]
    with debug_mode(False):  # Altair would check each part against the whole schema, for seconds
        specs = budget_charts.budget_specs(
            *(answers[name] for name in ("history", "decided", "edits", "trace"))
        )
        for account in accounts:
            account["charts"] = _account_charts(answers, account["account_id"])
            specs |= {f"{name}-{account['index']}": s for name, s in account["charts"].items()}
    data = budget_charts.budget_data(
        answers["history"], answers["decided"], answers["edits"], steps
    )
    return (
        _templates()
        .get_template("page.html")
        .render(
            answers=answers,
            accounts=accounts,
            run=answers["run"].rows[0] if answers["run"].rows else None,
            evidence=_evidence(answers["trace"]),
            advice=_by(answers["advice"].rows, "campaign_id"),
            specs=specs,
            data=data,
            key_of=budget_charts.key_of,
            vega=_vega(),
        )
    )


@cache
def _templates() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(plain=plain, date=date)
    environment.globals.update(num=number, between=between, kinds=KINDS, measures=MEASURES)
    return environment


@cache
def _vega() -> Markup:
    """Bundle the JavaScript of charts; what it declares stays inside, away from the page."""
    bundle = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    return Markup("(()=>{" + bundle + "})()")  # noqa: S704 Vega's own


def _account_charts(answers: dict[str, Answer], account_id: str) -> dict[str, Spec]:
    """Charts of one account; those without any data are left out."""
    rows = {
        name: answer.of(account_id)
        for name, answer in answers.items()
        if "account_id" in answer.sources
    }
    made = {}
    if rows["pacing"] and rows["month_days"]:
        made["month"] = charts.month_spend(
            answers["month_days"], rows["month_days"], rows["pacing"][0], answers["pacing"]
        )
    if any(row["account_7d_revenue"] for row in rows["totals"]):
        made["totals"] = charts.totals_revenue(answers["totals"], rows["totals"])
        made["next-unit"] = charts.totals_marginal(answers["totals"], rows["totals"])
    if len(rows["account_weeks"]) > 1:
        made["weeks"] = charts.account_weeks(answers["account_weeks"], rows["account_weeks"])
    if any(row["roas"] is not None for row in rows["campaign_weeks"]):
        spend = {row["campaign_name"]: row["spend"] for row in rows["campaigns"]}
        made["campaigns"] = charts.campaign_weeks(
            answers["campaign_weeks"], rows["campaign_weeks"], spend
        )
    for name, draw, answer, needed in (
        ("marginal", charts.marginal_against_spend, "opportunities", "marginal_roas"),
        ("fatigue", charts.fatigue, "fatigue", "ctr_against_first_weeks"),
        ("complete", charts.completeness, "completeness", "purchases_matured"),
        ("replay", charts.replay, "replay", "account_gain"),
    ):
        drawn = [row for row in rows[answer] if row[needed] is not None]
        if answer == "opportunities":
            drawn = [row for row in drawn if row["entity_level"] == "adset"]
        if answer == "replay" and not any(row["account_gain_low"] or row[needed] for row in drawn):
            drawn = []  # without purchases every budget earned nothing
        if drawn:
            made[name] = draw(answers[answer], drawn)
    for kind, of_kind in _by(rows["segments"], "segment_kind").items():
        known = [row for row in of_kind if row["roas"] is not None]
        if known:
            made[f"segments-{kind}"] = charts.segments(answers["segments"], known)
    for measure, pairs in _by(rows["pairs"], "measure").items():
        if any(row["verdict"] != "never tried" for row in pairs):
            made[f"pairs-{measure}"] = charts.pairs(answers["pairs"], pairs)
    return made


def _steps(budgets: Answer, trace: Answer) -> dict[str, list[Row]]:
    """Rows of the waterfall by budget: today's, what each step did to it, the recommended one."""
    taken = defaultdict(list)
    for row in trace.rows:
        if row["step_kind"] == "budget" and row["after"] != row["before"]:
            taken[budget_charts.key_of(row)].append(row)
    waterfalls = {}
    for budget in budgets.rows:
        now, then = budget["current_budget"], budget["recommended_budget"]
        rows = [
            {"step": "Budget today", "before": now, "after": now, "is_end": True},
            *(
                {
                    "step": STEPS.get(row["step"], row["step"]),
                    "before": row["before"],
                    "after": row["after"],
                    "note": row["note"],
                    "is_end": False,
                }
                for row in taken[budget_charts.key_of(budget)]
            ),
            {"step": "Recommended", "before": then, "after": then, "is_end": True},
        ]
        most = 1.6 * max(float(now), float(then))
        ends = [min(float(row[end]), most) for row in rows for end in ("before", "after")]
        room = max(ends) + 0.45 * (max(ends) - min(ends))
        for order, row in enumerate(rows):
            drawn = ends[2 * order : 2 * order + 2]
            label = written(row["after"], "money") + (" →" if row["after"] > most else "")
            row |= {"order": order, "from": drawn[0], "to": drawn[1], "label": label}
            row["room"] = room
        waterfalls[budget_charts.key_of(budget)] = rows
    return waterfalls


def _evidence(trace: Answer) -> dict[str, list[Row]]:
    """How each budget's ROAS came about: the steps that changed it."""
    steps = defaultdict(list)
    for row in trace.rows:
        is_told = row["step"] == "meta" or row["after"] != row["before"]
        if row["step_kind"] == "evidence" and row["after"] is not None and is_told:
            steps[budget_charts.key_of(row)].append({**row, "label": STEPS[row["step"]]})
    return steps


def _by(rows: list[Row], column: str) -> dict[Any, list[Row]]:
    groups: dict[Any, list[Row]] = {}
    for row in rows:
        groups.setdefault(row[column], []).append(row)
    return groups


def number(answer: Answer, row: Row, column: str, kind: str = "money") -> Markup:
    """Write a number of an answer as an element that says of which published columns it is.

    Args:
        answer: The answer that the row is of.
        row: One of its rows.
        column: One of its columns.
        kind: How to write it, see `written`, or 'date'.

    """
    value = row[column]
    if value is None:
        return Markup('<span class="none">not known</span>')
    source = Markup('data-column="{}"').format(answer.sources[column])
    if column in answer.computed:
        source += Markup(' data-computed="{}.{}"').format(answer.name, column)
    if kind == "date":
        return Markup('<time datetime="{}" {}>{}</time>').format(value, source, date(value))
    return Markup('<data value="{}" {}>{}</data>').format(value, source, written(value, kind))


def between(answer: Answer, row: Row, column: str, kind: str = "money") -> Markup:
    """Write the interval of a number, `column`_low to _high; nothing where there is none."""
    low, high = f"{column}_low", f"{column}_high"
    if row[low] is None or row[high] is None:
        return Markup("")
    return Markup('<span class="between">{} to {}</span>').format(
        number(answer, row, low, kind), number(answer, row, high, kind)
    )


def written(value: Any, kind: str) -> str:
    """Write a number as people read it.

    Args:
        value: The number.
        kind: 'money' to the cent where there are cents, below 1,000; 'about', an estimate of money;
            'count'; 'ratio'; 'share', 0 to 1, in per cent; 'fine', the same with a decimal;
            'chance', the same of what is never certain; 'percent'. With '+' in front the sign is
            always written.

    """
    sign = "+" if kind.startswith("+") else ""
    match kind.removeprefix("+"):
        case "money":
            is_whole = abs(value) >= 1000 or value == round(value)
            text = f"{value:{sign},.{0 if is_whole else 2}f}"
        case "about":
            text = f"{value:{sign},.{0 if abs(value) >= 10 or value == 0 else 2}f}"
        case "count":
            text = f"{value:{sign},.0f}"
        case "ratio":
            text = f"{value:{sign},.2f}"
        case "chance":
            text = chance(value)
        case "share":
            text = per_cent(value, signed=bool(sign))
        case "fine":
            text = per_cent(value, 1, signed=bool(sign))
        case "percent":
            text = f"{value:{sign}.0f} %"
        case _:
            raise ValueError(f"{kind} is no way to write a number.")
    return text.replace("-", MINUS)


def plain(text: str | None) -> Markup:
    """Write a name such as `largest_step` in words."""
    return escape((text or "").replace("_", " "))


def date(day: datetime.date) -> str:
    """Write a day in words: 1 June 2026."""
    return f"{day.day} {day:%B %Y}"

"""Charts of the report as Vega-Lite specifications.

Colours are names such as `$up`; the page puts those of its style sheet in, for light and for dark.
Each specification says in `usermeta.columns` which columns of published tables it draws.
"""

import calendar
import datetime
from collections import defaultdict
from decimal import Decimal
from typing import Any

import altair as alt

from python_jobs.report.reading import Answer

Spec = dict[str, Any]
Row = dict[str, Any]

CAMPAIGNS_DRAWN = 6
SERIES = [f"$series{number}" for number in range(1, CAMPAIGNS_DRAWN + 1)]
DAYS = {"format": "%-d %b", "title": None, "grid": False, "tickCount": 6, "labelOverlap": True}
COUNTED = {"grid": False, "format": ",.0f", "tickCount": 6}
DIAMOND = {"shape": "diamond", "filled": True, "size": 110, "opacity": 1}
HOLDER = "holder"  # name of the data that the page fills in for an opened budget


def chart_value(value: Any) -> Any:
    """Return the value as JSON holds it; six digits are more than a chart can show."""
    if isinstance(value, datetime.date):
        return f"{value:%Y/%m/%d}"  # browsers take this for the reader's own midnight
    if isinstance(value, float | Decimal):
        return float(f"{value:.6g}")
    return value


def _data(rows: list[Row], columns: list[str]) -> alt.InlineData:
    return alt.Data(values=[{name: chart_value(row[name]) for name in columns} for row in rows])


def _spec(
    chart: alt.Chart | alt.LayerChart, answers: list[tuple[Answer, list[str]]], height: Any
) -> Spec:
    sources = [answer.sources[name] for answer, names in answers for name in names]
    columns = sorted({column for source in sources for column in source.split()})
    drawn = chart.properties(
        width="container",
        height=height,
        autosize=alt.AutoSizeParams(type="fit-x", contains="padding"),
        usermeta={"columns": columns},
    )
    spec: Spec = drawn.to_dict(validate=False)  # a test does
    # the page has its own configuration, by colour scheme, and no use for an address
    del spec["config"], spec["$schema"]
    return spec


def _day(field: str) -> alt.X:
    return alt.X(f"{field}:T", axis=alt.Axis(**DAYS))


def _week(field: str, rows: list[Row]) -> alt.X:
    """Days a week apart, with ticks on them: left to itself an axis has ticks on Sundays."""
    days = sorted({row[field] for row in rows})
    ticks = [alt.DateTime(year=day.year, month=day.month, date=day.day) for day in days]
    return alt.X(f"{field}:T", axis=alt.Axis(**DAYS | {"tickCount": alt.Undefined}, values=ticks))


def _tooltip(**titles: str) -> list[alt.Tooltip]:
    """Tooltips by field; each value is a title, after a bar its d3 format."""
    tooltips = []
    for field, text in titles.items():
        title, _, form = text.partition("|")
        if form == "day":
            tooltips.append(alt.Tooltip(f"{field}:T", title=title, format="%a %-d %b %Y"))
        elif form:
            tooltips.append(alt.Tooltip(f"{field}:Q", title=title, format=form))
        else:
            tooltips.append(alt.Tooltip(f"{field}:N", title=title))
    return tooltips


def _interval(column: str) -> list[str]:
    return [column, f"{column}_low", f"{column}_high"]


def _told(column: str, title: str, form: str) -> dict[str, str]:
    """Titles for `_tooltip` of a number and the ends of its interval."""
    return dict(
        zip(_interval(column), (f"{title}|{form}", f"from|{form}", f"to|{form}"), strict=True)
    )


def _zero() -> alt.Chart:
    return alt.Chart(alt.Data(values=[{"zero": 0}])).mark_rule(color="$ink").encode(y="zero:Q")


def _at_totals(
    answer: Answer, rows: list[Row], y: alt.Y, told: dict[str, str], colour: str
) -> Spec:
    """Draw a number, the first one that is `told`, at each total an account might have."""
    number, low, high = told
    columns = ["account_budget", "total_share", number, low, high]
    base = alt.Chart(_data(rows, columns)).encode(
        x=alt.X(
            "account_budget:Q",
            title="Account total, per day",
            scale=alt.Scale(zero=False),
            axis=alt.Axis(**COUNTED),
        ),
        tooltip=_tooltip(
            account_budget="Total per day|,.0f", total_share="Against today|.0%", **told
        ),
    )
    band = base.mark_area(opacity=0.18, color=colour).encode(
        y=alt.Y(f"{low}:Q", title=None), y2=f"{high}:Q"
    )
    line = base.mark_line(color=colour, strokeWidth=2.5, point={"color": colour}).encode(y=y)
    today = (
        base.transform_filter("abs(datum.total_share - 1) < 0.01")
        .mark_point(color="$ink", size=130, strokeWidth=2)
        .encode(y=y)
    )
    return _spec(band + line + today, [(answer, columns)], 300)


def month_spend(answer: Answer, rows: list[Row], pacing: Row, pacing_answer: Answer) -> Spec:
    """Draw spend added up over the month, its projection, its budget, and months before it."""
    y = alt.Y("spend_to_date:Q", title=None, axis=alt.Axis(format="~s"))
    x = alt.X(
        "day:Q",
        title="Day of the month",
        scale=alt.Scale(domain=[0, 31]),
        axis=alt.Axis(grid=False, tickMinStep=1),
    )
    tooltip = _tooltip(month="Month", day="Day|d", spend_to_date="Spend so far|,.0f")
    months: dict[bool, list[Row]] = {False: [], True: []}
    for row in rows:
        months[row["month"].date() == pacing["month"]].append(
            {
                "day": row["date_day"].day,
                "month": row["month"].strftime("%B %Y"),
                "spend_to_date": chart_value(row["spend_to_date"]),
            }
        )
    days_in_month = calendar.monthrange(pacing["month"].year, pacing["month"].month)[1]
    end, end_low, end_high = _interval("projected_month_end_spend")
    today = {"day": pacing["decision_date"].day - 1}
    layers = []
    if pacing[end_low] is not None:
        spent = chart_value(pacing["spent_so_far"])
        values = [
            {**today, "low": spent, "high": spent},
            {
                "day": days_in_month,
                "low": chart_value(pacing[end_low]),
                "high": chart_value(pacing[end_high]),
            },
        ]
        band = alt.Chart(alt.Data(values=values)).mark_area(opacity=0.18, color="$accent")
        layers.append(
            band.encode(
                x=x,
                y=alt.Y("low:Q", title=None),
                y2="high:Q",
                tooltip=_tooltip(low="Month's end, from|,.0f", high="to|,.0f"),
            )
        )
    if months[False]:
        colour = alt.Color("month:N", title=None, scale=alt.Scale(range=["$series5", "$muted"]))
        past = alt.Chart(alt.Data(values=months[False])).mark_line(strokeWidth=1.5)
        layers.append(past.encode(x=x, y=y, color=colour, tooltip=tooltip))
    if months[True]:
        now = alt.Chart(alt.Data(values=months[True])).mark_line(
            strokeWidth=3, color="$accent", point={"color": "$accent", "size": 30}
        )
        layers.append(now.encode(x=x, y=y, tooltip=tooltip))
    values = [
        {**today, "spend_to_date": chart_value(pacing["spent_so_far"])},
        {"day": days_in_month, "spend_to_date": chart_value(pacing[end])},
    ]
    projected = alt.Chart(alt.Data(values=values)).mark_line(
        strokeDash=[6, 4], strokeWidth=2, color="$accent"
    )
    layers.append(
        projected.encode(
            x=x, y=y, tooltip=_tooltip(day="Day|d", spend_to_date="If budgets are spent|,.0f")
        )
    )
    if pacing["monthly_budget"] is not None:
        layers.append(
            alt.Chart(alt.Data(values=[{"budget": chart_value(pacing["monthly_budget"])}]))
            .mark_rule(color="$down", strokeWidth=1.5)
            .encode(y="budget:Q", tooltip=_tooltip(budget="Monthly budget|,.0f"))
        )
    return _spec(
        alt.layer(*layers).resolve_scale(color="independent"),
        [
            (answer, ["month", "date_day", "spend_to_date"]),
            (pacing_answer, ["spent_so_far", end, end_low, end_high, "monthly_budget"]),
        ],
        280,
    )


def totals_revenue(answer: Answer, rows: list[Row]) -> Spec:
    """Draw what other totals would bring in a week, with the interval."""
    y = alt.Y(
        "account_7d_revenue:Q", title=None, scale=alt.Scale(zero=False), axis=alt.Axis(format="~s")
    )
    told = _told("account_7d_revenue", "Revenue, 7 days", ",.0f")
    return _at_totals(answer, rows, y, told, colour="$accent")


def totals_marginal(answer: Answer, rows: list[Row]) -> Spec:
    """Draw what the account's next unit of money returns at other totals, with the interval."""
    known = [row for row in rows if row["account_marginal_roas"] is not None]
    y = alt.Y("account_marginal_roas:Q", title=None)
    told = _told("account_marginal_roas", "Next unit returns", ".2f")
    return _at_totals(answer, known, y, told, colour="$up")


def account_weeks(answer: Answer, rows: list[Row]) -> Spec:
    """Draw spend, Meta-attributed and Shopify revenue of each week."""
    series = {
        "spend": "Spend",
        "purchase_value": "Meta-attributed revenue",
        "shopify_revenue": "Shopify revenue",
    }
    drawn = {
        name: label for name, label in series.items() if any(row[name] is not None for row in rows)
    }
    values = [
        {"last_day": chart_value(row["last_day"]), "series": label, "money": chart_value(row[name])}
        for row in rows
        for name, label in drawn.items()
        if row[name] is not None
    ]
    colours = {"spend": "$muted", "purchase_value": "$accent", "shopify_revenue": "$series2"}
    chart = (
        alt.Chart(alt.Data(values=values))
        .mark_line(strokeWidth=2.5, point={"size": 24})
        .encode(
            x=_week("last_day", rows),
            y=alt.Y("money:Q", title=None, axis=alt.Axis(format="~s")),
            color=alt.Color(
                "series:N",
                title=None,
                scale=alt.Scale(domain=list(drawn.values()), range=[colours[n] for n in drawn]),
            ),
            tooltip=_tooltip(last_day="Week to|day", series="", money="Money|,.0f"),
        )
    )
    return _spec(chart, [(answer, ["last_day", *drawn])], 310)


def campaign_weeks(answer: Answer, rows: list[Row], spend: dict[str, Any]) -> Spec:
    """Draw weekly Meta-attributed ROAS of the campaigns that spend most."""
    largest = sorted(spend, key=lambda name: -spend[name])[:CAMPAIGNS_DRAWN]
    columns = ["last_day", "campaign_name", "roas", "spend"]
    drawn = [row for row in rows if row["campaign_name"] in largest and row["roas"] is not None]
    chart = (
        alt.Chart(_data(drawn, columns))
        .mark_line(strokeWidth=2, point={"size": 20})
        .encode(
            x=_week("last_day", drawn),
            y=alt.Y("roas:Q", title=None),
            color=alt.Color(
                "campaign_name:N",
                title=None,
                scale=alt.Scale(domain=largest, range=SERIES),
                legend=alt.Legend(columns=1, orient="bottom", labelLimit=320),
            ),
            tooltip=_tooltip(
                campaign_name="Campaign",
                last_day="Week to|day",
                roas="ROAS|.2f",
                spend="Spend|,.0f",
            ),
        )
    )
    return _spec(chart, [(answer, columns)], 240)


def marginal_against_spend(answer: Answer, rows: list[Row]) -> Spec:
    """Draw what the next unit of money returns in each ad set, against what it spends."""
    columns = ["entity_name", "current_spend", "roas", "clearing_marginal_roas"]
    columns += _interval("marginal_roas")
    base = alt.Chart(_data(rows, columns)).transform_calculate(
        place="datum.marginal_roas_low > datum.clearing_marginal_roas ? 'returns surely more'"
        ": datum.marginal_roas_high < datum.clearing_marginal_roas ? 'returns surely less'"
        ": 'about the same'"
    )
    x = alt.X(
        "current_spend:Q",
        title="Spend per day",
        scale=alt.Scale(type="sqrt", nice=False),
        axis=alt.Axis(**COUNTED),
    )
    colour = alt.Color(
        "place:N",
        title="Against the account's next unit",
        scale=alt.Scale(
            domain=["returns surely more", "about the same", "returns surely less"],
            range=["$up", "$muted", "$down"],
        ),
    )
    tooltip = _tooltip(
        entity_name="Ad set",
        current_spend="Spend per day|,.2f",
        **_told("marginal_roas", "Next unit returns", ".2f"),
        roas="ROAS on average|.2f",
    )
    lines = base.mark_rule(opacity=0.6).encode(
        x=x, y=alt.Y("marginal_roas_low:Q", title=None), y2="marginal_roas_high:Q", color=colour
    )
    points = base.mark_circle(size=90, opacity=1).encode(
        x=x, y=alt.Y("marginal_roas:Q", title=None), color=colour, tooltip=tooltip
    )
    clearing = base.mark_rule(strokeDash=[5, 4], color="$ink", strokeWidth=1.2).encode(
        y="mean(clearing_marginal_roas):Q"
    )
    return _spec(clearing + lines + points, [(answer, columns)], 300)


def fatigue(answer: Answer, rows: list[Row]) -> Spec:
    """Draw how often people see each ad set, against how its click rate held up."""
    columns = ["adset_name", "frequency_7d_low", "frequency_7d_high", "ctr_against_first_weeks"]
    columns += ["spend_7d"]
    base = alt.Chart(_data(rows, columns))
    tooltip = _tooltip(
        adset_name="Ad set",
        ctr_against_first_weeks="Click rate against first weeks|+.0%",
        frequency_7d_low="Seen in 7 days, at least|.1f",
        frequency_7d_high="at most|.1f",
        spend_7d="Spend, 7 days|,.0f",
    )
    y = alt.Y("ctr_against_first_weeks:Q", title=None, axis=alt.Axis(format="+.0%"))
    colour = alt.condition(
        "datum.ctr_against_first_weeks < -0.3", alt.value("$down"), alt.value("$accent")
    )
    points = base.mark_circle(opacity=0.85).encode(
        x=alt.X(
            "frequency_7d_low:Q",
            title="Times seen per person in 7 days, at least",
            scale=alt.Scale(zero=False),
            axis=alt.Axis(grid=False, tickCount=6),
        ),
        y=y,
        color=colour,
        tooltip=tooltip,
        size=alt.Size(
            "spend_7d:Q", title="Spend, 7 days", legend=None, scale=alt.Scale(range=[40, 500])
        ),
    )
    return _spec(_zero() + points, [(answer, columns)], 280)


def segments(answer: Answer, rows: list[Row]) -> Spec:
    """Draw ROAS of the segments of one kind, with intervals, most spend first."""
    columns = ["segment", *_interval("roas"), "spend", "spend_share"]
    base = alt.Chart(_data(rows, columns)).encode(
        y=alt.Y(
            "segment:N",
            title=None,
            sort=[row["segment"] for row in rows],
            axis=alt.Axis(labelLimit=190, grid=False, domain=False, ticks=False),
        ),
        tooltip=_tooltip(
            segment="Segment",
            **_told("roas", "ROAS", ".2f"),
            spend="Spend|,.0f",
            spend_share="Share of spend|.0%",
        ),
    )
    lines = base.mark_rule(strokeWidth=3, opacity=0.45, color="$accent").encode(
        x=alt.X("roas_low:Q", title=None, scale=alt.Scale(zero=True)), x2="roas_high:Q"
    )
    points = base.mark_circle(opacity=1, color="$accent").encode(
        x=alt.X("roas:Q", title=None),
        size=alt.Size("spend_share:Q", legend=None, scale=alt.Scale(range=[40, 380])),
    )
    return _spec(lines + points, [(answer, columns)], 26 * len(rows))


def pairs(answer: Answer, rows: list[Row]) -> Spec:
    """Draw as a heat map how creatives do with audiences, against what both lead to expect."""
    columns = ["creative_type", "audience_type", *_interval("effect"), "purchases", "verdict"]
    base = alt.Chart(_data(rows, columns)).encode(
        x=alt.X(
            "audience_type:N",
            title=None,
            axis=alt.Axis(
                orient="top",
                labelAngle=alt.expr("width < 420 ? -40 : 0"),
                labelAlign=alt.expr("width < 420 ? 'left' : 'center'"),
                domain=False,
                ticks=False,
            ),
        ),
        y=alt.Y("creative_type:N", title=None, axis=alt.Axis(domain=False, ticks=False)),
        tooltip=_tooltip(
            creative_type="Creative",
            audience_type="Audience",
            **_told("effect", "Against expected", ".2f"),
            purchases="Purchases|,.0f",
            verdict="Verdict",
        ),
    )
    tried = base.transform_filter("datum.verdict != 'never tried'")
    cells = tried.mark_rect(cornerRadius=3).encode(
        color=alt.Color(
            "effect:Q",
            title="1 = as expected",
            scale=alt.Scale(
                type="log",
                domain=[0.7, 1, 1.43],
                range=["$down-soft", "$plain", "$up-soft"],
                clamp=True,
                interpolate="rgb",
            ),
            legend=None,
        )
    )
    numbers = tried.mark_text(color="$ink", fontSize=12).encode(
        text=alt.Text("effect:Q", format=".2f")
    )
    untried = base.transform_filter("datum.verdict == 'never tried'").mark_text(
        color="$muted", fontSize=11, text="-"
    )
    return _spec(
        cells + numbers + untried,
        [(answer, columns)],
        38 * len({row["creative_type"] for row in rows}),
    )


def completeness(answer: Answer, rows: list[Row]) -> Spec:
    """Draw purchases of the last days that the files hold, and those still to come."""
    values = []
    for row in rows:
        if row["purchases"] is None or row["purchases_matured"] is None:
            continue
        to_come = max(row["purchases_matured"] - row["purchases"], 0)
        for part, purchases in (("in the files", row["purchases"]), ("still to come", to_come)):
            values.append(
                {
                    "date_day": chart_value(row["date_day"]),
                    "part": part,
                    "order": int(part == "still to come"),
                    "purchases": chart_value(purchases),
                    "share": chart_value(row["share_visible"]),
                }
            )
    chart = (
        alt.Chart(alt.Data(values=values))
        .mark_bar()
        .encode(
            x=alt.X(
                "date_day:O",
                timeUnit="yearmonthdate",
                title=None,
                axis=alt.Axis(format="%-d %b", labelAngle=0, labelOverlap=True, grid=False),
            ),
            y=alt.Y("purchases:Q", title=None),
            color=alt.Color(
                "part:N",
                title=None,
                scale=alt.Scale(
                    domain=["in the files", "still to come"], range=["$accent", "$faint"]
                ),
            ),
            order=alt.Order("order:Q"),
            tooltip=_tooltip(
                date_day="Day|day", part="", purchases="Purchases|,.1f", share="Share seen|.0%"
            ),
        )
    )
    columns = ["date_day", "purchases", "purchases_matured", "share_visible"]
    return _spec(chart, [(answer, columns)], 220)


def replay(answer: Answer, rows: list[Row]) -> Spec:
    """Draw the gain of each past morning with its interval, and that of random moves."""
    columns = ["decision_date", *_interval("account_gain"), "placebo_gain"]
    base = alt.Chart(_data(rows, columns)).encode(
        x=_week("decision_date", rows),
        tooltip=_tooltip(
            decision_date="Morning|day",
            **_told("account_gain", "Gain, 7 days", "+,.0f"),
            placebo_gain="Random moves|+,.0f",
        ),
    )
    lines = base.mark_rule(strokeWidth=5, opacity=0.35, color="$accent").encode(
        y=alt.Y("account_gain_low:Q", title=None, axis=alt.Axis(format="+,.0f")),
        y2="account_gain_high:Q",
    )
    points = base.mark_circle(size=110, opacity=1, color="$accent").encode(y="account_gain:Q")
    placebo = base.mark_point(shape="cross", size=60, color="$muted", filled=True).encode(
        y="placebo_gain:Q"
    )
    return _spec(_zero() + lines + points + placebo, [(answer, columns)], 300)


def holder_specs(history: Answer, decided: Answer, edits: Answer, trace: Answer) -> dict[str, Spec]:
    """Make the charts of one budget; the page fills in the data that `holder_data` has of it."""
    data = alt.NamedData(name=HOLDER)
    base = alt.Chart(data)
    budget_y = alt.Y("spend:Q", title=None)
    spend = alt.layer(
        base.transform_filter("isValid(datum.spend)")
        .mark_bar(color="$faint", size=4)
        .encode(
            x=_day("day"),
            y=budget_y,
            tooltip=_tooltip(day="Day|day", spend="Spend|,.2f", budget="Budget|,.2f"),
        ),
        base.transform_filter("isValid(datum.budget)")
        .mark_line(interpolate="step-after", color="$ink", strokeWidth=1.5)
        .encode(x=_day("day"), y="budget:Q"),
        base.transform_filter("isValid(datum.edited_to)")
        .mark_rule(color="$muted", strokeDash=[3, 3])
        .encode(
            x=_day("day"),
            tooltip=_tooltip(day="Budget edited|day", edited_from="from|,.2f", edited_to="to|,.2f"),
        ),
        base.transform_filter("isValid(datum.recommended)")
        .mark_point(color="$accent", **DIAMOND)
        .encode(
            x=_day("day"),
            y="recommended:Q",
            tooltip=_tooltip(day="Decided|day", recommended="Recommended|,.2f"),
        ),
    )
    roas = alt.layer(
        base.transform_filter("isValid(datum.roas)")
        .mark_line(color="$muted", strokeWidth=2)
        .encode(
            x=_day("day"),
            y=alt.Y("roas:Q", title=None),
            tooltip=_tooltip(day="Week to|day", roas="ROAS|.2f"),
        ),
        base.transform_filter("isValid(datum.projected_low)")
        .mark_rule(color="$accent", strokeWidth=5, opacity=0.35)
        .encode(x=_day("day"), y="projected_low:Q", y2="projected_high:Q"),
        base.transform_filter("isValid(datum.projected)")
        .mark_point(color="$accent", **DIAMOND)
        .encode(
            x=_day("day"),
            y="projected:Q",
            tooltip=_tooltip(day="Decided|day", **_told("projected", "Projected ROAS", ".2f")),
        ),
    )
    steps = base.encode(
        y=alt.Y(
            "step:N",
            sort={"field": "order"},
            title=None,
            axis=alt.Axis(domain=False, ticks=False, grid=False, labelLimit=180),
        ),
        tooltip=_tooltip(step="", before="before|,.2f", after="after|,.2f", note=""),
    )
    step_x = alt.X(
        "from:Q",
        title=None,
        axis=alt.Axis(tickCount=5),
        scale=alt.Scale(zero=False, nice=False, padding=8),
    )
    waterfall = alt.layer(
        steps.mark_bar(height={"band": 0.62}).encode(
            x=step_x,
            x2="to:Q",
            color=alt.condition("datum.after < datum.before", alt.value("$down"), alt.value("$up")),
        ),
        steps.transform_filter("datum.is_end").mark_point(color="$ink", **DIAMOND).encode(x="to:Q"),
        # keeps room to the right of the bars for their labels
        steps.mark_point(opacity=0).encode(x="room:Q"),
        steps.transform_calculate(place="max(datum.from, datum.to)")
        .mark_text(align="left", dx=8, color="$ink", fontSize=11)
        .encode(x="place:Q", text="label:N"),
    )
    return {
        "holder-spend": _spec(
            spend,
            [
                (history, ["date_day", "spend_1d", "daily_budget"]),
                (decided, ["decision_date", "recommended_budget"]),
                (edits, ["changed_on", "old_budget", "new_budget"]),
            ],
            130,
        ),
        "holder-roas": _spec(
            roas,
            [
                (history, ["date_day", "roas_matured_7d"]),
                (decided, ["projected_roas", "projected_roas_low", "projected_roas_high"]),
            ],
            130,
        ),
        "holder-trace": _spec(waterfall, [(trace, ["step", "before", "after"])], {"step": 26}),
    }


def holder_data(
    history: Answer, decided: Answer, edits: Answer, steps: dict[str, list[Row]]
) -> dict[str, dict[str, list[Row]]]:
    """Collect rows for `holder_specs` by budget ('level:id') and chart."""
    days: dict[str, list[Row]] = defaultdict(list)
    roas: dict[str, list[Row]] = defaultdict(list)
    first = min((row["date_day"] for row in history.rows), default=datetime.date.min)
    for row in history.rows:
        days[key_of(row)].append(
            _compact(day=row["date_day"], spend=row["spend_1d"], budget=row["daily_budget"])
        )
        roas[key_of(row)].append(_compact(day=row["date_day"], roas=row["roas_matured_7d"]))
    for row in edits.rows:
        if row["changed_on"] >= first:
            days[key_of(row)].append(
                _compact(
                    day=row["changed_on"],
                    edited_from=row["old_budget"],
                    edited_to=row["new_budget"],
                )
            )
    for row in decided.rows:
        day = row["decision_date"]
        if day < first:
            continue
        days[key_of(row)].append(_compact(day=day, recommended=row["recommended_budget"]))
        roas[key_of(row)].append(
            _compact(
                day=day,
                projected=row["projected_roas"],
                projected_low=row["projected_roas_low"],
                projected_high=row["projected_roas_high"],
            )
        )
    return {
        key: {
            "holder-spend": days[key],
            "holder-roas": roas[key],
            "holder-trace": [_compact(**row) for row in rows],
        }
        for key, rows in steps.items()
    }


def key_of(row: Row) -> str:
    """Name a budget on the page."""
    return f"{row['budget_level']}:{row['budget_entity_id']}"


def _compact(**values: Any) -> Row:
    return {name: chart_value(value) for name, value in values.items() if value is not None}

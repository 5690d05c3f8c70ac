"""Charts of an account, as Vega-Lite specifications."""

import calendar
from typing import Any

import altair as alt

from python_jobs.report.reading import Answer
from python_jobs.report.vega import (
    Row,
    Spec,
    chart_value,
    data_of,
    interval_columns,
    interval_titles,
    spec_of,
    tooltip_of,
    week_axis,
    zero_line,
)

CAMPAIGNS_DRAWN = 6
SERIES = [f"$series{number}" for number in range(1, CAMPAIGNS_DRAWN + 1)]
COUNTED = {"grid": False, "format": ",.0f", "tickCount": 6}


def _at_totals(
    answer: Answer, rows: list[Row], y: alt.Y, told: dict[str, str], colour: str
) -> Spec:
    """Draw a number, the first one that is `told`, at each total an account might have."""
    number, low, high = told
    columns = ["account_budget", "total_share", number, low, high]
    base = alt.Chart(data_of(rows, columns)).encode(
        x=alt.X(
            "account_budget:Q",
            title="Account total, per day",
            scale=alt.Scale(zero=False),
            axis=alt.Axis(**COUNTED),
        ),
        tooltip=tooltip_of(
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
    return spec_of(band + line + today, [(answer, columns)], 300)


def month_spend(answer: Answer, rows: list[Row], pacing: Row, pacing_answer: Answer) -> Spec:
    """Draw spend added up over the month, its projection, its budget, and months before it."""
    y = alt.Y("spend_to_date:Q", title=None, axis=alt.Axis(format="~s"))
    x = alt.X(
        "day:Q",
        title="Day of the month",
        scale=alt.Scale(domain=[0, 31]),
        axis=alt.Axis(grid=False, tickMinStep=1),
    )
    tooltip = tooltip_of(month="Month", day="Day|d", spend_to_date="Spend so far|,.0f")
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
    end, end_low, end_high = interval_columns("projected_month_end_spend")
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
                tooltip=tooltip_of(low="Month's end, from|,.0f", high="to|,.0f"),
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
            x=x, y=y, tooltip=tooltip_of(day="Day|d", spend_to_date="If budgets are spent|,.0f")
        )
    )
    if pacing["monthly_budget"] is not None:
        layers.append(
            alt.Chart(alt.Data(values=[{"budget": chart_value(pacing["monthly_budget"])}]))
            .mark_rule(color="$down", strokeWidth=1.5)
            .encode(y="budget:Q", tooltip=tooltip_of(budget="Monthly budget|,.0f"))
        )
    return spec_of(
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
    told = interval_titles("account_7d_revenue", "Revenue, 7 days", ",.0f")
    return _at_totals(answer, rows, y, told, colour="$accent")


def totals_marginal(answer: Answer, rows: list[Row]) -> Spec:
    """Draw what the account's next unit of money returns at other totals, with the interval."""
    known = [row for row in rows if row["account_marginal_roas"] is not None]
    y = alt.Y("account_marginal_roas:Q", title=None)
    told = interval_titles("account_marginal_roas", "Next unit returns", ".2f")
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
            x=week_axis("last_day", rows),
            y=alt.Y("money:Q", title=None, axis=alt.Axis(format="~s")),
            color=alt.Color(
                "series:N",
                title=None,
                scale=alt.Scale(domain=list(drawn.values()), range=[colours[n] for n in drawn]),
            ),
            tooltip=tooltip_of(last_day="Week to|day", series="", money="Money|,.0f"),
        )
    )
    return spec_of(chart, [(answer, ["last_day", *drawn])], 310)


def campaign_weeks(answer: Answer, rows: list[Row], spend: dict[str, Any]) -> Spec:
    """Draw weekly Meta-attributed ROAS of the campaigns that spend most."""
    largest = sorted(spend, key=lambda name: -spend[name])[:CAMPAIGNS_DRAWN]
    columns = ["last_day", "campaign_name", "roas", "spend"]
    drawn = [row for row in rows if row["campaign_name"] in largest and row["roas"] is not None]
    chart = (
        alt.Chart(data_of(drawn, columns))
        .mark_line(strokeWidth=2, point={"size": 20})
        .encode(
            x=week_axis("last_day", drawn),
            y=alt.Y("roas:Q", title=None),
            color=alt.Color(
                "campaign_name:N",
                title=None,
                scale=alt.Scale(domain=largest, range=SERIES),
                legend=alt.Legend(columns=1, orient="bottom", labelLimit=320),
            ),
            tooltip=tooltip_of(
                campaign_name="Campaign",
                last_day="Week to|day",
                roas="ROAS|.2f",
                spend="Spend|,.0f",
            ),
        )
    )
    return spec_of(chart, [(answer, columns)], 240)


def marginal_against_spend(answer: Answer, rows: list[Row]) -> Spec:
    """Draw what the next unit of money returns in each ad set, against what it spends."""
    columns = ["entity_name", "current_spend", "roas", "clearing_marginal_roas"]
    columns += interval_columns("marginal_roas")
    base = alt.Chart(data_of(rows, columns)).transform_calculate(
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
    tooltip = tooltip_of(
        entity_name="Ad set",
        current_spend="Spend per day|,.2f",
        **interval_titles("marginal_roas", "Next unit returns", ".2f"),
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
    return spec_of(clearing + lines + points, [(answer, columns)], 300)


def fatigue(answer: Answer, rows: list[Row]) -> Spec:
    """Draw how often people see each ad set, against how its click rate held up."""
    columns = ["adset_name", "frequency_7d_low", "frequency_7d_high", "ctr_against_first_weeks"]
    columns += ["spend_7d"]
    base = alt.Chart(data_of(rows, columns))
    tooltip = tooltip_of(
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
    return spec_of(zero_line() + points, [(answer, columns)], 280)


def segments(answer: Answer, rows: list[Row]) -> Spec:
    """Draw ROAS of the segments of one kind, with intervals, most spend first."""
    columns = ["segment", *interval_columns("roas"), "spend", "spend_share"]
    base = alt.Chart(data_of(rows, columns)).encode(
        y=alt.Y(
            "segment:N",
            title=None,
            sort=[row["segment"] for row in rows],
            axis=alt.Axis(labelLimit=190, grid=False, domain=False, ticks=False),
        ),
        tooltip=tooltip_of(
            segment="Segment",
            **interval_titles("roas", "ROAS", ".2f"),
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
    return spec_of(lines + points, [(answer, columns)], 26 * len(rows))


def pairs(answer: Answer, rows: list[Row]) -> Spec:
    """Draw as a heat map how creatives do with audiences, against what both lead to expect."""
    columns = [
        "creative_type",
        "audience_type",
        *interval_columns("effect"),
        "purchases",
        "verdict",
    ]
    base = alt.Chart(data_of(rows, columns)).encode(
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
        tooltip=tooltip_of(
            creative_type="Creative",
            audience_type="Audience",
            **interval_titles("effect", "Against expected", ".2f"),
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
    return spec_of(
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
            tooltip=tooltip_of(
                date_day="Day|day", part="", purchases="Purchases|,.1f", share="Share seen|.0%"
            ),
        )
    )
    columns = ["date_day", "purchases", "purchases_matured", "share_visible"]
    return spec_of(chart, [(answer, columns)], 220)


def replay(answer: Answer, rows: list[Row]) -> Spec:
    """Draw the gain of each past morning with its interval, and that of random moves."""
    columns = ["decision_date", *interval_columns("account_gain"), "placebo_gain"]
    base = alt.Chart(data_of(rows, columns)).encode(
        x=week_axis("decision_date", rows),
        tooltip=tooltip_of(
            decision_date="Morning|day",
            **interval_titles("account_gain", "Gain, 7 days", "+,.0f"),
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
    return spec_of(zero_line() + lines + points + placebo, [(answer, columns)], 300)

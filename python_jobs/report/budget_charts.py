"""Charts of one budget, drawn when it is opened, and what the page fills in for each."""

import datetime
from collections import defaultdict
from typing import Any

import altair as alt

from python_jobs.report.reading import Answer
from python_jobs.report.vega import (
    Row,
    Spec,
    chart_value,
    day_axis,
    interval_titles,
    spec_of,
    tooltip_of,
)

DIAMOND = {"shape": "diamond", "filled": True, "size": 110, "opacity": 1}
HOLDER = "holder"  # name of the data that the page fills in for an opened budget


def budget_specs(history: Answer, decided: Answer, edits: Answer, trace: Answer) -> dict[str, Spec]:
    """Make the charts of one budget; the page fills in the data that `budget_data` has of it."""
    data = alt.NamedData(name=HOLDER)
    base = alt.Chart(data)
    budget_y = alt.Y("spend:Q", title=None)
    spend = alt.layer(
        base.transform_filter("isValid(datum.spend)")
        .mark_bar(color="$faint", size=4)
        .encode(
            x=day_axis("day"),
            y=budget_y,
            tooltip=tooltip_of(day="Day|day", spend="Spend|,.2f", budget="Budget|,.2f"),
        ),
        base.transform_filter("isValid(datum.budget)")
        .mark_line(interpolate="step-after", color="$ink", strokeWidth=1.5)
        .encode(x=day_axis("day"), y="budget:Q"),
        base.transform_filter("isValid(datum.edited_to)")
        .mark_rule(color="$muted", strokeDash=[3, 3])
        .encode(
            x=day_axis("day"),
            tooltip=tooltip_of(
                day="Budget edited|day", edited_from="from|,.2f", edited_to="to|,.2f"
            ),
        ),
        base.transform_filter("isValid(datum.recommended)")
        .mark_point(color="$accent", **DIAMOND)
        .encode(
            x=day_axis("day"),
            y="recommended:Q",
            tooltip=tooltip_of(day="Decided|day", recommended="Recommended|,.2f"),
        ),
    )
    roas = alt.layer(
        base.transform_filter("isValid(datum.roas)")
        .mark_line(color="$muted", strokeWidth=2)
        .encode(
            x=day_axis("day"),
            y=alt.Y("roas:Q", title=None),
            tooltip=tooltip_of(day="Week to|day", roas="ROAS|.2f"),
        ),
        base.transform_filter("isValid(datum.projected_low)")
        .mark_rule(color="$accent", strokeWidth=5, opacity=0.35)
        .encode(x=day_axis("day"), y="projected_low:Q", y2="projected_high:Q"),
        base.transform_filter("isValid(datum.projected)")
        .mark_point(color="$accent", **DIAMOND)
        .encode(
            x=day_axis("day"),
            y="projected:Q",
            tooltip=tooltip_of(
                day="Decided|day", **interval_titles("projected", "Projected ROAS", ".2f")
            ),
        ),
    )
    steps = base.encode(
        y=alt.Y(
            "step:N",
            sort={"field": "order"},
            title=None,
            axis=alt.Axis(domain=False, ticks=False, grid=False, labelLimit=180),
        ),
        tooltip=tooltip_of(step="", before="before|,.2f", after="after|,.2f", note=""),
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
        "holder-spend": spec_of(
            spend,
            [
                (history, ["date_day", "spend_1d", "daily_budget"]),
                (decided, ["decision_date", "recommended_budget"]),
                (edits, ["changed_on", "old_budget", "new_budget"]),
            ],
            130,
        ),
        "holder-roas": spec_of(
            roas,
            [
                (history, ["date_day", "roas_matured_7d"]),
                (decided, ["projected_roas", "projected_roas_low", "projected_roas_high"]),
            ],
            130,
        ),
        "holder-trace": spec_of(waterfall, [(trace, ["step", "before", "after"])], {"step": 26}),
    }


def budget_data(
    history: Answer, decided: Answer, edits: Answer, steps: dict[str, list[Row]]
) -> dict[str, dict[str, list[Row]]]:
    """Collect rows for `budget_specs` by budget ('level:id') and chart."""
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

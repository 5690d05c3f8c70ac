"""What charts of the report are made of.

Colours are names such as `$up`; the page puts those of its style sheet in, for light and for dark.
"""

import datetime
from decimal import Decimal
from typing import Any

import altair as alt

from python_jobs.report.reading import Answer

Spec = dict[str, Any]
Row = dict[str, Any]

DAYS = {"format": "%-d %b", "title": None, "grid": False, "tickCount": 6, "labelOverlap": True}


def chart_value(value: Any) -> Any:
    """Return the value as JSON holds it; six digits are more than a chart can show."""
    if isinstance(value, datetime.date):
        return f"{value:%Y/%m/%d}"  # browsers take this for the reader's own midnight
    if isinstance(value, float | Decimal):
        return float(f"{value:.6g}")
    return value


def data_of(rows: list[Row], columns: list[str]) -> alt.InlineData:
    """Keep of the rows what is drawn."""
    return alt.Data(values=[{name: chart_value(row[name]) for name in columns} for row in rows])


def spec_of(
    chart: alt.Chart | alt.LayerChart, answers: list[tuple[Answer, list[str]]], height: Any
) -> Spec:
    """Finish a chart; `usermeta.columns` says which columns of published tables it draws.

    `answers` holds each answer with the names in it that are drawn.
    """
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


def day_axis(field: str) -> alt.X:
    """Days, from left to right."""
    return alt.X(f"{field}:T", axis=alt.Axis(**DAYS))


def week_axis(field: str, rows: list[Row]) -> alt.X:
    """Days a week apart, with ticks on them: left to itself an axis has ticks on Sundays."""
    days = sorted({row[field] for row in rows})
    ticks = [alt.DateTime(year=day.year, month=day.month, date=day.day) for day in days]
    return alt.X(f"{field}:T", axis=alt.Axis(**DAYS | {"tickCount": alt.Undefined}, values=ticks))


def tooltip_of(**titles: str) -> list[alt.Tooltip]:
    """Make tooltips by field; each value is a title, after a bar its d3 format."""
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


def interval_columns(column: str) -> list[str]:
    """Name a number and the ends of its interval."""
    return [column, f"{column}_low", f"{column}_high"]


def interval_titles(column: str, title: str, form: str) -> dict[str, str]:
    """Make titles for `tooltip_of`, of a number and the ends of its interval."""
    return dict(
        zip(
            interval_columns(column), (f"{title}|{form}", f"from|{form}", f"to|{form}"), strict=True
        )
    )


def zero_line() -> alt.Chart:
    """Draw where nothing was gained or lost."""
    return alt.Chart(alt.Data(values=[{"zero": 0}])).mark_rule(color="$ink").encode(y="zero:Q")

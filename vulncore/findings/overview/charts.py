"""The overview's charts: five years of a measure by month, and the small line of the strand table."""

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

import altair as alt
import pandas as pd

from vulncore.charts.theme import LETTERS, LIGHT, Palette, axis_ink, heading, tooltip_title
from vulncore.findings.overview.history import mean_in_words

HEIGHT = 400  # title, axis and labels included
SHADES = {"last year to date": 0.1, "this year to date": 0.2}
SPARK_WIDTH, SPARK_HEIGHT, SPARK_EDGE = 96, 26, 3


def monthly_chart(
    frame: pd.DataFrame,
    title: str,
    unit: str,
    palette: Palette = LIGHT,
    most: float | None = None,
    months: tuple[date, date] | None = None,
) -> alt.LayerChart:
    """Return monthly counts as a line with a point a month.

    The financial year to date and the same months a year earlier lie on bands that are labelled; months
    not delivered are grey with a dashed edge, with no line across them; provisional months are hollow.

    Args:
        frame: One row per month: `month`, `count`, `provisional`, `average`, `period`.
        title: What, where and when.
        unit: What is counted, for the axis.
        palette: The colours that suit the ground.
        most: How far the axis of counts reaches at least, where another chart stands beside it.
        months: The first and the last month of the axis, where another chart stands beside it.
    """
    shown = frame.assign(
        run=frame["count"].isna().cumsum(),
        month_end=frame["month"] + pd.offsets.MonthBegin(1),
        status=frame["provisional"].map({True: "provisional", False: "final"}),
        # as text: the tooltip would format a missing mean as 0.0
        mean=frame["average"].map(mean_in_words),
    )
    ink = axis_ink(palette)
    ends = [alt.DateTime(year=day.year, month=day.month) for day in months or ()]
    x = alt.X(
        "month:T",
        title=None,
        axis=alt.Axis(format="%b %Y", tickCount="year", labelAngle=0, labelOverlap=True, **ink),
        scale=alt.Scale(domain=ends) if ends else alt.Undefined,
    )
    y = alt.Y(
        "count:Q",
        title=f"{unit} a month",
        axis=alt.Axis(tickMinStep=1, format=",d", **ink),
        scale=alt.Undefined if most is None else alt.Scale(domain=[0, max(most, 1)], nice=True),
    )
    tooltip = [
        alt.Tooltip("month:T", title="Month", format="%B %Y"),
        alt.Tooltip("count:Q", title=tooltip_title(unit), format=",d"),
        alt.Tooltip("mean:N", title="Mean of 12 months"),
        alt.Tooltip("status:N", title="Status"),
    ]
    base = alt.Chart(shown.dropna(subset="count")).encode(x=x)
    average = base.mark_line(color=palette.quiet, strokeWidth=2, strokeDash=[6, 4])
    monthly = base.mark_line(color=palette.accent, strokeWidth=2.5)
    points = base.encode(y=y, tooltip=tooltip)
    final = points.transform_filter("!datum.provisional")
    layers = [
        *_bands(shown, palette),
        *_missing(shown, palette),
        average.encode(y=alt.Y("average:Q", title=None), detail=alt.Detail("run:N")),
        monthly.encode(y=y, detail=alt.Detail("run:N")),
        final.mark_circle(color=palette.accent, size=44, opacity=1),
    ]
    legend = ["Line: each month"]
    if shown["average"].notna().any():
        legend.append("Dashed: mean of the twelve months to that month")
    if shown["provisional"].any():
        hollow = points.transform_filter("datum.provisional")
        layers.append(hollow.mark_point(color=palette.accent, size=60, strokeWidth=2))
        legend.append("Hollow: provisional")
    title_lines = title.split(", ", maxsplit=1)  # a line each, so that a telephone has room for them
    return alt.LayerChart(layer=layers, height=HEIGHT, title=heading(title_lines, legend, palette))


def sparkline(counts: Sequence[int | None]) -> str:
    """Return monthly counts, oldest first, as an SVG line from zero up, broken where a month is missing (None).

    It is hidden from screen readers: the table beside it says the same in figures.
    """
    known = [count for count in counts if count is not None]
    if not known:
        return ""
    step = (SPARK_WIDTH - 2 * SPARK_EDGE) / max(len(counts) - 1, 1)
    scale = (SPARK_HEIGHT - 2 * SPARK_EDGE) / max(*known, 1)
    points = [
        None if count is None else (SPARK_EDGE + index * step, SPARK_HEIGHT - SPARK_EDGE - count * scale)
        for index, count in enumerate(counts)
    ]
    path = "".join(
        f"{'M' if before is None else 'L'}{point[0]:.1f} {point[1]:.1f}"
        for before, point in pairwise([None, *points])
        if point is not None
    )
    end = points[-1]
    dot = "" if end is None else f'<circle cx="{end[0]:.1f}" cy="{end[1]:.1f}" r="2.2"/>'
    return (
        f'<svg class="spark" viewBox="0 0 {SPARK_WIDTH} {SPARK_HEIGHT}" width="{SPARK_WIDTH}" height="{SPARK_HEIGHT}" '
        f'aria-hidden="true" focusable="false"><path d="{path}"/>{dot}</svg>'
    )


def _bands(shown: pd.DataFrame, palette: Palette) -> list[alt.Chart]:
    named = shown[shown["period"] != ""].groupby("period", as_index=False)
    periods = named.agg(start=("month", "min"), end=("month_end", "max"))
    periods = periods.assign(label=periods["period"].str.removesuffix(" to date"))
    shades = alt.Scale(domain=list(SHADES), range=list(SHADES.values()))
    band = alt.Chart(periods).mark_rect(color=palette.accent)
    words = alt.Chart(periods).mark_text(
        align="right", baseline="bottom", dy=-4, fontSize=LETTERS, color=palette.quiet
    )
    return [
        band.encode(
            x=alt.X("start:T"), x2=alt.X2("end:T"), opacity=alt.Opacity("period:O", scale=shades, legend=None)
        ),
        words.encode(x=alt.X("end:T"), y=alt.YValue(0), text=alt.Text("label:N")),
    ]


def _missing(shown: pd.DataFrame, palette: Palette) -> list[alt.Chart]:
    gaps = shown[shown["count"].isna()]
    if gaps.empty:
        return []
    runs = gaps.assign(run=(gaps.index.to_series().diff() != 1).cumsum()).groupby("run", as_index=False)
    spans = runs.agg(start=("month", "min"), end=("month_end", "max")).assign(text="not delivered")
    band = alt.Chart(spans).mark_rect(
        color=palette.missing, opacity=0.25, stroke=palette.missing, strokeDash=[3, 3]
    )
    words = alt.Chart(spans).mark_text(
        align="left", baseline="bottom", dx=4, fontSize=LETTERS, color=palette.missing
    )
    return [
        band.encode(x=alt.X("start:T"), x2=alt.X2("end:T")),
        words.encode(x=alt.X("start:T"), y=alt.YValue(alt.expr("height - 6")), text=alt.Text("text:N")),
    ]

"""What is to come, as calendar years and as months, each basis with its ranges."""

from collections.abc import Sequence
from datetime import date

import altair as alt
import pandas as pd

from vulncore.charts.theme import LIGHT, Palette, axis_ink, heading

YEARS_HEIGHT = 430  # title, axes and legend included
MONTHS_HEIGHT = 340
UNDER_WAY = "recorded and forecast"
RANGE_WIDTH = 11  # pixels: two fit side by side into a year on a telephone
FAINT, FIRM = 0.16, 0.34  # of the 95 % range and the 80 % one


def years_chart(
    years: pd.DataFrame, title: Sequence[str], unit: str, palette: Palette = LIGHT
) -> alt.LayerChart:
    """Return calendar years: a bar for what was recorded, for each basis a mark at what is expected and its ranges.

    Args:
        years: One row per basis and year: `basis` (as people call it), `year`, `part`, `recorded`, `mean`, `low80`,
            `high80`, `low95`, `high95` (missing where nothing is forecast), `unadjusted`, `tested`.
        title: What, where and when, a line each.
        unit: What is counted.
        palette: The colours that suit the ground.
    """
    bases = years["basis"].drop_duplicates().tolist()
    ink = axis_ink(palette)
    shown = years.assign(
        year=years["year"].astype(str), state=years["tested"].map({True: "yes", False: "no"})
    )
    recorded = shown.drop_duplicates("year").dropna(subset="recorded")
    recorded = recorded.assign(
        label=[
            f"{count:,.0f}" + (" so far" if part == UNDER_WAY else "")
            for count, part in zip(recorded["recorded"], recorded["part"], strict=True)
        ]
    )
    ahead = shown.dropna(subset="mean")
    x = alt.X("year:N", title=None, sort=None, axis=alt.Axis(labelAngle=0, labelOverlap=True, **ink))
    side = alt.XOffset("basis:N", sort=bases)
    y_title = f"{unit} a calendar year"
    kind = alt.Color(
        "basis:N",
        sort=bases,
        scale=alt.Scale(domain=bases, range=[palette.accent, palette.ink][: len(bases)]),
        legend=alt.Legend(
            title=None, orient="top", labelFontSize=13, labelColor=palette.quiet, symbolOpacity=1
        ),
    )
    shape = alt.Shape(
        "basis:N", sort=bases, scale=alt.Scale(domain=bases, range=["circle", "diamond"][: len(bases)])
    )
    tooltip = [
        alt.Tooltip("year:N", title="Year"),
        alt.Tooltip("basis:N", title="Basis"),
        alt.Tooltip("mean:Q", title="Expected", format=",.0f"),
        alt.Tooltip("low80:Q", title="4 of 5 cases, from", format=",.0f"),
        alt.Tooltip("high80:Q", title="to", format=",.0f"),
        alt.Tooltip("low95:Q", title="19 of 20 cases, from", format=",.0f"),
        alt.Tooltip("high95:Q", title="to", format=",.0f"),
        alt.Tooltip("state:N", title="Tested so far ahead"),
    ]
    bars = alt.Chart(recorded).encode(
        x=x, y=alt.Y("recorded:Q", title=y_title, axis=alt.Axis(format=",d", tickMinStep=1, **ink))
    )
    ranges = alt.Chart(ahead).encode(x=x, xOffset=side, color=kind)
    layers = [
        bars.mark_bar(color=palette.missing, opacity=0.55).encode(
            tooltip=[
                alt.Tooltip("year:N", title="Year"),
                alt.Tooltip("recorded:Q", title="Recorded", format=",d"),
            ]
        ),
        bars.mark_text(dy=-9, fontSize=13, color=palette.ink).encode(y=alt.datum(0), text="label:N"),
        ranges.mark_rule(strokeWidth=1.5).encode(y=alt.Y("low95:Q"), y2="high95:Q"),
        ranges.mark_rule(opacity=FIRM, strokeWidth=RANGE_WIDTH).encode(y=alt.Y("low80:Q"), y2="high80:Q"),
        ranges.mark_point(filled=True, size=90, opacity=1).encode(
            y=alt.Y("mean:Q"), shape=shape, tooltip=tooltip
        ),
    ]
    if _bent(ahead):
        layers.append(
            ranges.mark_point(size=80, strokeWidth=1.5).encode(y=alt.Y("unadjusted:Q"), shape=shape)
        )
    legend = ["Bar: recorded. Mark: expected", "Broad: 4 of 5 cases. Line: 19 of 20"]
    if len(layers) > 5:
        legend.append("Hollow: expected without what-ifs")
    chart: alt.LayerChart = alt.LayerChart(
        layer=layers, height=YEARS_HEIGHT, title=heading(list(title), legend, palette)
    ).configure(aria=False)
    return chart


def months_chart(
    recorded: pd.DataFrame,
    ahead: pd.DataFrame,
    since: date,
    events: Sequence[tuple[date, str]],
    title: Sequence[str],
    unit: str,
    top: float,
    palette: Palette = LIGHT,
) -> alt.LayerChart:
    """Return months: what was recorded on the left, what is expected with its ranges on the right.

    Args:
        recorded: One row per month: `month`, `count` (missing where not delivered), `set_aside`.
        ahead: One row per month: `month`, `mean`, `low80`, `high80`, `low95`, `high95`, `tested`, `unadjusted`.
        since: The first month that the models learn from.
        events: What-ifs: the month from which each holds, and its name.
        title: What, where and when, a line each.
        unit: What is counted.
        top: The highest number on the axis, so that charts beside each other compare.
        palette: The colours that suit the ground.
    """
    ink = axis_ink(palette)
    x = alt.X(
        "month:T",
        title=None,
        axis=alt.Axis(format="%Y", tickCount="year", labelAngle=0, labelOverlap=True, **ink),
    )

    def y(column: str, title: str | None = None) -> alt.Y:
        axis = alt.Axis(format=",d", tickMinStep=1, tickCount=5, **ink)
        return alt.Y(f"{column}:Q", title=title, axis=axis, scale=alt.Scale(domain=[0, top], nice=True))

    known = recorded.assign(run=recorded["count"].isna().cumsum()).dropna(subset="count")
    past = alt.Chart(known).encode(x=x, y=y("count", f"{unit} a month"))
    future = alt.Chart(ahead).encode(x=x)
    dots = past.encode(
        tooltip=[
            alt.Tooltip("month:T", title="Month", format="%B %Y"),
            alt.Tooltip("count:Q", title="Recorded", format=",d"),
        ]
    )
    tooltip = [
        alt.Tooltip("month:T", title="Month", format="%B %Y"),
        alt.Tooltip("mean:Q", title="Expected", format=",.1f"),
        alt.Tooltip("low80:Q", title="4 of 5 cases, from", format=",d"),
        alt.Tooltip("high80:Q", title="to", format=",d"),
        alt.Tooltip("low95:Q", title="19 of 20 cases, from", format=",d"),
        alt.Tooltip("high95:Q", title="to", format=",d"),
    ]
    layers = [
        *_untested(ahead, palette),
        future.mark_area(color=palette.accent, opacity=FAINT).encode(y=y("low95"), y2="high95:Q"),
        future.mark_area(color=palette.accent, opacity=FIRM).encode(y=y("low80"), y2="high80:Q"),
        past.mark_line(color=palette.quiet, strokeWidth=1.5).encode(detail="run:N"),
        dots.transform_filter("datum.set_aside").mark_point(color=palette.quiet, size=34),
        dots.transform_filter("!datum.set_aside").mark_circle(color=palette.quiet, size=18, opacity=1),
        future.mark_line(color=palette.accent, strokeWidth=2.5).encode(y=y("mean")),
        future.mark_circle(color=palette.accent, size=60, opacity=0).encode(y=y("mean"), tooltip=tooltip),
        *_since(since, palette),
        *_events(events, palette),
    ]
    if _bent(ahead):
        plain = future.mark_line(color=palette.ink, strokeWidth=1.5, strokeDash=[5, 4])
        layers.append(plain.encode(y=y("unadjusted")))
    chart: alt.LayerChart = alt.LayerChart(
        layer=layers, height=MONTHS_HEIGHT, title=heading(list(title), _legend(recorded, ahead), palette)
    ).configure(aria=False)
    return chart


def _legend(recorded: pd.DataFrame, ahead: pd.DataFrame) -> list[str]:
    lines = ["Line: recorded, then expected", "Bands: 4 of 5 cases, 19 of 20"]
    if recorded["set_aside"].any():
        lines.append("Hollow: kept from the models")
    if _bent(ahead):
        lines.append("Dashed: without what-ifs")
    if not ahead["tested"].all():
        lines.append("Grey ground: untested so far ahead")
    return lines


def _bent(ahead: pd.DataFrame) -> bool:
    return bool((ahead["unadjusted"] != ahead["mean"]).any())


def _since(since: date, palette: Palette) -> list[alt.Chart]:
    learnt = pd.DataFrame({"month": [pd.Timestamp(since)], "text": ["learns from here"]})
    base = alt.Chart(learnt).encode(x="month:T")
    words = base.mark_text(align="left", baseline="top", dx=5, dy=2, fontSize=13, color=palette.quiet)
    return [
        base.mark_rule(color=palette.quiet, strokeDash=[2, 3]),
        words.encode(y=alt.value(0), text="text:N"),
    ]


def _untested(ahead: pd.DataFrame, palette: Palette) -> list[alt.Chart]:
    beyond = ahead[~ahead["tested"]]
    if beyond.empty:
        return []
    span = pd.DataFrame({"start": [beyond["month"].min()], "end": [ahead["month"].max()]})
    return [alt.Chart(span).mark_rect(color=palette.missing, opacity=0.25).encode(x="start:T", x2="end:T")]


def _events(events: Sequence[tuple[date, str]], palette: Palette) -> list[alt.Chart]:
    if not events:
        return []
    named = pd.DataFrame(
        {
            "month": pd.to_datetime([month for month, _ in events]),
            "text": [name for _, name in events],
            "line": range(len(events)),
        }
    )
    base = alt.Chart(named).encode(x="month:T")
    words = [
        alt.Chart(named.iloc[[place]])
        .mark_text(align="right", baseline="top", dx=-4, dy=20 + 15 * place, fontSize=12, color=palette.ink)
        .encode(x="month:T", y=alt.value(0), text="text:N")
        for place in range(len(named))
    ]
    return [base.mark_rule(color=palette.ink, strokeDash=[3, 3]), *words]

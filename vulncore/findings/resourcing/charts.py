"""Officers needed by month at three levels, against those who will be there and the posts that are funded."""

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from vulncore.charts.theme import LIGHT, Palette, axis_ink, heading, month_axis

STAFFING_HEIGHT = 420
FAINT, FIRM = 0.16, 0.34  # what 95 % of futures need, and what 80 % do
THERE_BAND = 0.3


def staffing_chart(
    months: pd.DataFrame, posts: float, title: Sequence[str], palette: Palette = LIGHT
) -> alt.LayerChart:
    """Return what is needed as a fan above its median, and who will be there as a line in a band.

    Args:
        months: One row per month: `month`, `needed50`, `needed80`, `needed95`, `there10`, `there50`, `there90`, `short`.
        posts: Funded posts, full-time.
        title: What, where and when, a line each.
        palette: The colours that suit the ground.
    """
    ink = axis_ink(palette)
    top = float(max(months["needed95"].max(), months["there90"].max(), posts, 1)) * 1.12
    x = month_axis(palette)

    def y(column: str) -> alt.Y:
        axis = alt.Axis(tickCount=6, **ink)
        return alt.Y(f"{column}:Q", title="Officers, full-time", axis=axis, scale=alt.Scale(domain=[0, top]))

    base = alt.Chart().encode(x=x)
    tooltip = [
        alt.Tooltip("month:T", title="Month", format="%B %Y"),
        alt.Tooltip("needed50:Q", title="Needed", format=",.1f"),
        alt.Tooltip("needed80:Q", title="Enough in 80 %", format=",.1f"),
        alt.Tooltip("needed95:Q", title="Enough in 95 %", format=",.1f"),
        alt.Tooltip("there50:Q", title="Will be there", format=",.1f"),
        alt.Tooltip("short:Q", title="Chance of too few", format=".0%"),
    ]
    funded = pd.DataFrame({"posts": [posts]})
    layers = [
        base.mark_area(color=palette.accent, opacity=FAINT).encode(y=y("needed80"), y2="needed95:Q"),
        base.mark_area(color=palette.accent, opacity=FIRM).encode(y=y("needed50"), y2="needed80:Q"),
        base.mark_area(color=palette.missing, opacity=THERE_BAND).encode(y=y("there10"), y2="there90:Q"),
        alt.Chart(funded)
        .mark_rule(color=palette.quiet, strokeDash=[2, 3], strokeWidth=1.5)
        .encode(y=y("posts")),
        base.mark_line(color=palette.accent, strokeWidth=2.5).encode(y=y("needed50")),
        base.mark_line(color=palette.ink, strokeWidth=2.5, strokeDash=[7, 3]).encode(y=y("there50")),
        base.mark_circle(color=palette.accent, size=90, opacity=0).encode(y=y("needed50"), tooltip=tooltip),
    ]
    layers += _names(months, posts, palette)
    legend = ["Strong line: needed. Bands: enough more often", "Dashed: will be there, with its 80 % range"]
    chart: alt.LayerChart = alt.LayerChart(
        data=months, layer=layers, height=STAFFING_HEIGHT, title=heading(list(title), legend, palette)
    ).configure(aria=False)
    return chart


def _names(months: pd.DataFrame, posts: float, palette: Palette) -> list[alt.Chart]:
    """Return the names of the lines, at their ends: those of what is needed on the right, of the posts on the left."""
    first, last = months.iloc[0], months.iloc[-1]
    above = [
        (last["needed95"], "enough in 95 %"),
        (last["needed80"], "enough in 80 %"),
        (last["needed50"], "needed"),
    ]
    right = [
        _name(last, value, text).mark_text(align="right", baseline="bottom", dx=-3, dy=-3, **_ink(palette))
        for value, text in above
    ]
    there = _name(last, last["there50"], "will be there")
    funded = _name(first, posts, "funded")
    return [
        *right,
        there.mark_text(align="right", baseline="top", dx=-3, dy=4, **_ink(palette)),
        funded.mark_text(align="left", baseline="bottom", dx=3, dy=-3, **_ink(palette)),
    ]


def _name(row: pd.Series, value: float, text: str) -> alt.Chart:
    named = pd.DataFrame({"month": [row["month"]], "officers": [value], "text": [text]})
    return alt.Chart(named).encode(x="month:T", y="officers:Q", text="text:N")


def _ink(palette: Palette) -> dict[str, Any]:
    return {"fontSize": 12, "color": palette.ink}

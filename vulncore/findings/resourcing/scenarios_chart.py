"""Scenarios beside each other: how likely too few are there, month by month."""

from collections.abc import Sequence

import altair as alt
import pandas as pd

from vulncore.charts.theme import LIGHT, Palette, axis_ink, heading, month_axis

SCENARIOS_HEIGHT = 400
DASHES = ([1, 0], [7, 3], [2, 3], [10, 3, 2, 3])  # never colour alone


def scenarios_chart(
    months: pd.DataFrame, title: Sequence[str], what: str, palette: Palette = LIGHT
) -> alt.LayerChart:
    """Return a line for each scenario.

    Args:
        months: One row per scenario and month: `scenario`, `month`, `chance`.
        title: What, where and when, a line each.
        what: What the chance is of.
        palette: The colours that suit the ground.
    """
    ink = axis_ink(palette)
    names = months["scenario"].drop_duplicates().tolist()
    colours = [palette.accent, palette.ink, palette.quiet, palette.missing][: len(names)]
    legend = alt.Legend(
        title=None, orient="top", columns=1, labelFontSize=13, labelColor=palette.quiet, labelLimit=320
    )
    x = month_axis(palette)
    y = alt.Y(
        "chance:Q",
        title="Chance",
        axis=alt.Axis(format="%", tickCount=5, **ink),
        scale=alt.Scale(domain=[0, 1]),
    )
    base = alt.Chart().encode(
        x=x,
        y=y,
        color=alt.Color(
            "scenario:N", sort=names, scale=alt.Scale(domain=names, range=colours), legend=legend
        ),
        strokeDash=alt.StrokeDash(
            "scenario:N",
            sort=names,
            scale=alt.Scale(domain=names, range=list(DASHES[: len(names)])),
            legend=legend,
        ),
    )
    tooltip = [
        alt.Tooltip("scenario:N", title="Scenario"),
        alt.Tooltip("month:T", title="Month", format="%B %Y"),
        alt.Tooltip("chance:Q", title=what, format=".0%"),
    ]
    chart: alt.LayerChart = alt.LayerChart(
        data=months,
        layer=[
            base.mark_line(strokeWidth=2.5),
            alt.Chart().mark_circle(size=90, opacity=0).encode(x=x, y=y, tooltip=tooltip),
        ],
        height=SCENARIOS_HEIGHT,
        title=heading(list(title), [what], palette),
    ).configure(aria=False)
    return chart

"""How much of the next month each map would have held."""

from collections.abc import Sequence

import altair as alt
import pandas as pd

from vulncore.charts.theme import LIGHT, Palette, axis_ink, heading

MAP_HEIGHT = 64  # pixels of a map with its three dots
AROUND_MAPS = 190  # the heading, the legend and the axis


def prediction_chart(
    rows: pd.DataFrame, title: Sequence[str], legend: Sequence[str], palette: Palette = LIGHT
) -> alt.LayerChart:
    """Return a line of dots for each map, one panel under the other for each share of the area.

    Args:
        rows: One row per map and share: `method`, `share` (of the area, 0 to 1), `percent` (of the month's records),
            `hit_rate_low`, `hit_rate_high` (0 to 1; missing where there are no limits).
        title: What, where and when, a line each.
        legend: How it is to be read, a line each.
        palette: The colours that suit the ground.
    """
    shown = pd.DataFrame(
        {
            "map": rows["method"],
            "area": [f"{share:.0%}".replace("%", " %") for share in rows["share"]],
            "percent": rows["percent"],
            "low": (100 * rows["hit_rate_low"]).round().clip(lower=0),
            "high": (100 * rows["hit_rate_high"]).round().clip(upper=100),
            "chance": 100 * rows["share"],
        }
    )
    order, areas = shown["map"].drop_duplicates().tolist(), shown["area"].drop_duplicates().tolist()
    ink = axis_ink(palette)
    base = alt.Chart(shown).encode(
        y=alt.Y("map:N", sort=order, title=None, axis=alt.Axis(labelLimit=220, **ink)),
        yOffset=alt.YOffset("area:N", sort=areas),
        tooltip=[
            alt.Tooltip("map:N", title="Map"),
            alt.Tooltip("area:N", title="Of the area"),
            alt.Tooltip("percent:Q", title="Held of the next month, %"),
        ],
    )
    x = alt.X(
        "percent:Q", title="Held of the next month, %", scale=alt.Scale(domain=[0, 100]), axis=alt.Axis(**ink)
    )
    shape = alt.Shape(
        "area:N",
        sort=areas,
        legend=alt.Legend(
            title="Of the area",
            titleColor=palette.quiet,
            orient="top",
            labelFontSize=13,
            labelColor=palette.quiet,
        ),
    )
    chart: alt.LayerChart = alt.LayerChart(
        layer=[
            base.mark_rule(color=palette.quiet).encode(x=alt.X("low:Q"), x2="high:Q"),
            base.mark_point(filled=True, size=110, color=palette.accent, opacity=1).encode(x=x, shape=shape),
            base.mark_tick(color=palette.missing, thickness=2, height=9).encode(x="chance:Q"),
        ],
        height=MAP_HEIGHT * len(order) + AROUND_MAPS,
        title=heading(title, legend, palette),
    ).configure(aria=False)
    return chart

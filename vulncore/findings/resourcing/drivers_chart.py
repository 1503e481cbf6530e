"""What drives a shortage: a tornado."""

from collections.abc import Sequence

import altair as alt
import numpy as np
import pandas as pd

from vulncore.charts.theme import LIGHT, Palette, axis_ink, heading

MOST_SHOWN = 10
ROW_HEIGHT, REST = 44, 130  # pixels of a row, and of title, axis and legend


def drivers_chart(drivers: pd.DataFrame, title: Sequence[str], palette: Palette = LIGHT) -> alt.LayerChart:
    """Return a bar for each number, from the shortage at its one end to that at its other, the longest on top.

    Args:
        drivers: One row per number, the one that moves most first: `name`, `gap_low`, `gap_high` (officers wanting at its
            lower and upper end), `gap` (as expected), `ends` (the two ends in words).
        title: What, where and when, a line each.
        palette: The colours that suit the ground.
    """
    shown = drivers.head(MOST_SHOWN).assign(place=lambda rows: np.arange(len(rows)))
    ink = axis_ink(palette)
    low = float(min(shown[["gap_low", "gap_high"]].min().min(), 0))
    high = float(max(shown[["gap_low", "gap_high"]].max().max(), 0))
    room = max(high - low, 0.1) * 0.08
    scale = alt.Scale(domain=[low - room, high + room])
    y = alt.Y("place:O", axis=None, scale=alt.Scale(paddingInner=0.6, paddingOuter=0.6))
    base = alt.Chart().encode(y=y)
    axis = alt.Axis(tickCount=6, **ink)

    def x(column: str) -> alt.X:
        return alt.X(
            f"{column}:Q", title="Officers short, full-time (below 0: to spare)", axis=axis, scale=scale
        )

    tooltip = [
        alt.Tooltip("name:N", title="What"),
        alt.Tooltip("ends:N", title="From, to"),
        alt.Tooltip("gap_low:Q", title="Short at its lower end", format="+,.1f"),
        alt.Tooltip("gap_high:Q", title="Short at its upper end", format="+,.1f"),
    ]
    middle = pd.DataFrame({"gap": [float(shown["gap"].iloc[0]) if len(shown) else 0.0]})
    words = base.mark_text(align="left", baseline="bottom", dy=-9, fontSize=13, color=palette.ink)
    layers = [
        base.mark_bar(color=palette.quiet, opacity=0.55).encode(x=x("gap"), x2="gap_low:Q", tooltip=tooltip),
        base.mark_bar(color=palette.accent).encode(x=x("gap"), x2="gap_high:Q", tooltip=tooltip),
        alt.Chart(middle).mark_rule(color=palette.ink, strokeWidth=1.5).encode(x=x("gap")),
        words.encode(x=alt.value(0), text="name:N"),
    ]
    legend = ["Pale: at its lower end. Strong: at its upper end", "Line: everything as expected"]
    chart: alt.LayerChart = alt.LayerChart(
        data=shown,
        layer=layers,
        height=REST + ROW_HEIGHT * max(len(shown), 1),
        title=heading(list(title), legend, palette),
    ).configure(aria=False)
    return chart

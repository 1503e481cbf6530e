"""What is to come as calendar years, beside those recorded."""

from collections.abc import Sequence

import altair as alt
import numpy as np
import pandas as pd

from vulncore.charts.theme import LIGHT, Palette, axis_ink, heading

YEARS_HEIGHT = 430  # title, axes and legend included
FIRM = 0.34  # of the 80 % range
SO_FAR, WHOLE = 0.3, 0.55  # of a bar
UNDER_WAY = "recorded and forecast"
LETTER_WIDTH = 8  # pixels of a label's digit, with room beside it
RANGE_WIDTH = 11  # pixels: two fit side by side into a year on a telephone


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
    every_year = shown["year"].drop_duplicates().tolist()
    recorded = shown.drop_duplicates("year").dropna(subset="recorded")
    recorded = recorded.assign(label=[f"{count:,.0f}" for count in recorded["recorded"]])
    longest = recorded["label"].str.len().max() if len(recorded) else 0
    fits = (
        f"width / {len(every_year)} > {LETTER_WIDTH * longest} ? 1 : 0"  # on a telephone the table has them
    )
    ahead = shown.dropna(subset="mean")
    top = float(np.nanmax([1.0, *shown["recorded"], *shown["high95"], *shown["unadjusted"]]))
    x = alt.X(
        "year:N",
        title=None,
        scale=alt.Scale(domain=every_year),
        axis=alt.Axis(labelAngle=0, labelOverlap=True, **ink),
    )
    legend = (
        alt.Legend(title=None, orient="top", labelFontSize=13, labelColor=palette.quiet, symbolOpacity=1)
        if len(ahead)
        else None
    )
    side = alt.XOffset("basis:N", sort=bases)
    y_title = f"{unit} a calendar year"
    kind = alt.Color(
        "basis:N",
        sort=bases,
        scale=alt.Scale(domain=bases, range=[palette.accent, palette.ink][: len(bases)]),
        legend=legend,
    )
    shape = alt.Shape(
        "basis:N",
        sort=bases,
        legend=legend,
        scale=alt.Scale(domain=bases, range=["circle", "diamond"][: len(bases)]),
    )
    tooltip = [
        alt.Tooltip("year:N", title="Year"),
        alt.Tooltip("basis:N", title="Basis"),
        alt.Tooltip("mean:Q", title="Expected", format=",.0f"),
        alt.Tooltip("low80:Q", title="80 % range, from", format=",.0f"),
        alt.Tooltip("high80:Q", title="to", format=",.0f"),
        alt.Tooltip("low95:Q", title="95 % range, from", format=",.0f"),
        alt.Tooltip("high95:Q", title="to", format=",.0f"),
        alt.Tooltip("state:N", title="Tested so far ahead"),
    ]
    bars = alt.Chart(recorded).encode(
        x=x,
        y=alt.Y(
            "recorded:Q",
            title=y_title,
            scale=alt.Scale(domain=[0, top], nice=True),
            axis=alt.Axis(format=",d", tickMinStep=1, **ink),
        ),
    )
    ranges = alt.Chart(ahead).encode(x=x, xOffset=side, color=kind)
    layers = [
        bars.mark_bar(color=palette.missing).encode(
            opacity=alt.condition(f"datum.part === '{UNDER_WAY}'", alt.value(SO_FAR), alt.value(WHOLE)),
            tooltip=[
                alt.Tooltip("year:N", title="Year"),
                alt.Tooltip("recorded:Q", title="Recorded", format=",d"),
            ],
        ),
        bars.mark_text(baseline="bottom", dy=-4, fontSize=13, color=palette.ink).encode(
            y=alt.datum(0), text="label:N", opacity=alt.value(alt.expr(fits))
        ),
        ranges.mark_rule(strokeWidth=1.5).encode(y=alt.Y("low95:Q"), y2="high95:Q"),
        ranges.mark_rule(opacity=FIRM, strokeWidth=RANGE_WIDTH).encode(y=alt.Y("low80:Q"), y2="high80:Q"),
        ranges.mark_point(filled=True, size=90, opacity=1).encode(
            y=alt.Y("mean:Q"), shape=shape, tooltip=tooltip
        ),
    ]
    if (ahead["unadjusted"] != ahead["mean"]).any():
        layers.append(
            ranges.mark_point(size=80, strokeWidth=1.5).encode(y=alt.Y("unadjusted:Q"), shape=shape)
        )
    said = ["Bar: recorded, pale: so far"]
    if len(ahead):
        said = [f"{said[0]}. Mark: expected", "Broad: 80 % range. Line: 95 % range"]
    if len(layers) > 5:
        said.append("Hollow: expected without what-ifs")
    chart: alt.LayerChart = alt.LayerChart(
        layer=layers, height=YEARS_HEIGHT, title=heading(list(title), said, palette)
    ).configure(aria=False)
    return chart

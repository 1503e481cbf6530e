"""The charts of one strand: its control chart, what its change is made of, and its own panels.

Their `palette` has the colours that suit the ground.
"""

from typing import Final

import altair as alt
import pandas as pd

from vulncore.charts.theme import LETTERS, LIGHT, Palette, axis_ink, heading, tooltip_title
from vulncore.findings.strand.panels import YEAR, PanelFigures

ROW, ROW_BAR = 86, 0.66  # pixels of a row of bars, and the share of it that its longest bar takes
ROWS_AROUND: Final = 120  # pixels of title, legend and axis
BARS_WITH_NUMBERS: Final = 8  # more have no room for them


def panel_chart(figures: PanelFigures, palette: Palette = LIGHT) -> alt.LayerChart:
    """Return a panel as rows of bars, a row for each series and all of one scale, the last period's number at its end.

    A period that isn't whole is pale, and of one that is hidden or was not delivered a dash stands on the line.
    """
    frame, names = figures.frame, figures.names
    most = max(float(frame["count"].max()), 1.0)
    base_of = {name: float(len(names) - 1 - at) for at, name in enumerate(names)}
    periods = sorted(frame["start"].unique())
    few = len(periods) <= BARS_WITH_NUMBERS
    base = frame["series"].map(base_of)
    shown = frame.assign(
        bottom=base,
        top=base + ROW_BAR * frame["count"] / most,
        number=frame["count"].map(lambda count: "" if pd.isna(count) else f"{count:,.0f}"),
        opacity=frame["partial"].map({True: 0.45, False: 1.0}),
    )
    ends = shown[shown["start"] == periods[-1]]
    order = [row["period"] for row in shown.drop_duplicates("start").sort_values("start").to_dict("records")]
    every = 1 if few else max(1, round(len(order) / 6))
    ticks = order[::-1][::every][::-1]
    x = alt.X(
        "period:N",
        sort=order,
        title=None,
        axis=alt.Axis(
            labelAngle=0, values=ticks, labelOverlap=True, ticks=False, domain=False, **axis_ink(palette)
        ),
        scale=alt.Scale(paddingInner=0.18, paddingOuter=0.1),
    )
    y = alt.Y("top:Q", axis=None, scale=alt.Scale(domain=[-0.02, len(names) + 0.02], nice=False))
    tooltip = [
        alt.Tooltip("series:N", title="Series"),
        alt.Tooltip("period:N", title="Period"),
        alt.Tooltip("words:N", title=tooltip_title(figures.unit)),
    ]
    chart = alt.Chart(shown)
    numbers = alt.Chart(shown if few else ends).mark_text(
        baseline="bottom", dy=-2, fontSize=LETTERS, color=palette.ink
    )
    labels = pd.DataFrame(
        {"series": names, "top": [base_of[name] + 0.97 for name in names], "period": order[0]}
    )
    layers = [
        chart.transform_filter("isValid(datum.count)")
        .mark_bar(color=palette.accent)
        .encode(x=x, y=y, y2="bottom:Q", opacity=alt.Opacity("opacity:Q", scale=None), tooltip=tooltip),
        chart.transform_filter("!isValid(datum.count)")
        .mark_text(text="–", color=palette.missing, fontSize=LETTERS, baseline="bottom")
        .encode(x=x, y=alt.Y("bottom:Q", axis=None), tooltip=tooltip),
        numbers.encode(x=x, y=y, text="number:N"),
        alt.Chart(labels)
        .mark_text(align="left", baseline="top", fontSize=LETTERS, fontWeight=600, color=palette.ink)
        .encode(x=alt.value(0), y=y, text="series:N"),
    ]
    legend = [
        f"Bars: {'about how many ' if figures.about else ''}{figures.unit} by {figures.by}, all rows of one scale"
    ]
    if frame["partial"].any():
        legend.append("Pale: the year is not whole")
    if frame["count"].isna().any():
        legend.append("–: hidden or not delivered")
    return alt.LayerChart(
        layer=layers, height=ROW * len(names) + ROWS_AROUND, title=heading(_title(figures), legend, palette)
    )


def _title(figures: PanelFigures) -> list[str]:
    first, last = figures.frame["start"].min(), figures.frame["end"].max()
    years = figures.by == YEAR and first.month == 1
    return [figures.title, f"{first:%Y} to {last:%Y}" if years else f"{first:%B %Y} to {last:%B %Y}"]

"""The chart of the months that each source delivered."""

from typing import Any

import altair as alt
import pandas as pd

from vulncore.charts.theme import LIGHT, Palette, axis_ink, heading

STATUSES = {
    "delivered": "Filled: delivered",
    "provisional": "Outlined: provisional",
    "not delivered": "×: not delivered",
    "set aside": "–: set aside",
}
LINE_HEIGHT = 26
LABELLED_BY_QUARTER = 36  # months at most
AROUND = (
    190  # title, legend and licence, as long as they are on a telephone or in the letters of a wall, and axis
)


def coverage_chart(frame: pd.DataFrame, title: str, palette: Palette = LIGHT) -> alt.LayerChart:
    """Return the chart of months delivered: filled where delivered, outlined where provisional, × where not, – where set aside.

    `frame` has one row per line and month: `line`, `measures`, `month`, `status`; `title` says what, where and when.
    """
    shown = frame.assign(
        month_end=frame["month"] + pd.offsets.MonthBegin(1),
        middle=frame["month"] + pd.Timedelta(days=14),
        status=frame["status"].astype(str),
        line=frame["line"].str.slice(0, 60),
    )
    ink = axis_ink(palette)
    x = alt.X("month:T", title=None, axis=alt.Axis(grid=False, **_ticks(shown), **ink))
    lines = alt.Axis(labelLimit=260, ticks=False, domain=False, **ink)
    y = alt.Y("line:N", title=None, sort=None, axis=lines)
    tooltip = [
        alt.Tooltip("month:T", title="Month", format="%B %Y"),
        alt.Tooltip("status:N", title="Status"),
        alt.Tooltip("measures:N", title="Measures"),
    ]
    there = {status: rows for status in STATUSES if len(rows := shown[shown["status"] == status])}
    layers = [
        mark
        for status, rows in there.items()
        for mark in _marks(status, alt.Chart(rows).encode(x=x, y=y, tooltip=tooltip), palette)
    ]
    return alt.LayerChart(
        layer=layers,
        height=LINE_HEIGHT * shown["line"].nunique() + AROUND,
        title=heading(title, " · ".join(STATUSES[status] for status in there), palette),
    )


def _marks(status: str, base: alt.Chart, palette: Palette) -> list[alt.Chart]:
    cells = base.encode(x2=alt.X2("month_end:T"))
    if status == "delivered":
        return [cells.mark_rect(color=palette.accent, stroke=palette.ground, strokeWidth=1, height=16)]
    if status == "provisional":
        return [cells.mark_rect(filled=False, stroke=palette.accent, strokeWidth=1.5, height=14)]
    middle = base.encode(x=alt.X("middle:T"))
    cross = middle.mark_text(text=STATUSES[status][0], fontSize=15, fontWeight=700, color=palette.missing)
    return [cells.mark_rect(color=palette.missing, opacity=0.18, height=16), cross]


def _ticks(shown: pd.DataFrame) -> dict[str, Any]:
    """A label a year, or a quarter where there are few years; none beyond the last month."""
    months = sorted(set(shown["month"].dt.date))
    years = len(months) > LABELLED_BY_QUARTER
    labelled = [month for month in months if month.month == 1 or (not years and month.month % 3 == 1)]
    return {
        "format": "%Y" if years else "%b %Y",
        "values": [alt.DateTime(year=month.year, month=month.month) for month in labelled],
    }

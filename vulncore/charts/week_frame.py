"""What the charts of a week share: a row for each day, the hours across, and where midnight lies."""

from typing import Any, Final

import altair as alt
import pandas as pd

from vulncore.charts.theme import Palette, axis_ink
from vulncore.domain.periods import WEEKDAYS

EVERY: Final = "Every day"
ROW_HEIGHT, AROUND = 40, 162  # pixels
TOTALS_FROM, TOTALS_TO = 24.25, 27.25  # hours: the totals stand apart from the last cell
NARROW, WIDE = 600, 1_200
"""Pixels of the plot: below the first, names are short and small numbers left to the table."""


def row_names(rows: Any) -> list[str]:
    """Return the names of rows by number, 0 to 6 from Monday and 7 for all days.

    >>> row_names([0, 7])
    ['Monday', 'Every day']
    """
    return [(*WEEKDAYS, EVERY)[int(row)] for row in rows]


def hours_axis(first: int, last: float, totals: bool, palette: Palette) -> alt.X:
    """Return the axis of hours from `first` o'clock, with a place for the totals behind it."""
    ticks = [*range(0, 25, 3), *([(TOTALS_FROM + TOTALS_TO) / 2] if totals else [])]
    next_day = f"datum.value == {24 - first} && {first} > 0 ? (width < {NARROW} ? ' →' : ' next day') : ''"
    clock = f"datum.value > 24 ? 'All day' : format((datum.value + {first}) % 24, '02d') + (width < {NARROW} ? '' : ':00') + ({next_day})"
    return alt.X(
        "x:Q",
        title=None,
        scale=alt.Scale(domain=[0, last], nice=False, zero=False),
        axis=alt.Axis(
            values=ticks,
            labelExpr=clock,
            orient="top",
            grid=False,
            ticks=False,
            domain=False,
            **axis_ink(palette),
        ),
    )


def days_axis(totals: bool, palette: Palette) -> alt.Y:
    """Return the axis of days from Monday."""
    return alt.Y(
        "day:N",
        title=None,
        sort=None,
        scale=alt.Scale(
            domain=[*WEEKDAYS, *([EVERY] if totals else [])], paddingInner=0.06, paddingOuter=0.03
        ),
        axis=alt.Axis(
            labelExpr=f"width < {NARROW} ? (datum.label == '{EVERY}' ? 'All' : slice(datum.label, 0, 3)) : datum.label",
            ticks=False,
            domain=False,
            labelPadding=8,
            **axis_ink(palette),
        ),
    )


def midnight_rule(first: int, palette: Palette) -> list[alt.Chart]:
    """Return a line where the next day begins; none where rows begin there."""
    if first == 0:
        return []
    at = alt.Chart(pd.DataFrame({"x": [24 - first]})).encode(x=alt.X("x:Q"))
    return [at.mark_rule(color=palette.quiet, strokeWidth=2, strokeDash=[5, 3])]


def cell_size(by_band: bool) -> alt.ExprRef:
    """Return the size of the numbers in cells: read across a room where there is room, and gone where there is none."""
    narrow, usual, wide = (11, 15, 19) if by_band else (0, 13, 16)
    return alt.ExprRef(f"width < {NARROW} ? {narrow} : width < {WIDE} ? {usual} : {wide}")


def full_height(rows: int) -> int:
    """Return a chart's height with what stands above and beneath its rows; on a telephone that takes more, and rows less."""
    return ROW_HEIGHT * rows + AROUND

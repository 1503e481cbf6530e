"""The week as cells to draw and as a table to read: hours or three-hour bands, nights unbroken or days by the calendar."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from vulncore.domain.periods import WEEKDAYS
from vulncore.findings.shared.words import HIDDEN, number_in_words
from vulncore.findings.when.week import BAND, Week
from vulncore.findings.when.words import stretch
from vulncore.metrics.statistics.intervals import poisson_interval
from vulncore.metrics.week.hours import HOURS

EVENING_WHOLE: Final = 6  # a row from 06:00 holds an evening and the early hours after it
BY_CALENDAR: Final = 0
SHOWN_DECIMALS: Final = 1  # more would tell how long a single window was
UNPROTECTED_DECIMALS: Final = 4


@dataclass(frozen=True)
class Layout:
    """How the week is laid out: `step` hours to a cell (1 or 3), rows from `first` o'clock (6 or 0)."""

    step: int = BAND
    first: int = EVENING_WHOLE

    @property
    def cells(self) -> str:
        """The kind of sum that a cell is."""
        return "hour" if self.step == 1 else "band"

    @property
    def rows(self) -> str:
        """The kind of sum that a row is."""
        return "day" if self.first == BY_CALENDAR else "night row"

    @property
    def columns(self) -> str:
        """The kind of sum that a column is."""
        return f"{self.cells} of day"


def map_cells(week: Week, layout: Layout) -> pd.DataFrame:
    """Return the cells of the week's map, its totals by row and by column among them.

    Returns:
        One row per cell: `row` (0 to 6 from Monday; 7 for all days), `x` (hours from the row's start; 24 for the whole
        day), `hours` (wide), `weight`, `low`, `high` (95 % limits of the mean behind it; all three missing where
        hidden), `hidden`, `label` (which part of the week), `short`, `said` (its weight, or what
        hides it, in a mark and in words), `total` (whether it is one).
    """
    cells = week.of(layout.cells)
    at = cells["at"].to_numpy()
    within = (at - layout.first) % 24
    low, high = poisson_interval(cells["weight"])
    body = cells.assign(
        row=(at - layout.first) % HOURS // 24,
        x=within,
        hours=layout.step,
        low=low,
        high=high,
        label=[stretch(int(start), layout.step) for start in at],
        total=False,
    )
    every = pd.concat([body, _rows(week, layout), _columns(week, layout)], ignore_index=True)
    numbers = list(zip(every["weight"], every["about"], strict=True))
    every["short"] = [_mark(weight, about) for weight, about in numbers]
    every["said"] = [number_in_words(weight, about, week.smallest) for weight, about in numbers]
    every[["weight", "low", "high"]] = every[["weight", "low", "high"]].round(SHOWN_DECIMALS)
    wanted = ["row", "x", "hours", "weight", "low", "high", "hidden", "label", "short", "said", "total"]
    return every.sort_values(["row", "x"], ignore_index=True)[wanted]


def map_table(week: Week, layout: Layout) -> pd.DataFrame:
    """Return the week as people read it: a line for each day, a column for each part of it, and the totals."""
    cells = map_cells(week, layout)
    wide = cells.pivot(index="row", columns="x", values="short")
    xs = [int(str(x)) for x in wide.columns]
    wide.columns = pd.Index(["Whole day" if x == 24 else _column_name(x, layout) for x in xs])
    wide.insert(0, "Day" if layout.first == BY_CALENDAR else "Day and night of", [*WEEKDAYS, "Every day"])
    return wide.reset_index(drop=True)


def map_export(week: Week, layout: Layout) -> pd.DataFrame:
    """Return the week's cells as a script or a spreadsheet takes them; hidden ones are empty.

    Returns:
        One row per cell from Monday 00:00: `weekday`, `hour` (its first, 0 to 23), `weight` (records), `low`, `high`
        (95 % limits of the mean behind it).
    """
    cells = week.of(layout.cells).sort_values("at", ignore_index=True)
    low, high = poisson_interval(cells["weight"])
    decimals = SHOWN_DECIMALS if week.smallest else UNPROTECTED_DECIMALS
    return pd.DataFrame(
        {
            "weekday": [WEEKDAYS[at // 24] for at in cells["at"]],
            "hour": cells["at"] % 24,
            "weight": cells["weight"].round(decimals),
            "low": low.round(decimals),
            "high": high.round(decimals),
        }
    )


def _rows(week: Week, layout: Layout) -> pd.DataFrame:
    rows = week.of(layout.rows)
    every = week.read.timed
    totals = pd.DataFrame(
        {
            "row": [*(rows["at"] // 24), 7],
            "weight": [*rows["weight"], every],
            "hidden": [*rows["hidden"], False],
            "about": [*rows["about"], np.nan],
            "label": [*(_row_label(at // 24, layout) for at in rows["at"]), "The whole week"],
        }
    )
    return totals.assign(x=24, hours=BAND, low=np.nan, high=np.nan, total=True)


def _columns(week: Week, layout: Layout) -> pd.DataFrame:
    columns = week.of(layout.columns)
    return pd.DataFrame(
        {
            "row": 7,
            "x": (columns["at"] - layout.first) % 24,
            "hours": layout.step,
            "weight": columns["weight"],
            "hidden": columns["hidden"],
            "about": columns["about"],
            "label": [f"{_clock(at, layout.step)}, all days" for at in columns["at"]],
            "low": np.nan,
            "high": np.nan,
            "total": True,
        }
    )


def _row_label(day: int, layout: Layout) -> str:
    return WEEKDAYS[day] if layout.first == BY_CALENDAR else f"{stretch(24 * day + layout.first, 24)}"


def _column_name(x: int, layout: Layout) -> str:
    return _clock((x + layout.first) % 24, layout.step)


def _clock(hour: int, hours: int) -> str:
    return f"{hour:02d}:00–{(hour + hours - 1) % 24:02d}:59"


def _mark(weight: float, about: float) -> str:
    if not np.isnan(weight):
        return f"{weight:,.0f}"
    return HIDDEN if np.isnan(about) else f"≈{about:,.0f}"

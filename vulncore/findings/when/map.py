"""The week laid out as a map: cells to draw, a table to read, a file to take away.

Cells are hours or three-hour bands; a row holds a whole night, or a day by the calendar.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from vulncore.domain.periods import WEEKDAYS, format_month
from vulncore.findings.shared.words import HIDDEN, HOURS_BLURRED, file_note, number_in_words
from vulncore.findings.when.hours import from_to
from vulncore.findings.when.sentences import not_taken_in_words
from vulncore.findings.when.view import BAND, Week, When
from vulncore.metrics.week.hours import HOURS
from vulncore.store.manifest import Publish

EVENING_WHOLE: Final = 6  # a row from 06:00 holds an evening and the early hours after it
BY_CALENDAR: Final = 0
DECIMALS: Final = 1
MOSTLY_SHOWN: Final = 0.75  # of the hours: with fewer, three-hour bands say more


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


def fitting_step(week: Week) -> int:
    """Return how many hours a cell of the map had best hold: 1 where most hours can be shown, else 3."""
    return 1 if 1 - week.of("hour")["hidden"].mean() >= MOSTLY_SHOWN else BAND


def map_cells(week: Week, layout: Layout) -> pd.DataFrame:
    """Return the cells of the week's map, its totals by row and by column among them.

    Returns:
        One row per cell: `row` (0 to 6 from Monday; 7 for all days), `x` (hours from the row's start; 24 for the whole
        day), `hours` (wide), `weight`, `low`, `high` (95 % limits of the mean behind it; all three missing where
        hidden), `hidden`, `label` (which part of the week), `short`, `words` (its weight, or what
        hides it, in a mark and in words), `total` (whether it is one).
    """
    cells = week.of(layout.cells)
    at = cells["at"].to_numpy()
    body = cells.assign(
        row=(at - layout.first) % HOURS // 24,
        x=(at - layout.first) % 24,
        hours=layout.step,
        label=[from_to(int(start), layout.step) for start in at],
        total=False,
    )
    every = pd.concat([body, _row_totals(week, layout), _column_totals(week, layout)], ignore_index=True)
    every[["weight", "low", "high"]] = every[["weight", "low", "high"]].round(DECIMALS)
    columns = ["row", "x", "hours", "weight", "low", "high", "hidden", "label", "short", "words", "total"]
    return every.sort_values(["row", "x"], ignore_index=True)[columns]


def map_table(week: Week, layout: Layout) -> pd.DataFrame:
    """Return the week as people read it: a line for each day, a column for each part of it, and the totals."""
    wide = map_cells(week, layout).pivot(index="row", columns="x", values="short")
    starts = [int(str(x)) for x in wide.columns]
    wide.columns = pd.Index(
        ["Whole day" if x == 24 else _clock((x + layout.first) % 24, layout.step) for x in starts]
    )
    wide.insert(0, "Day" if layout.first == BY_CALENDAR else "Day and night of", [*WEEKDAYS, "Every day"])
    return wide.reset_index(drop=True)


def map_export(week: Week, layout: Layout) -> pd.DataFrame:
    """Return the week's cells as a script or a spreadsheet takes them; hidden ones are empty.

    Returns:
        One row per cell from Monday 00:00: `weekday`, `hour` (its first, 0 to 23), `weight` (records), `low`, `high`
        (95 % limits of the mean behind it).
    """
    cells = week.of(layout.cells)
    weekdays = [WEEKDAYS[at // 24] for at in cells["at"]]
    export = cells.assign(weekday=weekdays, hour=cells["at"] % 24)
    return export[["weekday", "hour", "weight", "low", "high"]]


def week_export(weeks: When, layout: Layout, publish: Publish) -> pd.DataFrame:
    """Return the map as a file: its cells, how many hours each has, and in every row what they are of and from."""
    record_filter = weeks.now.record_filter
    cells = map_export(weeks.now, layout)
    cells.insert(2, "hours", layout.step)
    blurred = [HOURS_BLURRED] if weeks.now.blurred else []
    return cells.assign(
        force=record_filter.force,
        records=weeks.about,
        first_month=format_month(record_filter.window.start),
        last_month=format_month(record_filter.window.end),
        dataset=publish.dataset,
        version=publish.number,
        note=file_note(publish, " ".join([*blurred, *not_taken_in_words(weeks.now, weeks.unit)])),
    )


def _row_totals(week: Week, layout: Layout) -> pd.DataFrame:
    days = week.of(layout.rows)
    labels = [
        WEEKDAYS[at // 24] if layout.first == BY_CALENDAR else from_to(at + layout.first, 24)
        for at in days["at"]
    ]
    whole = {
        "row": 7,
        "weight": week.timed,
        "hidden": math.isnan(week.timed),
        "short": HIDDEN if math.isnan(week.timed) else f"{week.timed:,.0f}",
        "words": number_in_words(week.timed, week.smallest),
        "label": "The whole week",
    }
    by_day = days.assign(row=days["at"] // 24, label=labels)[list(whole)]
    totals = pd.concat([by_day, pd.DataFrame([whole])], ignore_index=True)
    return totals.assign(x=24, hours=BAND, low=np.nan, high=np.nan, total=True)


def _column_totals(week: Week, layout: Layout) -> pd.DataFrame:
    columns = week.of(layout.columns)
    return columns.assign(
        row=7,
        x=(columns["at"] - layout.first) % 24,
        hours=layout.step,
        label=[f"{_clock(at, layout.step)}, all days" for at in columns["at"]],
        total=True,
    )


def _clock(hour: int, hours: int) -> str:
    return f"{hour:02d}:00–{(hour + hours - 1) % 24:02d}:59"

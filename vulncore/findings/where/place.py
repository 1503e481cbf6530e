"""One place of a map: its streets, its months, its own hours of the week, and its share of all."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import ibis
import numpy as np
import pandas as pd

from vulncore.domain.arrays import Floats
from vulncore.domain.disclosure import rounded
from vulncore.domain.periods import WEEKDAYS, Window, add_months, month_end
from vulncore.findings.shared.words import capital_first, hidden_in_words, percent
from vulncore.findings.where.names import every_name
from vulncore.findings.where.read import Placed
from vulncore.findings.where.where import Where
from vulncore.metrics.week.day_hour import day_hour, timed_records, week_of
from vulncore.metrics.week.known_times import midnights
from vulncore.store import Snapshot

PARTS_OF_MONTHS: Final = (1, 3, 6, 12)
PARTS_OF_WEEK: Final = ((7, 3), (7, 6), (7, 12), (1, 3), (1, 6), (1, 12))
"""How finely the hours may be shown: rows of a day each or one of every day, and hours to a part; finest first."""
FROM: Final = 6  # a row from 06:00 holds an evening and the early hours after it
DAY: Final = 24
DAYS: Final = len(WEEKDAYS)


@dataclass(frozen=True)
class PlaceFound:
    """What can be shown of one place.

    `months` has one row per part of the time: `label`, `start`, `records` (to the nearest `smallest`, missing where
    hidden). `hours` has one row per weekday and part of the day: `day`, `part`, `row`, `column`, `records`; empty where
    `no_hours` says why.
    """

    cell: str
    name: str
    streets: tuple[str, ...]
    said: str
    months: pd.DataFrame
    hours: pd.DataFrame
    no_hours: str


def place_found(snapshot: Snapshot, found: Where, resolution: int | None, cell: str) -> PlaceFound:
    """Return what can be shown of one piece of the area.

    Args:
        snapshot: The version that was read.
        found: Where the records lie.
        resolution: The size of the cells, None for wards.
        cell: The piece's name: its H3 index, or the ward.
    """
    placed = found.placed(resolution)
    at = placed.zones.names.index(cell)
    names = found.names(placed.zones)
    counts = placed.within(found.read.window)
    total = float(counts.sum())
    many = float(rounded(counts, found.smallest, total)[at])
    streets = sorted(names[at], key=lambda street: (-names[at][street], street))
    months = _months(found, placed, at)
    hours, why = _hours(snapshot, found, placed, at, many)
    return PlaceFound(
        cell=cell,
        name=every_name(placed.zones, names)[at],
        streets=tuple(streets),
        said=_said(many, total, found),
        months=months,
        hours=hours,
        no_hours=why,
    )


def hours_table(found: PlaceFound) -> pd.DataFrame:
    """Return the place's hours as people read them: a line for each day, a column for each part of it."""
    if found.hours.empty:
        return pd.DataFrame()
    texts = found.hours.assign(text=[_text(each) for each in found.hours["records"]])
    wide = texts.pivot(index="row", columns="column", values="text")
    parts = texts.drop_duplicates("column").set_index("column")["part"]
    wide.columns = pd.Index([parts[column] for column in wide.columns])
    wide.insert(0, "Day and night of", texts.sort_values("row")["day"].drop_duplicates().tolist())
    return wide.reset_index(drop=True)


def months_table(found: PlaceFound) -> pd.DataFrame:
    """Return the place's months as people read them."""
    records = [_text(each) for each in found.months["records"]]
    return pd.DataFrame({"Months": found.months["label"], "About": records})


def _months(found: Where, placed: Placed, at: int) -> pd.DataFrame:
    """Return the place's time in the shortest parts of which half of its records can be shown."""
    frame = pd.DataFrame()
    for step in PARTS_OF_MONTHS:
        windows = _parts(found.read.history, step)
        counts = np.array([placed.within(each)[at] for each in windows])
        shown = rounded(counts, found.smallest)
        frame = pd.DataFrame(
            {
                "label": [_label(each) for each in windows],
                "start": [pd.Timestamp(each.start) for each in windows],
                "records": shown,
            }
        )
        if 2 * counts[~np.isnan(shown)].sum() >= counts.sum() > 0:
            break
    return frame


def _parts(history: Window, step: int) -> list[Window]:
    """Return equal parts of a window that end with its last month; what is left over at the start is left out."""
    months = history.months
    firsts = months[len(months) % step :: step]
    return [Window(first, month_end(add_months(first, step - 1))) for first in firsts]


def _hours(
    snapshot: Snapshot, found: Where, placed: Placed, at: int, many: float
) -> tuple[pd.DataFrame, str]:
    nothing = pd.DataFrame()
    if math.isnan(many):
        return nothing, (
            f"{capital_first(hidden_in_words(max(found.smallest, 1)))} {found.unit} lie here, or so few that its hours would tell "
            "of them. Choose larger cells, a longer period or more measures."
        )
    own = placed.zone == at
    points = pd.DataFrame({"longitude": found.read.longitudes[own], "latitude": found.read.latitudes[own]})
    here = snapshot.incidents.semi_join(ibis.memtable(points.drop_duplicates()), ["longitude", "latitude"])
    asked = found.read.asked.records
    weights = day_hour(
        timed_records(here, snapshot.coverage, asked, midnights(snapshot.incidents, asked.force))
    )
    week = week_of(weights)
    if not week.sum():
        return nothing, "No record here has a time of day."
    from_six = np.roll(week, -FROM).reshape(DAYS, DAY)
    for rows, hours in PARTS_OF_WEEK:
        days = from_six if rows == DAYS else from_six.sum(axis=0, keepdims=True)
        parts = days.reshape(rows, DAY // hours, hours).sum(axis=2)
        shown = rounded(parts.ravel(), found.smallest).reshape(parts.shape)
        if 2 * parts[~np.isnan(shown)].sum() >= parts.sum():
            return _laid_out(shown, hours), ""
    return (
        nothing,
        "Too few have a time of day to show the hours of this place. Choose larger cells or a longer period.",
    )


def _laid_out(shown: Floats, hours: int) -> pd.DataFrame:
    row, column = (each.ravel() for each in np.indices(shown.shape))
    days = WEEKDAYS if len(shown) == DAYS else ("Every day",)
    starts = [(FROM + hours * int(at)) % DAY for at in column]
    return pd.DataFrame(
        {
            "row": row,
            "column": column,
            "day": [days[at] for at in row],
            "part": [f"{start:02d}–{(start + hours) % DAY:02d}" for start in starts],
            "records": shown.ravel(),
        }
    )


def _said(many: float, total: float, found: Where) -> str:
    if math.isnan(many):
        return f"{capital_first(hidden_in_words(max(found.smallest, 1)))} {found.unit}, or so few that its number would tell of them."
    share = percent(many / max(total, 1))
    about = "About " if found.smallest > 1 else ""
    return f"{about}{many:,.0f} {found.unit}, {share} of all on the map."


def _label(window: Window) -> str:
    first, last = f"{window.start:%b %Y}", f"{window.end:%b %Y}"
    if first == last:
        return first
    return (
        f"{window.start:%b}–{last}"
        if window.start.year == window.end.year
        else f"{window.start:%b %y}–{last}"
    )


def _text(records: float) -> str:
    return "–" if math.isnan(records) else f"{records:,.0f}"


def ranked(names: Sequence[str], shown: Floats) -> list[int]:
    """Return pieces by how many records are shown of them, then by name: nothing of the order gives a hidden one away."""
    return sorted(range(len(names)), key=lambda at: (-float(np.nan_to_num(shown[at])), names[at]))

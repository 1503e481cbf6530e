"""Counts inside, what may be shown outside: one place's streets, its months, its own hours of the week, and its share of all."""

import math
from typing import Final

import numpy as np
import pandas as pd

from vulncore.domain.arrays import Floats
from vulncore.domain.blur import sharpening
from vulncore.domain.periods import WEEKDAYS, Window
from vulncore.findings.shared.words import hidden_in_words, percent
from vulncore.findings.where.area import streets_by_records, zone_names
from vulncore.findings.where.counts import RecordCounts, ZoneCounts, spread_of, zone_counts, zone_of_records
from vulncore.findings.where.layers import Verdict, verdict
from vulncore.findings.where.protection import (
    FALSE_RATE,
    change_layer,
    class_layer,
    hot_layer,
    names_of,
    protected_numbers,
)
from vulncore.findings.where.question import equal_parts
from vulncore.findings.where.view import PlaceView, TwoPlaces
from vulncore.metrics.hotspots.classes import HotspotClass
from vulncore.metrics.hotspots.zones import zone_of
from vulncore.metrics.statistics.intervals import rate_ratio_p_value
from vulncore.metrics.week.day_hour import day_hour, week_of

PARTS_OF_MONTHS: Final = (1, 3, 6, 12)
PARTS_OF_WEEK: Final = ((7, 3), (7, 6), (7, 12), (1, 3), (1, 6), (1, 12))
"""How finely the hours may be shown: rows of a day each or one of every day, and hours to a part; finest first."""
DIFFER: Final = "They differ by more than chance."
UNSURE: Final = "Whether they differ by more than chance can't be told: places are blurred."
FROM: Final = 6  # a row from 06:00 holds an evening and the early hours after it
DAY: Final = 24
DAYS: Final = len(WEEKDAYS)


def place_view(
    counts: RecordCounts,
    resolution: int | None,
    cell: str,
    shortest: int = PARTS_OF_MONTHS[0],
    hours_from: int = 0,
) -> PlaceView:
    """Return what can be shown of one zone by its name, its H3 index or the ward; `resolution` is None for wards.

    A part of its time has at least `shortest` months; the finest parts of its hours are number `hours_from` of `PARTS_OF_WEEK`.
    """
    by_zone = zone_counts(counts, resolution)
    zone = by_zone.zones.names.index(cell)
    names = names_of(counts, by_zone.zones)
    there = by_zone.about(counts.window)
    total = float(there.sum())
    number = float(protected_numbers(there, counts.smallest)[0][zone])
    hours, no_hours = _hours(counts, by_zone, zone, number, hours_from)
    return PlaceView(
        cell=cell,
        name=zone_names(by_zone.zones, names)[zone],
        streets=tuple(streets_by_records(names, zone)),
        summary=_summary(number, total, counts),
        verdict=_verdict(counts, by_zone, zone),
        months=_months(counts, by_zone, zone, shortest),
        hours=hours,
        no_hours=no_hours,
    )


def _verdict(counts: RecordCounts, by_zone: ZoneCounts, zone: int) -> Verdict:
    """Return one verdict of what each layer says of the place, in protected form: that of its part that most asks for people."""
    question, smallest = counts.question, counts.smallest
    finest = zone_counts(counts, counts.ground.finest)  # as the map judges what is hot
    longitudes, latitudes = (finest.zones.centres_m / finest.zones.scale).T
    within = np.flatnonzero(zone_of(by_zone.zones, longitudes, latitudes) == zone)
    hot = hot_layer(finest, counts.window, smallest).frame["state"].to_numpy()[within] == "hot"
    classes, change = [HotspotClass.NONE] * len(within), ""
    if question.periods:
        of_cells = class_layer(finest, question.periods, smallest).frame["class"].to_numpy()[within]
        classes = [HotspotClass(of_cell) for of_cell in of_cells]
    if question.before is not None:
        changes = change_layer(by_zone, counts.window, question.before, smallest).frame["verdict"]
        change = str(changes.iloc[zone])
    judged = [verdict(bool(state), of_cell, change) for state, of_cell in zip(hot, classes, strict=True)]
    return min(judged, default=verdict(False, change=change))


def two_places(counts: RecordCounts, resolution: int | None, cells: tuple[str, str]) -> TwoPlaces:
    """Return what can be shown of two zones of one map, their time in parts of one length, and whether they differ."""
    alone = [place_view(counts, resolution, cell) for cell in cells]
    fewest = min(len(place.months) for place in alone)
    coarser = next(
        step for step in PARTS_OF_MONTHS if len(equal_parts(counts.question.history.months, step)) <= fewest
    )
    hours_from = max(_parts_of_week(place.hours) for place in alone)
    first, second = (place_view(counts, resolution, cell, coarser, hours_from) for cell in cells)
    differ = zones_differ(counts, resolution, cells)
    return TwoPlaces(
        places=(first, second),
        verdict=DIFFER if differ else UNSURE if counts.blurred else "Their difference could be chance.",
        most_months=_most(first.months, second.months),
        most_hours=_most(first.hours, second.hours),
    )


def zones_differ(counts: RecordCounts, resolution: int | None, cells: tuple[str, str]) -> bool:
    """Return whether two zones have different numbers of records in the window by more than chance (5 %).

    The exact test of two counts, with the scatter that sharpening adds. How large the zones are is not asked: what a cell has is
    what somebody who goes there meets.
    """
    by_zone = zone_counts(counts, resolution)
    at = [by_zone.zones.names.index(cell) for cell in cells]
    about = by_zone.about(counts.window)[at]
    spread = float(spread_of((by_zone, counts.window))[at].max())
    return bool(rate_ratio_p_value(about[0], about[1], 1, 1, spread) <= FALSE_RATE)


def _parts_of_week(hours: pd.DataFrame) -> int:
    """Return which of `PARTS_OF_WEEK` some hours are in; the finest where there are none."""
    if hours.empty:
        return 0
    return PARTS_OF_WEEK.index((hours["day"].nunique(), DAY // hours["part"].nunique()))


def _most(*frames: pd.DataFrame) -> float:
    return max(
        (float(frame["records"].max()) for frame in frames if len(frame) and frame["records"].notna().any()),
        default=1.0,
    )


def _months(counts: RecordCounts, by_zone: ZoneCounts, zone: int, shortest: int) -> pd.DataFrame:
    """Return the place's time in the shortest parts of which half of its records can be shown."""
    frame = pd.DataFrame()
    for step in (step for step in PARTS_OF_MONTHS if step >= shortest):
        windows = equal_parts(counts.question.history.months, step)
        there = np.array([by_zone.about(window)[zone] for window in windows])
        numbers, half_shown = protected_numbers(there, counts.smallest)
        frame = pd.DataFrame({"label": [_label(window) for window in windows], "records": numbers})
        if half_shown and there.sum() > 0:
            break
    return frame


def _hours(
    counts: RecordCounts, by_zone: ZoneCounts, zone: int, number: float, hours_from: int
) -> tuple[pd.DataFrame, str]:
    """Return the place's hours in the finest parts of which half of its records can be shown, or why there are none."""
    nothing = pd.DataFrame()
    if math.isnan(number):
        why = f"{_few(counts)} lie here: too few to show their hours. "
        return nothing, f"{why}Choose larger cells, a longer period or more measures."
    if counts.selection.hours.cells:
        return nothing, "This map is of some hours alone. Choose every hour to see the hours of this place."
    week = _week(counts, by_zone, zone)
    if not week.sum():
        return nothing, "No record here has a time of day."
    from_six = np.roll(week, -FROM).reshape(DAYS, DAY)
    for rows, hours in PARTS_OF_WEEK[hours_from:]:
        days = from_six if rows == DAYS else from_six.sum(axis=0, keepdims=True)
        parts = days.reshape(rows, DAY // hours, hours).sum(axis=2)
        numbers, half_shown = protected_numbers(parts.ravel(), counts.smallest)
        if half_shown:
            return _hour_rows(numbers, rows, hours), ""
    return nothing, (
        "Too few records have a time of day to show the hours of this place. Choose larger cells or a longer period."
    )


def _week(counts: RecordCounts, by_zone: ZoneCounts, zone: int) -> Floats:
    """Return about how many records the place has in each of the 168 hours from Monday 00:00."""
    chosen = counts.counted.chosen(counts.question.selection.records)
    here = chosen.only(zone_of_records(counts.counted, by_zone.zones)[chosen.at] == zone)
    week = week_of(day_hour(here))
    if not counts.blurred:
        return week
    seen, about = (of_zone(counts.window)[zone] for of_zone in (by_zone.within, by_zone.about))
    hours: Floats = np.maximum(sharpening() @ week, 0.0) * about / max(seen, 1.0)
    return hours


def _hour_rows(numbers: Floats, rows: int, hours: int) -> pd.DataFrame:
    days = WEEKDAYS if rows == DAYS else ("Every day",)
    starts = [start % DAY for start in range(FROM, FROM + DAY, hours)]
    parts = [f"{start:02d}–{(start + hours) % DAY:02d}" for start in starts]
    return pd.DataFrame({"day": np.repeat(days, len(parts)), "part": parts * rows, "records": numbers})


def _summary(number: float, total: float, counts: RecordCounts) -> str:
    if math.isnan(number):
        return f"{_few(counts)}."
    share = percent(number / max(total, 1))
    about = "About " if counts.smallest > 1 else ""
    return f"{about}{number:,.0f} {counts.unit}, {share} of all on the map."


def _few(counts: RecordCounts) -> str:
    return f"{hidden_in_words(max(counts.smallest, 1)).capitalize()} {counts.unit}"


def _label(window: Window) -> str:
    last = f"{window.end:%b %Y}"
    if len(window.months) == 1:
        return last
    return f"{window.start:{'%b' if window.start.year == window.end.year else '%b %y'}}–{last}"

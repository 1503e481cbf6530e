"""A layer of numbers as it may leave the house: what is hidden for others' sake, too, against last month's map as well.

A document can't be called back, and last month's is in the same drawer. `vulncore.findings.when.leaving` does the same for the week.
"""

from dataclasses import replace
from typing import Final

import numpy as np

from vulncore.domain.arrays import Booleans, Floats, Integers
from vulncore.domain.periods import months_earlier
from vulncore.findings.shared.words import HIDDEN_WORD
from vulncore.findings.where.counts import RecordCounts, ZoneCounts, zone_counts
from vulncore.findings.where.layers import MapChoice, ProtectedLayer, number_steps
from vulncore.findings.where.protection import layer_view
from vulncore.findings.where.view import LayerView
from vulncore.metrics.suppression.leaving import leaving
from vulncore.metrics.suppression.tables import GONE, NEW, SHARED, Stated, TableFigure

REST: Final = "rest"
ALIKE: Final = 120
"""Zones: a linear program of as many takes a second, and more of them tell no more."""


def layer_leaving(counts: RecordCounts, choice: MapChoice) -> LayerView:
    """Return a layer of numbers as it may leave: `layer_view`, with more zones hidden where that takes.

    The total of all zones is taken to be known exactly, and numbers to be rounded to the smallest that is shown.

    Raises:
        VulncoreError: The data can't serve the layer, or there are too few records for a map.
        UnknownNameError: There are no cells of that resolution here.
    """
    shown = layer_view(counts, choice)
    if "records" not in shown.layer.frame:
        return shown
    hidden = _hidden_zones(counts, shown.resolution)
    return replace(
        shown,
        layer=_without(shown.layer, hidden, counts.smallest),
        list_by=np.where(hidden, np.nan, shown.list_by),
    )


def _figures_of_zones(numbers: Floats, zones: Integers, groups: tuple[str, ...]) -> list[TableFigure]:
    """Return some zones' numbers as figures over zones and groups of months; the total of all is the last, and published.

    What the other zones hold is a part of the total that nothing is said of.
    """
    figures = [
        TableFigure(frozenset((int(zone), group) for group in groups), float(numbers[zone])) for zone in zones
    ]
    rest = frozenset((REST, group) for group in groups) if len(zones) < len(numbers) else frozenset()
    every = frozenset(part for figure in figures for part in figure.parts) | rest
    return [*figures, TableFigure(every, float(numbers.sum()), published=True)]


def _hidden_zones(counts: RecordCounts, resolution: int | None) -> Booleans:
    """Return which zones' numbers are hidden: those that are small, and those that would give one away.

    Zones that are small this month and last can stand for one another: of more than `ALIKE` the others go into the rest.
    """
    by_zone, smallest = zone_counts(counts, resolution), counts.smallest
    now, before = by_zone.about(counts.window), _month_before(counts, by_zone)
    last = np.zeros_like(now) if before is None else before
    small = (now < smallest) & (last < smallest)
    alike = np.flatnonzero(small)[np.argsort(-(now + last)[small], kind="stable")]
    zones = np.sort(np.concatenate([np.flatnonzero(~small), alike[:ALIKE]]))
    earlier: tuple[Stated, ...] = ()
    if before is not None:
        earlier = leaving(_figures_of_zones(before, zones, (SHARED, GONE)), smallest, smallest).stated
    left = leaving(_figures_of_zones(now, zones, (SHARED, NEW)), smallest, smallest, earlier)
    hidden = np.ones(len(now), dtype=bool)
    hidden[zones] = left.hidden[:-1]
    return hidden


def _month_before(counts: RecordCounts, by_zone: ZoneCounts) -> Floats | None:
    """Return what last month's map counted; None where its months are not among those that were read, or it was none."""
    window, history = counts.window, counts.question.history
    before = months_earlier(window, 1)
    if before.start < history.start:
        return None
    numbers = by_zone.about(before)
    return None if numbers.sum() < counts.smallest else numbers


def _without(layer: ProtectedLayer, hidden: Booleans, smallest: int) -> ProtectedLayer:
    """Return a layer of numbers without those of some zones, its steps made of what is left.

    What hides one for itself reads as what hides one for others.
    """
    frame = layer.frame.copy()
    frame.loc[hidden, ["records", "share"]] = np.nan
    legend, frame["key"] = number_steps(frame["records"].to_numpy(dtype=float), max(smallest, 1), smallest)
    frame.loc[hidden, "mark"] = ""
    frame.loc[hidden, "words"] = HIDDEN_WORD
    words = HIDDEN_WORD.capitalize()
    entries = (entry._replace(words=words) if entry.key == "hidden" else entry for entry in legend)
    return replace(layer, frame=frame, legend=tuple(entries))

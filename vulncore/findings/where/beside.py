"""Counts inside, what may be shown outside: two maps beside each other, and where they differ by more than chance."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd

from vulncore.domain.vocabulary import Measure
from vulncore.findings.shared.compared import breaks_by_name
from vulncore.findings.shared.headline import Briefing, Headline, HeadlineKind
from vulncore.findings.shared.layer import Layer
from vulncore.findings.shared.sides import (
    BLURRED_PLACES,
    Side,
    measures_sharing,
    missing_beside,
    names_of,
    not_compared,
    why_not_judged,
)
from vulncore.findings.shared.words import hidden_as, listed, percent, small_first
from vulncore.findings.where.area import zone_names
from vulncore.findings.where.counts import RecordCounts, spread_of, zone_counts
from vulncore.findings.where.layers import MapChoice
from vulncore.findings.where.map import map_view
from vulncore.findings.where.protection import (
    fitting_resolution,
    layer_view,
    protected_numbers,
    verdicts_of,
    where_summary,
    where_view,
)
from vulncore.findings.where.protection import names_of as streets_of
from vulncore.findings.where.sentences import where_briefing
from vulncore.findings.where.view import MapsBeside
from vulncore.metrics.statistics.parts import parts_compared
from vulncore.store import Snapshot

MOST_NAMED: Final = 3
OTHER_CELLS: Final = "The two are of other areas, so no place is compared."


def maps_beside(
    pinned: tuple[Snapshot, RecordCounts],
    shown: tuple[Snapshot, RecordCounts],
    measures: Sequence[Measure],
    choice: MapChoice,
) -> MapsBeside:
    """Return what tells one map from another, and both.

    Args:
        pinned: The version and the counts that are compared with.
        shown: Those on screen.
        measures: The measures of both versions.
        choice: What both maps show; what suits them where a size is None.

    Raises:
        VulncoreError: The data of one can't serve the layer.
    """
    counts = pinned[1], shown[1]
    sides = _side(*pinned, measures), _side(*shown, measures)
    before, now = names_of(sides)
    views = where_view(counts[0]), where_view(counts[1])
    few = [name for name, view in zip((before, now), views, strict=True) if view.too_few]
    same = not few and _same_zones(counts)
    choice = _fitting(counts, choice) if same else choice
    its_choice = choice if same else replace(choice, resolution=None)
    its_map, map_shown = (
        None
        if view.too_few
        else map_view(view, layer_view(one, of_one, other if same else None), snapshot.publish)
        for view, (snapshot, one), other, of_one in zip(
            views, (pinned, shown), reversed(counts), (its_choice, choice), strict=True
        )
    )
    why = (
        f"{listed(few)}: too few records for a map. Choose a longer period or more measures."
        if few
        else why_not_judged(*sides)
        or missing_beside((before, now), [bool(view.question.notes) for view in views])
        or ("" if same else OTHER_CELLS)
    )
    if why or map_shown is None:
        briefing = Briefing(*not_compared((before, now), why))
        return MapsBeside((before, now), briefing, (), pd.DataFrame(), views, its_map, map_shown)
    alike = sides[0].is_like(sides[1])
    difference = zone_differences(*counts, map_shown.resolution, alike=alike)
    return MapsBeside(
        names=(before, now),
        briefing=_briefing(
            difference, (before, now), where_briefing(where_summary(counts[1])), blurred=counts[1].blurred
        ),
        headline=_headline(difference, alike=alike),
        table=_table(difference, (before, now)),
        views=views,
        pinned=its_map,
        shown=map_shown,
    )


def _side(snapshot: Snapshot, counts: RecordCounts, measures: Sequence[Measure]) -> Side:
    selection, about = counts.question.selection, counts.question.about
    broken = breaks_by_name(snapshot, selection.records, measures).values()
    return Side(
        snapshot.publish,
        selection.force,
        selection.records.measures,
        about,
        selection.window,
        selection.records.where,
        hours=selection.hours.key if selection.hours.cells else "",
        broken=tuple(month for months in broken for month in months),
        sharing=measures_sharing(snapshot, selection.force),
    )


def _same_zones(counts: tuple[RecordCounts, RecordCounts]) -> bool:
    pinned, shown = (one.ground for one in counts)
    return pinned.force == shown.force and bool(pinned.area.shape.equals(shown.area.shape))


def _fitting(counts: tuple[RecordCounts, RecordCounts], choice: MapChoice) -> MapChoice:
    """Return a choice with the size that suits both: the coarser of theirs."""
    if choice.layer is Layer.WARDS or choice.resolution is not None:
        return choice
    fitting = [fitting_resolution(one, choice.layer) for one in counts]
    return replace(choice, resolution=min(size for size in fitting if size is not None))


def zone_differences(
    pinned: RecordCounts, shown: RecordCounts, resolution: int | None, *, alike: bool
) -> pd.DataFrame:
    """Return how each zone of one map differs from the same zone of another of which no record is the same.

    Args:
        pinned: Where the records lie that are compared with.
        shown: Where those on screen lie.
        resolution: The size of cells, None for wards.
        alike: Whether both are of the same kind of records: then they are compared by day, else by their share of the map.

    Returns:
        One row per zone: `place`, `pinned` and `shown` (in words), `verdict` ("more", "fewer", "no clear change", "too few to
        say"), `p_value`, all zones judged together as in `change_layer`.
    """
    zones_of_both = [zone_counts(counts, resolution) for counts in (pinned, shown)]
    windows = pinned.window, shown.window
    parts = list(zip(zones_of_both, windows, strict=True))
    before, now = (by_zone.about(window) for by_zone, window in parts)
    exposures = (windows[0].days, windows[1].days) if alike else (float(before.sum()), float(now.sum()))
    numbers_of_both = [protected_numbers(numbers, shown.smallest)[0] for numbers in (before, now)]
    both_hidden = np.isnan(numbers_of_both[0]) & np.isnan(numbers_of_both[1])
    compared = parts_compared(now, before, exposures[1], exposures[0], spread_of(*parts), ~both_hidden)
    in_words = [
        [
            hidden_as(shown.smallest)
            if math.isnan(number)
            else f"about {number:,.0f}"
            if alike
            else percent(number / max(total, 1.0))
            for number in numbers
        ]
        for numbers, total in zip(numbers_of_both, (before.sum(), now.sum()), strict=True)
    ]
    zones = zones_of_both[1].zones
    return pd.DataFrame(
        {
            "place": zone_names(zones, streets_of(shown, zones)),
            "pinned": in_words[0],
            "shown": in_words[1],
            "verdict": np.where(both_hidden, "too few to say", verdicts_of(compared)),
            "p_value": compared.p_value,
        }
    )


def _briefing(
    difference: pd.DataFrame, names: tuple[str, str], alone: Briefing, *, blurred: bool
) -> Briefing:
    """Return where two maps differ; what the page says of the map on screen alone is said with it."""
    clear = difference[difference["verdict"].isin(["more", "fewer"])].sort_values("p_value", kind="stable")
    of_shown = f"{names[1]} alone: {alone.finding} {alone.action}"
    if clear.empty:
        unsure = BLURRED_PLACES if blurred else "Smaller differences could be chance."
        return Briefing("No place differs by more than chance.", unsure, of_shown)
    first, others = clear.iloc[0], clear.iloc[1 : 1 + MOST_NAMED]
    left = len(clear) - 1 - len(others)
    also = [*others["place"], f"{left} more"] if left else list(others["place"])
    return Briefing(
        f"{first['place']}: {small_first(names[1])} {first['shown']}, {small_first(names[0])} {first['pinned']}.",
        "More than chance.",
        " ".join(filter(None, [f"Different, too: {listed(also)}." if also else "", of_shown])),
    )


def _headline(difference: pd.DataFrame, *, alike: bool) -> tuple[Headline, ...]:
    clear = int(difference["verdict"].isin(["more", "fewer"]).sum())
    basis = (
        "Each place was compared by its records a day."
        if alike
        else "Each place was compared by its share of its map, not by how many records it has."
    )
    kind = HeadlineKind.CLEAR if clear else HeadlineKind.QUIET
    return (Headline(kind, f"{clear} of {len(difference)} places differ by more than chance", basis),)


def _table(difference: pd.DataFrame, names: tuple[str, ...]) -> pd.DataFrame:
    judged = difference[difference["verdict"] != "too few to say"]
    judged = judged.sort_values(["verdict", "place"], key=_clear_first, kind="stable")
    return pd.DataFrame(
        {
            "Place": judged["place"],
            f"Pinned: {names[0]}": judged["pinned"],
            f"On screen: {names[1]}": judged["shown"],
            "Verdict": judged["verdict"].replace("no clear change", "could be chance"),
        }
    )


def _clear_first(column: pd.Series) -> pd.Series:
    """Return what rows are sorted by: those that differ first, by name; their order tells nothing of hidden numbers."""
    return column.eq("no clear change") if column.name == "verdict" else column

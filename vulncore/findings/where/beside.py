"""Counts inside, what may be shown outside: two maps beside each other, and where they differ by more than chance."""

from dataclasses import replace
from typing import Final

import pandas as pd

from vulncore.findings.shared.headline import NOTHING_TO_DO, Briefing, Headline, HeadlineKind
from vulncore.findings.shared.sides import Side, missing_beside, names_of, why_not_judged
from vulncore.findings.shared.words import listed
from vulncore.findings.where.counts import RecordCounts
from vulncore.findings.where.layers import Layer, MapChoice
from vulncore.findings.where.map import map_view
from vulncore.findings.where.protection import (
    fitting_resolution,
    layer_view,
    protected_difference,
    where_view,
)
from vulncore.findings.where.view import MapsBeside
from vulncore.store.manifest import Publish

MOST_NAMED: Final = 3
OTHER_CELLS: Final = "The two are of other areas, so no place is compared."


def maps_beside(
    pinned: tuple[Publish, RecordCounts], shown: tuple[Publish, RecordCounts], choice: MapChoice
) -> MapsBeside:
    """Return what tells one map from another, and both.

    Args:
        pinned: The version and the counts that are compared with.
        shown: Those on screen.
        choice: What both maps show; what suits them where a size is None.

    Raises:
        VulncoreError: The data of one can't serve the layer.
    """
    counts = pinned[1], shown[1]
    sides = tuple(_side(publish, one) for publish, one in (pinned, shown))
    before, now = names_of(sides)
    views = where_view(counts[0]), where_view(counts[1])
    few = [name for name, view in zip((before, now), views, strict=True) if view.too_few]
    same = not few and _same_zones(counts)
    choice = _fitting(counts, choice) if same else choice
    its_choice = choice if same else replace(choice, resolution=None)
    its_map, map_shown = (
        None if view.too_few else map_view(view, layer_view(one, of_one, other if same else None), publish)
        for view, (publish, one), other, of_one in zip(
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
        briefing = Briefing("Two maps beside each other, not compared.", why)
        return MapsBeside((before, now), briefing, (), pd.DataFrame(), views, its_map, map_shown)
    alike = sides[0].is_like(sides[1])
    difference = protected_difference(*counts, map_shown.resolution, alike=alike)
    return MapsBeside(
        names=(before, now),
        briefing=_briefing(difference),
        headline=_headline(difference, alike=alike),
        table=_table(difference, (before, now)),
        views=views,
        pinned=its_map,
        shown=map_shown,
    )


def _side(publish: Publish, counts: RecordCounts) -> Side:
    selection = counts.question.selection
    hours = (("hours", selection.hours.words),) if selection.hours.cells else ()
    about = ", ".join([counts.question.about, *(words for _, words in hours)])
    # hours may overlap: they part no records for certain
    return Side(
        publish, selection.force, selection.records.measures, about, selection.window, selection.records.where
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


def _briefing(difference: pd.DataFrame) -> Briefing:
    clear = difference[difference["verdict"].isin(["more", "fewer"])].sort_values("p_value", kind="stable")
    if clear.empty:
        return Briefing("No place differs by more than chance.", NOTHING_TO_DO)
    first, others = clear.iloc[0], clear.iloc[1 : 1 + MOST_NAMED]
    left = len(clear) - 1 - len(others)
    also = [*others["place"], f"{left} more"] if left else list(others["place"])
    return Briefing(
        f"{first['place']}: {first['shown']}, pinned {first['pinned']}.",
        "More than chance. Look at each map on its own before you send people.",
        f"Different, too: {listed(also)}." if also else "",
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
    judged = difference[difference["verdict"] != "too few to say"].sort_values("p_value", kind="stable")
    return pd.DataFrame(
        {
            "Place": judged["place"],
            f"Pinned: {names[0]}": judged["pinned"],
            f"On screen: {names[1]}": judged["shown"],
            "Verdict": judged["verdict"].replace("no clear change", "could be chance"),
        }
    )

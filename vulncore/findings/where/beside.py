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
    names = names_of(sides)
    views = tuple(where_view(one) for one in counts)
    few = [name for name, view in zip(names, views, strict=True) if view.too_few]
    if few:
        why = f"{listed(few)}: too few records for a map. Choose a longer period or more measures."
        maps = [
            None if view.too_few else map_view(view, layer_view(one, choice), publish)
            for view, (publish, one) in zip(views, (pinned, shown), strict=True)
        ]
        return MapsBeside((names[0], names[1]), _not_compared(why), (), pd.DataFrame(), maps[0], maps[1])
    choice = _fitting(counts, choice)
    same = _same_zones(counts)
    layers = [
        layer_view(one, choice, other if same else None)
        for one, other in zip(counts, reversed(counts), strict=True)
    ]
    maps = [
        map_view(view, layer, publish)
        for view, layer, (publish, _) in zip(views, layers, (pinned, shown), strict=True)
    ]
    why = why_not_judged(*sides) or missing_beside(names, [bool(view.question.notes) for view in views])
    why = why or ("" if same else OTHER_CELLS)
    if why:
        return MapsBeside((names[0], names[1]), _not_compared(why), (), pd.DataFrame(), maps[0], maps[1])
    alike = sides[0].is_like(sides[1])
    difference = protected_difference(*counts, layers[1].resolution, alike=alike)
    return MapsBeside(
        (names[0], names[1]),
        _briefing(difference),
        _headline(difference, alike=alike),
        _table(difference, names),
        maps[0],
        maps[1],
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


def _not_compared(why: str) -> Briefing:
    return Briefing("Two maps beside each other, not compared.", why)


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

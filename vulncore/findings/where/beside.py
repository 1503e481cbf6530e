"""Counts inside, what may be shown outside: two maps beside each other, and where they differ by more than chance."""

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain
from typing import Final

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
from vulncore.findings.where.counts import RecordCounts, zone_counts
from vulncore.findings.where.layers import MapChoice
from vulncore.findings.where.map import map_view
from vulncore.findings.where.protection import (
    TOO_FEW,
    fitting_resolution,
    layer_view,
    where_summary,
    where_view,
    zones_compared,
)
from vulncore.findings.where.protection import names_of as streets_of
from vulncore.findings.where.sentences import where_briefing
from vulncore.findings.where.view import MapsBeside
from vulncore.store import Snapshot

MOST_NAMED: Final = 3
OTHER_CELLS: Final = "The two are of other areas, so no place is compared."


def maps_beside(
    pinned: tuple[Snapshot, RecordCounts],
    shown: tuple[Snapshot, RecordCounts],
    measures: Sequence[Measure],
    choice: MapChoice,
) -> MapsBeside:
    """Return what tells one map from another, and both, each of its version and counts; `measures` are those of both versions.

    Raises:
        VulncoreError: The data of one can't serve the layer.
    """
    counts = pinned[1], shown[1]
    sides = _side(*pinned, measures), _side(*shown, measures)
    before, now = names_of(sides)
    names = before, now
    views = where_view(counts[0]), where_view(counts[1])
    few = [name for name, view in zip(names, views, strict=True) if view.too_few]
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
        or missing_beside(names, [bool(view.question.notes) for view in views])
        or ("" if same else OTHER_CELLS)
    )
    if why or map_shown is None:
        briefing = Briefing(*not_compared(names, why))
        return MapsBeside(names, briefing, (), pd.DataFrame(), views, pinned=its_map, shown=map_shown)
    alike = sides[0].is_like(sides[1])
    difference = zone_differences(*counts, map_shown.resolution, alike=alike)
    alone = where_briefing(where_summary(counts[1]))
    briefing = _briefing(difference, names, alone, blurred=counts[1].blurred)
    headline, table = _headline(difference, alike=alike), _table(difference, names)
    return MapsBeside(names, briefing, headline, table, views, pinned=its_map, shown=map_shown)


def _side(snapshot: Snapshot, counts: RecordCounts, measures: Sequence[Measure]) -> Side:
    records, hours = counts.selection.records, counts.selection.hours
    return Side(
        snapshot.publish,
        records.force,
        records.measures,
        counts.question.about,
        records.window,
        records.where,
        hours=hours.key if hours.cells else "",
        broken=tuple(chain.from_iterable(breaks_by_name(snapshot, records, measures).values())),
        sharing=measures_sharing(snapshot, records.force),
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

    Where both are of the same kind of records (`alike`) they are compared by day, else by their share of the map.

    Returns:
        One row per zone: `place`, `pinned` and `shown` (in words), `verdict` ("more", "fewer", "no clear change", "too few to
        say"), `p_value`, all zones judged together as in `change_layer`.
    """
    pinned_part, shown_part = ((zone_counts(counts, resolution), counts.window) for counts in (pinned, shown))
    judged = zones_compared(pinned_part, shown_part, shown.smallest, by_day=alike)

    def in_words(number: float, total: float) -> str:
        if math.isnan(number):
            return hidden_as(shown.smallest)
        return f"about {number:,.0f}" if alike else percent(number / max(total, 1.0))

    zones = shown_part[0].zones
    return pd.DataFrame(
        {
            "place": zone_names(zones, streets_of(shown, zones)),
            "pinned": [in_words(number, judged.totals[0]) for number in judged.before],
            "shown": [in_words(number, judged.totals[1]) for number in judged.now],
            "verdict": judged.verdicts,
            "p_value": judged.compared.p_value,
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
    judged = difference[difference["verdict"] != TOO_FEW]
    judged = judged.sort_values("place", kind="stable")  # the order tells nothing of hidden numbers
    judged = judged.sort_values("verdict", key=lambda verdict: verdict == "no clear change", kind="stable")
    return pd.DataFrame(
        {
            "Place": judged["place"],
            f"Pinned: {names[0]}": judged["pinned"],
            f"On screen: {names[1]}": judged["shown"],
            "Verdict": judged["verdict"].replace("no clear change", "could be chance"),
        }
    )

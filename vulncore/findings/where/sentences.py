"""Where things happen, in sentences that a commander could repeat. They are made of protected views alone."""

import re
from collections.abc import Sequence
from functools import partial
from typing import Final

import numpy as np
from scipy.sparse.csgraph import connected_components

from vulncore.domain.arrays import Booleans
from vulncore.domain.blur import is_blurred
from vulncore.domain.periods import month_name
from vulncore.findings.shared.counted import why_no_times
from vulncore.findings.shared.headline import NOTHING_TO_DO, Briefing, Headline, HeadlineKind
from vulncore.findings.shared.words import (
    COUNTED_ONCE,
    PLACES_BLURRED,
    agree,
    capital_first,
    listed,
    number_of,
    percent,
    small_first,
)
from vulncore.findings.where.area import across, name_of_group, zone_names
from vulncore.findings.where.layers import Verdict, verdict
from vulncore.findings.where.tables import apart_in_words
from vulncore.findings.where.view import (
    COUNTS,
    DENSITY,
    MIDDLE_SHARE,
    NAIVE,
    STANDS_OUT,
    LayerView,
    MapTrial,
    RepeatsView,
    WhereSummary,
    WhereView,
)
from vulncore.metrics.hotspots.classes import HotspotClass
from vulncore.metrics.hotspots.zones import Zones

MOST_PLACES: Final = 3
AND: Final = re.compile(r" and (?![^(]*\))")  # between two streets, and not in the name of a district
CHANGING: Final = (HotspotClass.NEW, HotspotClass.INTENSIFYING, HotspotClass.FADING)
GO_BY: Final = {COUNTS: "How many", DENSITY: "Density", STANDS_OUT: "Hot"}
"""What the layer of each tested map is called on screen."""
quiet, clear = (partial(Headline, kind) for kind in (HeadlineKind.QUIET, HeadlineKind.CLEAR))
SNAPPED: Final = quiet(
    "Points are snapped",
    "the source moves every record to one of a few places. Read the map by street, not by address.",
)


def where_headlines(summary: WhereSummary) -> tuple[Headline, ...]:
    """Return where most lies, what is hot beyond chance and surroundings, what is new, and whether a map would hold."""
    view = summary.view
    if summary.most is None or summary.hot is None:
        many = f"fewer than {max(view.smallest, 1)}" if view.none_there else "so few"
        little = f"A map of {many} {view.unit} would show little but chance. Choose a longer period or more measures."
        return (quiet("Too few places", little),)
    lines = (
        _most(view, summary.most),
        _hot(view, summary.hot),
        _developing(summary.classes) if summary.classes else None,
        trial_headline(summary.trial) if summary.trial else None,
        SNAPPED if view.ground.snapped else None,
    )
    return tuple(line for line in lines if line is not None)


def where_briefing(summary: WhereSummary) -> Briefing:
    """Return which place stands out, and whether to send people there: one verdict of all that layers say."""
    view = summary.view
    if summary.most is None or summary.hot is None:
        return Briefing(
            f"Too few {view.unit} have a place to show a map.", "Choose a longer period or more measures."
        )
    hot = summary.hot
    judged = judged_groups(summary)
    if not judged:
        return Briefing(
            f"No place has more {view.unit} than chance and its surroundings explain.", NOTHING_TO_DO
        )
    (first, _), *_ = judged
    place, *others = (_places(hot, [group]) for _, group in judged)
    also = list(dict.fromkeys(other for other in others if other != place))
    return Briefing(
        f"{place} is {first.evidence}.",
        f"{first.action}.",
        f"Also hot: {listed(also[:MOST_PLACES])}." if also else "",
    )


def judged_groups(summary: WhereSummary) -> list[tuple[Verdict, list[int]]]:
    """Return the hot zones as groups of those that touch, each with its verdict: the most urgent first, then the largest."""
    if summary.hot is None:
        return []
    groups = touching(summary.hot.zones, (summary.hot.layer.frame["state"] == "hot").to_numpy())
    classes = summary.classes.layer.frame["class"].map(HotspotClass).tolist() if summary.classes else []
    verdicts = [min(verdict(True, classes[zone] if classes else None) for zone in group) for group in groups]
    order = sorted(range(len(groups)), key=lambda place: (verdicts[place], place))
    return [(verdicts[place], groups[place]) for place in order]


def where_notes(view: WhereView) -> tuple[str, ...]:
    """Return what a map can't say: records without a place or an hour, outside the area, or moved by the source or here."""
    off, unit = view.off_the_map, view.unit
    notes = [*view.question.notes]
    if off.without_place:
        notes.append(f"{off.without_place} of {off.selected:,} {unit} have no place and are on no map.")
    if len(view.selection.records.measures) > 1:
        notes.append(COUNTED_ONCE)
    if off.without_hour:
        notes.append(
            f"{off.without_hour} {unit} with a place have no recorded hour and are left out of these hours."
        )
        why = why_no_times(view.question.no_times).values()
        notes += [f"Left out of these hours are, too, those that {one}." for one in why]
    if off.outside:
        edge = "boundary" if view.ground.drawn else "area"
        notes.append(f"{off.outside} {unit} lie outside the {edge} and are not drawn.")
    if not view.ground.drawn:
        notes.append(
            f"{view.force} has no boundary here. The area is assumed to be where the records lie. To add a boundary: "
            "vulncore boundary FILE.geojson --force NAME."
        )
    if view.ground.snapped:
        notes.append(
            "Points are snapped: the source moves every record to one of a few places. Each place stands for a street or "
            "an area. A cell is hot because such a place lies in the cell; the next cell may be as hot in truth."
        )
    if is_blurred(view.smallest):
        notes.append(f"{PLACES_BLURRED} The number of {view.unit} with a place is about right.")
    return tuple(notes)


def trial_headline(trial: MapTrial) -> Headline | None:
    """Return which map held most of the month after, and whether that could be chance; None where no map was tested."""
    if trial.frame.empty:
        return None
    rows = trial.frame[trial.frame["share"] == MIDDLE_SHARE].set_index("map")
    sure = rows.loc[trial.best, "against_naive"] == "better"
    text = (
        f"{100 * MIDDLE_SHARE:.0f} % of the area, chosen by {small_first(trial.best)}, held about "
        f"{rows.loc[trial.best, 'percent']} % of the next month. Chosen by last month's counts: about "
        f"{rows.loc[NAIVE, 'percent']} %."
    )
    verdict = f" Go by “{GO_BY[trial.best]}”." if sure else " The difference could be chance."
    return (clear if sure else quiet)("Test on past months", text + verdict)


def months_tested(trial: MapTrial) -> str:
    """Return the months on which maps were tested, in words."""
    return f"{month_name(trial.months[0])} to {month_name(trial.months[-1])}"


def repeats_headline(repeats: RepeatsView) -> Headline | None:
    """Return in which band another event is most more likely than chance; None where nothing was tested."""
    if repeats.bands.empty:
        return None
    if repeats.strongest is None:
        hidden = " can be seen, and blurred places hide weak ones" if repeats.blurred else ""
        as_many = f"No near repeats{hidden}: pairs of events close in place and time are about as many as with shuffled dates."
        return quiet("Repeats", as_many)
    band = repeats.bands.iloc[repeats.strongest]
    apart = apart_in_words(float(band["distance_to_m"]))
    where = "at the same place" if not band["distance_to_m"] else f"{small_first(apart)} away"
    return clear(
        "Near repeats",
        f"After an event, another event {where} within {number_of(int(band['days_to']), 'day')} is {band['ratio']:.1f} times as likely "
        "as by chance.",
    )


def touching(zones: Zones, picked: Booleans) -> list[list[int]]:
    """Return the zones that are picked as groups of those that touch, the largest group first."""
    positions = np.flatnonzero(picked)
    if not len(positions):
        return []
    count, label = connected_components(zones.near[positions][:, positions], directed=False)
    groups = [positions[label == group].tolist() for group in range(count)]
    return sorted(groups, key=lambda group: (-len(group), group))


def _most(view: WhereView, most: LayerView) -> Headline:
    frame = most.layer.frame
    if frame["records"].isna().all():
        return quiet("Spread thin", "No place alone has enough to be shown: look at the density.")
    names = zone_names(most.zones, most.names)
    numbers = np.nan_to_num(frame["records"].to_numpy(dtype=float))
    top = min(range(len(names)), key=lambda zone: (-numbers[zone], names[zone]))
    return clear(
        names[top],
        f"about {numbers[top]:,.0f} of {most.total} {view.unit} with a place, {percent(frame['share'].iloc[top])}, in a "
        f"cell {across(most.zones)} across.",
    )


def _hot(view: WhereView, hot: LayerView) -> Headline:
    groups = touching(hot.zones, (hot.layer.frame["state"] == "hot").to_numpy())
    if not groups:
        few = f" With so few {view.unit} only a strong hotspot would show." if hot.few else ""
        return quiet(
            "Nothing stands out", f"No place is hotter than chance and its surroundings explain.{few}"
        )
    places = number_of(len(groups), "place")
    size = f"{number_of(sum(map(len, groups)), 'cell')} {across(hot.zones)} across"
    return clear(
        "Hot",
        f"{places} ({size}) {agree(len(groups), 'has', 'have')} more than chance and the surroundings explain: {_places(hot, groups)}.",
    )


def _developing(classes: LayerView) -> Headline:
    frame = classes.layer.frame
    developments = "; ".join(
        f"{name}: {_places(classes, groups)}"
        for name in CHANGING
        if (groups := touching(classes.zones, (frame["class"] == name.value).to_numpy()))
    )
    if not developments:
        return quiet("No new hotspot", "No place became hot, hotter or cooler by more than chance.")
    return Headline(HeadlineKind.POSSIBLE, "Over time", f"{capital_first(developments)}.")


def _places(layer_view: LayerView, groups: Sequence[Sequence[int]]) -> str:
    """Return what groups of zones are called, the first of them by name."""
    places: list[str] = []
    for group in groups:
        name = name_of_group(layer_view.zones, layer_view.names, group)
        if name not in places:
            places.append(name)
    rest = len(places) - MOST_PLACES
    if rest > 1:
        places = [*places[:MOST_PLACES], f"{rest} others"]
    return listed([AND.sub(" with ", place) for place in places])

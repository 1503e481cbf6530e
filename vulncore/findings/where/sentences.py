"""Where things happen, in sentences that a commander could repeat."""

from collections.abc import Iterable, Sequence

import numpy as np
from scipy.sparse.csgraph import connected_components

from vulncore.domain.arrays import Booleans
from vulncore.domain.disclosure import rounded
from vulncore.findings.shared.headline import Headline, HeadlineKind
from vulncore.findings.shared.words import capital_first, listed, number_of, percent
from vulncore.findings.where.layers import Layer, across, fitting_resolution
from vulncore.findings.where.names import Names, called, every_name
from vulncore.findings.where.prediction import tried
from vulncore.findings.where.read import Placed
from vulncore.findings.where.tested_layers import hot_states, over_time
from vulncore.findings.where.where import Where
from vulncore.metrics.hotspots.classes import HotspotClass
from vulncore.metrics.hotspots.zones import Zones

MOST_PLACES = 3
FEW = 100  # records: of fewer, a place has to hold several times its share to stand out
CHANGING = (HotspotClass.NEW, HotspotClass.INTENSIFYING, HotspotClass.FADING)

SNAPPED = Headline(
    HeadlineKind.QUIET,
    "Points are snapped",
    "every record stands at one of a few places that the source chose: read the map by street, not by address.",
)


def where_headline(found: Where) -> tuple[Headline, ...]:
    """Return where most lies, what is hot beyond chance and surroundings, what is new, and whether a map would hold."""
    if found.too_few:
        there = f"fewer than {max(found.smallest, 1)}" if not found.read.records.sum() else "too few"
        return (
            Headline(
                HeadlineKind.QUIET,
                "Too few places",
                f"With {there} {found.unit} on the map it would show each of them. Choose a longer period or more measures.",
            ),
        )
    known = tried(found)
    return (
        _most(found),
        *_hot(found),
        *_developing(found),
        *((known.headline,) if known.headline else ()),
        *((SNAPPED,) if found.read.snapped else ()),
    )


def touching(zones: Zones, those: Booleans) -> list[list[int]]:
    """Return pieces that were picked as groups of those that touch, the largest group first."""
    picked = np.flatnonzero(those)
    if not len(picked):
        return []
    count, label = connected_components(zones.near[picked][:, picked], directed=False)
    groups = [picked[label == group].tolist() for group in range(count)]
    return sorted(groups, key=lambda group: (-len(group), group))


def _most(found: Where) -> Headline:
    placed = found.placed(fitting_resolution(found, Layer.CELLS))
    counts = placed.within(found.read.window)
    total = float(counts.sum())
    shown = rounded(counts, found.smallest, total)
    if np.isnan(shown).all():
        return Headline(
            HeadlineKind.QUIET, "Spread thin", "No place alone has enough to be shown: look at the density."
        )
    names = every_name(placed.zones, found.names(placed.zones))
    order = sorted(range(len(names)), key=lambda at: (-np.nan_to_num(shown[at]), names[at]))
    top = order[0]
    return Headline(
        HeadlineKind.CLEAR,
        names[top],
        f"about {shown[top]:,.0f} of {_about(total, found.smallest)} {found.unit} with a place, {percent(shown[top] / total)}, in a "
        f"cell {across(placed.zones)} across.",
    )


def _hot(found: Where) -> tuple[Headline, ...]:
    placed = found.placed(found.finest)
    names = found.names(placed.zones)
    groups = touching(placed.zones, hot_states(placed, found.read.window, found.smallest) > 0)
    if not groups:
        total = placed.within(found.read.window).sum()
        few = f" With so few {found.unit} only a strong one would show." if total < FEW else ""
        said = f"No place is hotter than chance and its surroundings explain.{few}"
        return (Headline(HeadlineKind.QUIET, "Nothing stands out", said),)
    many = number_of(len(groups), "place")
    cells = sum(map(len, groups))
    size = f"{number_of(cells, 'cell')} {across(placed.zones)} across"
    said = _listed(placed, names, groups)
    return (
        Headline(
            HeadlineKind.CLEAR, "Hot", f"{many} ({size}) beyond what chance and surroundings explain: {said}."
        ),
    )


def _developing(found: Where) -> tuple[Headline, ...]:
    if not found.periods:
        return ()
    placed = found.placed(found.finest)
    names = found.names(placed.zones)
    classes = over_time(placed, found.periods, found.smallest).frame["class"]
    said = []
    for each in CHANGING:
        groups = touching(placed.zones, (classes == each.value).to_numpy())
        if groups:
            said.append(f"{each.value}: {_listed(placed, names, groups)}")
    if not said:
        return (
            Headline(
                HeadlineKind.QUIET,
                "No new hotspot",
                "No place has become hot, hotter or cooler beyond chance.",
            ),
        )
    text = "; ".join(said)
    return (Headline(HeadlineKind.POSSIBLE, "Developing", f"{capital_first(text)}."),)


def _listed(placed: Placed, names: Names, groups: Sequence[Iterable[int]]) -> str:
    each_name = every_name(placed.zones, names)
    spoken: list[str] = []
    for group in groups:
        name = called(names, group) or each_name[next(iter(group))]
        if name not in spoken:
            spoken.append(name)
    rest = len(spoken) - MOST_PLACES
    if rest > 1:
        spoken = [*spoken[:MOST_PLACES], f"{rest} others"]
    return listed([each.replace(" and ", " with ") for each in spoken])


def _about(total: float, smallest: int) -> str:
    whole = abs(total - round(total)) < 1e-6
    base = 1 if whole else max(smallest, 1)
    return f"{base * round(total / base):,}"

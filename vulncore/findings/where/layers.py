"""What a layer of the map can show, and its legend. It knows protected numbers alone."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from vulncore.domain.arrays import Floats
from vulncore.findings.shared.layer import Layer
from vulncore.findings.shared.words import capital_first, hidden_as, hidden_in_words
from vulncore.findings.where.area import Ground
from vulncore.findings.where.question import WhereQuestion
from vulncore.metrics.hotspots.classes import HotspotClass
from vulncore.metrics.hotspots.zones import Zones

STEPS: Final = 5
BANDWIDTHS_M: Final = (100, 150, 200, 300, 500, 750, 1_000, 1_500, 2_000, 3_000)
AT_A_KM_M: Final = 150.0
"""The bandwidth of an area one kilometre wide; it grows with the root of the width: 200 m in the City, 1 km in a city
of 1,300 km²."""


NAMES: Final = {
    Layer.CELLS: "How many",
    Layer.DENSITY: "Density",
    Layer.WARDS: "Wards",
    Layer.STANDS_OUT: "Hot",
    Layer.CHANGE: "Changed",
    Layer.CLASS: "New or fading",
}
"""What a layer is called on screen."""
NOTHING: Final = {
    Layer.CELLS: "Every number here is too small to be shown: choose larger cells, or the density.",
    Layer.WARDS: "Every number here is too small to be shown: choose a longer period.",
    Layer.DENSITY: "No place has enough records close together.",
    Layer.STANDS_OUT: "No place is hot or cold by more than chance.",
    Layer.CHANGE: "No place changed by more than chance.",
    Layer.CLASS: "No place was a hotspot in enough of these periods to have a class.",
}
"""What a list says that has no place."""
QUIET: Final = ("hidden", "few", "even", "same", "not a hotspot")
"""Keys of zones that a list of places leaves out."""


class Verdict(NamedTuple):
    """What all layers together say of one place: how strongly it asks for people (0 most), what for, and what to do."""

    rank: int
    evidence: str
    action: str

    @property
    def words(self) -> str:
        """The verdict in two sentences."""
        return f"{capital_first(self.evidence)}. {self.action}."


def verdict(hot: bool, hotspot_class: HotspotClass | None = None, change: str = "") -> Verdict:
    """Return one verdict on a place of what the layers say of it: hot now first, then its past, then its change.

    Its class over the periods is None or `NONE` where there are too few; `change` is "more" where it changed by more than chance.

    >>> verdict(True, HotspotClass.NEW).action, verdict(False, HotspotClass.FADING).action
    ('Send people', 'Nothing to do')
    """
    if hot:
        return {
            HotspotClass.NEW: Verdict(0, "a new hotspot", "Send people"),
            HotspotClass.INTENSIFYING: Verdict(1, "a hotspot that is getting hotter", "Send people"),
            HotspotClass.PERSISTENT: Verdict(2, "a lasting hotspot", "Send people"),
            HotspotClass.SPORADIC: Verdict(4, "a hotspot that comes and goes", "Send people while it is hot"),
            HotspotClass.FADING: Verdict(5, "a hotspot that is fading", "Look again next month"),
        }.get(hotspot_class or HotspotClass.NONE, Verdict(3, "a hotspot", "Send people"))
    if change == "more":
        return Verdict(6, "more than the period before, but no hotspot", "Look again next month")
    if hotspot_class is HotspotClass.FADING:
        return Verdict(7, "a hotspot no more", "Nothing to do")
    return Verdict(8, "no more than chance explains", "Nothing to do")


@dataclass(frozen=True)
class MapChoice:
    """Which layer, in cells of which resolution of H3, and how far a record's density reaches; None is what suits it."""

    layer: Layer = Layer.CELLS
    resolution: int | None = None
    bandwidth_m: int | None = None


class LegendEntry(NamedTuple):
    """One of the few things that a zone can be: its key, what that means, and the mark it has on the map."""

    key: str
    words: str
    mark: str = ""


@dataclass(frozen=True)
class ProtectedLayer:
    """A layer's figures after protection: one row per zone, in the order of the zones, and what its keys mean.

    `frame` has `key` (of one of `legend`), `mark` (a word or number on the map, "" for none), `words` (the zone in a
    sentence), and what is known of the zone in figures: rounded, hidden or classed.
    """

    frame: pd.DataFrame
    legend: tuple[LegendEntry, ...]


HOT_LEGEND: Final = (
    LegendEntry("hot", "Hot: more than its surroundings explain", "▲"),
    LegendEntry("even", "Neither"),
    LegendEntry("cold", "Cold: fewer than its surroundings explain", "▽"),
)
CLASS_MARKS: Final = {
    HotspotClass.NEW: "★",
    HotspotClass.PERSISTENT: "■",
    HotspotClass.INTENSIFYING: "▲",
    HotspotClass.FADING: "▽",
    HotspotClass.SPORADIC: "◆",
    HotspotClass.COLD: "○",
}
CLASS_LEGEND: Final = tuple(
    LegendEntry(hotspot_class.value, hotspot_class.value.capitalize(), CLASS_MARKS.get(hotspot_class, ""))
    for hotspot_class in HotspotClass
)


def layer_name(layer: Layer, ground: Ground) -> str:
    """Return what a layer is called: that of an area's parts by what these are."""
    return f"{ground.part.capitalize()}s" if layer is Layer.WARDS else NAMES[layer]


def layers_offered(question: WhereQuestion, ground: Ground) -> tuple[Layer, ...]:
    """Return the layers that the data can serve."""
    served = {
        Layer.WARDS: bool(ground.area.parts),
        Layer.CHANGE: question.before is not None,
        Layer.CLASS: bool(question.periods),
    }
    return tuple(layer for layer in Layer if served.get(layer, True))


def density_legend(bandwidth_m: int, smallest: int) -> tuple[LegendEntry, ...]:
    """Return the kinds of a density: too few near by, and fifths of the densest."""
    fifth = 100 // STEPS
    few = LegendEntry("few", f"Fewer than {max(smallest, 1)} within {bandwidth_m:,} m")
    fifths = (
        LegendEntry(f"s{step}", f"{fifth * (step - 1)} to {fifth * step} % of the densest")
        for step in range(1, STEPS + 1)
    )
    return (few, *fifths)


def change_legend(smallest: int) -> tuple[LegendEntry, ...]:
    """Return the kinds of change: more, none, fewer, or too few in both periods."""
    return (
        LegendEntry("up", "More than chance", "▲"),
        LegendEntry("same", "No clear change"),
        LegendEntry("down", "Fewer than chance", "▼"),
        LegendEntry("few", f"{hidden_in_words(smallest).capitalize()} in both periods"),
    )


def number_steps(protected: Floats, base: int, smallest: int) -> tuple[tuple[LegendEntry, ...], list[str]]:
    """Return up to five steps that hold some protected numbers, and the key of each: equal steps, growing ones for a wide span."""
    most = float(np.nanmax(protected)) if not np.isnan(protected).all() else 0.0
    ends = _growing_steps(base, most) if most >= 2 * STEPS * base else _equal_steps(base, most)
    hidden = [] if smallest <= 1 else [LegendEntry("hidden", hidden_as(smallest).capitalize())]
    steps = [
        LegendEntry(f"s{number}", f"{end:,}" if before + base == end else f"{before + base:,} to {end:,}")
        for number, (before, end) in enumerate(pairwise([0, *ends]), 1)
    ]
    step_of = np.searchsorted(ends, np.nan_to_num(protected)) + 1
    keys = np.where(np.isnan(protected), "hidden", [f"s{step}" for step in step_of]).tolist()
    return (*hidden, *steps), keys


def _growing_steps(base: int, most: float) -> list[int]:
    """Return where five steps end of which each reaches so many times as far as the one before: one outlier leaves the rest apart."""
    ratio = (most / base) ** (1 / STEPS)
    ends = [base * round(base * ratio**step / base) for step in range(1, STEPS)] + [round(most)]
    return [max(end, base * (at + 1)) for at, end in enumerate(ends)]


def _equal_steps(base: int, most: float) -> list[int]:
    width = base * max(1, math.ceil(most / STEPS / base))
    return [width * number for number in range(1, math.ceil(most / width) + 1)]


def legend_rows(keys: Sequence[str], legend: Sequence[LegendEntry]) -> pd.DataFrame:
    """Return the key, the mark and the words of each zone."""
    by_key = pd.DataFrame(legend, columns=LegendEntry._fields).set_index("key")
    return by_key.loc[list(keys), ["mark", "words"]].rename_axis("key").reset_index()


def fitting_bandwidth_m(zones: Zones) -> int:
    """Return the bandwidth that suits an area's size."""
    width_km = math.sqrt(float(zones.areas_m2.sum())) / 1_000
    wanted_m = AT_A_KM_M * math.sqrt(max(width_km, 0.01))
    return min(BANDWIDTHS_M, key=lambda bandwidth_m: abs(math.log(bandwidth_m / wanted_m)))
